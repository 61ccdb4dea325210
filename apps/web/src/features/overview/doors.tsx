import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { UploadButton } from '#features/datakits';
import { formatInteger } from '#lib/format.ts';
import { useMayWrite } from '#lib/session.ts';
import { sentenceCase } from '#lib/words.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { useAddSample, useSamples } from './overview-queries.ts';
import styles from './overview-page.module.css';

/** Ways in, while there is nothing to show. */
export function Doors() {
  const mayWrite = useMayWrite();
  if (!mayWrite) {
    return (
      <EmptyState
        title="Nothing here yet"
        sentence="Data, models and what runs appear here. Your role reads only; a member of the workspace has to add the first datakit."
      />
    );
  }
  return (
    <div className={styles.doors}>
      <section className={styles.door}>
        <h2>Bring your own data</h2>
        <p>
          A file with one row for each thing you observed: CSV, Excel, Parquet or JSON. It is profiled as it
          arrives, and a model can learn from it a moment later.
        </p>
        <div className={styles.drop}>
          <strong>Drop a file here</strong>
          <UploadButton>Choose files</UploadButton>
        </div>
      </section>
      <section className={styles.door}>
        <h2>Start from a sample</h2>
        <p>Datakits that ship with Quadrax, each ready to train on.</p>
        <Samples />
      </section>
    </div>
  );
}

function Samples() {
  const samples = useSamples();
  const add = useAddSample();
  const navigate = useNavigate();
  if (samples.isPending) return <SkeletonBlock height={208} />;
  if (samples.isError) {
    return <ErrorState error={samples.error} onRetry={() => void samples.refetch()} />;
  }
  return (
    <>
      <ul className={styles.samples}>
        {samples.data.map((sample) => (
          <li key={sample.name}>
            <div>
              <div className={styles.title}>{sample.title}</div>
              <div className={styles.quiet}>
                {formatInteger(sample.rows)} × {sample.columns} · {sentenceCase(sample.task)} of{' '}
                {sample.target}
              </div>
            </div>
            <Button
              variant="default"
              size="xs"
              aria-label={`Use it: ${sample.title}`}
              loading={add.isPending && add.variables === sample.name}
              onClick={() => {
                // The doors go as soon as there is a datakit, and with them what `mutate` would call back.
                add.mutateAsync(sample.name).then(
                  ({ id }) => navigate({ to: '/datakits/$id', params: { id } }),
                  () => undefined,
                );
              }}
            >
              Use it
            </Button>
          </li>
        ))}
      </ul>
      {add.isError && <ErrorState error={add.error} title="The sample could not be added." />}
    </>
  );
}
