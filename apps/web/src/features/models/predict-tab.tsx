import type { Model } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { useMayWrite } from '#lib/session.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { SkeletonBlock } from '#ui/skeletons.tsx';
import { BatchPredict } from './batch-predict.tsx';
import styles from './model-page.module.css';
import { useDeploy, useVersion } from './model-queries.ts';
import { PredictForm } from './predict-form-view.tsx';

/** Predictions by the deployed version, whichever is being looked at: of one row, and of a whole datakit. */
export function PredictTab({ model, chosen }: { model: Model; chosen: number }) {
  const deployed = model.deployedVersion;
  const version = useVersion(model.id, deployed ?? chosen);
  if (deployed === undefined) {
    return (
      <>
        <NotServed model={model} chosen={chosen} />
        {version.data && (
          <div className={styles.batch}>
            <BatchPredict key={`${model.id} ${chosen}`} model={model} version={version.data} />
          </div>
        )}
      </>
    );
  }
  if (version.data) {
    return (
      <>
        {deployed !== chosen && (
          <p className={styles.remark}>
            Version {deployed} answers, since it is the one that is deployed; version {chosen} is only shown.
          </p>
        )}
        <PredictForm
          key={`${model.id} ${deployed}`}
          model={model}
          version={version.data}
          below={<BatchPredict model={model} version={version.data} />}
        />
      </>
    );
  }
  if (version.error) {
    return (
      <ErrorState
        error={version.error}
        title={`Version ${deployed} could not be read.`}
        onRetry={() => void version.refetch()}
      />
    );
  }
  return <SkeletonBlock height={420} />;
}

function NotServed({ model, chosen }: { model: Model; chosen: number }) {
  const deploy = useDeploy(model.id);
  const mayWrite = useMayWrite();
  return (
    <>
      <EmptyState
        title="No version is deployed"
        sentence="A deployed version answers to predictions, from this page and over HTTP."
        action={
          mayWrite && (
            <Button variant="default" loading={deploy.isPending} onClick={() => deploy.mutate(chosen)}>
              Deploy version {chosen}
            </Button>
          )
        }
      />
      {deploy.error && <ErrorState error={deploy.error} title={`Version ${chosen} could not be deployed.`} />}
    </>
  );
}
