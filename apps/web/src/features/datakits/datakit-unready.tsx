import type { Datakit } from '@quadrax/contract';
import { QuadraxError } from '@quadrax/client';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ErrorState } from '#ui/error-state.tsx';
import { JobProgress } from '#ui/job-progress.tsx';
import { SkeletonRows } from '#ui/skeletons.tsx';
import { DatakitDetails } from './datakit-details.tsx';
import styles from './datakit-view.module.css';

/** A datakit that is being profiled, or could not be. */
export function DatakitUnready({ datakit }: { datakit: Datakit }) {
  const client = useQueryClient();
  if (datakit.status === 'PROCESSING') {
    return (
      <>
        {datakit.jobId !== undefined && (
          <div className={styles.progress}>
            <JobProgress
              jobId={datakit.jobId}
              onFinished={() => void client.invalidateQueries({ queryKey: ['datakits'] })}
            />
          </div>
        )}
        <SkeletonRows rows={12} />
      </>
    );
  }
  const reason =
    datakit.error ??
    'No reason was recorded. Check that the file opens as a table elsewhere, then import it again.';
  return (
    <>
      <ErrorState
        title={`${datakit.fileName} could not be read as a table.`}
        error={new QuadraxError({ code: 'UNREADABLE_FILE', message: reason })}
        hint={
          <Button
            variant="default"
            size="xs"
            mt={8}
            renderRoot={(props) => <Link {...props} to="/datakits" />}
          >
            Import another file
          </Button>
        }
      />
      <div className={styles.alone}>
        <DatakitDetails datakit={datakit} />
      </div>
    </>
  );
}
