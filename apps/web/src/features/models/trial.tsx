import type { Deployment } from '@quadrax/contract';
import { plural } from '#lib/format.ts';
import { DataTable } from '#ui/data-table.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { useMonitoring } from './model-queries.ts';
import { trialDoubts, type TrialRow, trialRows } from './trial-words.ts';
import styles from './monitoring.module.css';

interface OnTrial extends Pick<Deployment, 'alias' | 'version'> {
  readonly canary: NonNullable<Deployment['canary']>;
}

const useBoth = (modelId: string, { version, canary }: OnTrial, days: number) => ({
  served: useMonitoring(modelId, version, days),
  tried: useMonitoring(modelId, canary.version, days),
});

/** The version on trial beside the one that serves: what there is to go by before one of them stays. */
export function Trial(props: { modelId: string; deployment: OnTrial; days: number }) {
  const { deployment, days } = props;
  const { version, canary, alias } = deployment;
  const { served, tried } = useBoth(props.modelId, deployment, days);
  const error = served.error ?? tried.error;
  return (
    <div className={styles.trial}>
      <h3 className={styles.trialTitle}>
        Version {canary.version} on trial under “{alias}”
      </h3>
      {served.data && tried.data ? (
        <>
          <DataTable
            label={`Version ${version} and version ${canary.version} under ${alias}`}
            rows={trialRows(served.data, tried.data)}
            rowKey={({ name }) => name}
            columns={[
              { key: 'name', header: `Over ${plural(days, 'day')}`, render: ({ name }: TrialRow) => name },
              {
                key: 'served',
                header: `Version ${version}`,
                align: 'right',
                render: (row) => row.served,
              },
              {
                key: 'tried',
                header: `Version ${canary.version}, trial`,
                align: 'right',
                render: (row) => row.tried,
              },
            ]}
          />
          <p className={styles.sentence}>
            All that each version was asked in this time counts, under whatever alias, before its trial too.
          </p>
          <Doubts doubts={trialDoubts(served.data, tried.data, canary.version)} />
        </>
      ) : error ? (
        <ErrorState error={error} title="What the versions were asked could not be read." />
      ) : (
        <SkeletonBlock height={222} />
      )}
    </div>
  );
}

/** What speaks against a promotion, where that is known. */
export function PromotionDoubts(props: { modelId: string; deployment: OnTrial; days: number }) {
  const { served, tried } = useBoth(props.modelId, props.deployment, props.days);
  if (!served.data || !tried.data) return null;
  return <Doubts doubts={trialDoubts(served.data, tried.data, props.deployment.canary.version)} />;
}

function Doubts({ doubts }: { doubts: readonly string[] }) {
  if (doubts.length === 0) return null;
  return (
    <ul className={styles.doubts}>
      {doubts.map((doubt) => (
        <li key={doubt}>{doubt}</li>
      ))}
    </ul>
  );
}
