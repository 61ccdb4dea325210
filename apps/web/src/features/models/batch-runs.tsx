import type { Job } from '@quadrax/contract';
import { Link } from '@tanstack/react-router';
import { formatAgo, plural } from '#lib/format.ts';
import { isFinished } from '#lib/jobs.ts';
import { useSubjectNames } from '#lib/subject-names.ts';
import { ErrorState } from '#ui/error-state.tsx';
import { JobProgress } from '#ui/job-progress.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { useBatchJobs } from './batch-queries.ts';
import { remarksOf } from './batch-remarks.ts';
import styles from './predict.module.css';

/** The last batch predictions: how far they are, and what came of them. */
export function BatchRuns({ modelId }: { modelId: string }) {
  const runs = useBatchJobs(modelId);
  const names = useSubjectNames();
  if (runs.error && !runs.data) {
    return (
      <ErrorState
        error={runs.error}
        title="Earlier batch predictions could not be read."
        onRetry={() => void runs.refetch()}
      />
    );
  }
  if (!runs.data || runs.data.length === 0) return null;
  return (
    <ul className={styles.runs} aria-label="Batch predictions">
      {runs.data.map((job) => (
        <li key={job.id}>
          {isFinished(job) ? <Ended job={job} names={names} /> : <JobProgress jobId={job.id} />}
        </li>
      ))}
    </ul>
  );
}

function Ended({ job, names }: { job: Job; names: ReadonlyMap<string, string> }) {
  const { status, error, result } = job;
  const { datakitId, rows, modelVersion } = result ?? {};
  const when = formatAgo(job.finishedAt ?? job.createdAt);
  if (status !== 'SUCCEEDED' || typeof datakitId !== 'string') {
    return (
      <p className={styles.run}>
        <StatusMark status={status} />{' '}
        <Link to="/jobs/$id" params={{ id: job.id }}>
          {when}
        </Link>
        {error && ` · ${error.message}`}
      </p>
    );
  }
  return (
    <>
      <p className={styles.run}>
        <StatusMark status={status} bare />{' '}
        <Link to="/datakits/$id" params={{ id: datakitId }}>
          {names.get(datakitId) ?? 'The datakit'}
        </Link>{' '}
        · {plural(Number(rows), 'row')} by version {String(modelVersion)} · {when}
      </p>
      {remarksOf(result).map((remark) => (
        <p key={remark} className={styles.quiet}>
          {remark}
        </p>
      ))}
    </>
  );
}
