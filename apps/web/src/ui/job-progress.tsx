import type { Job } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { api } from '#lib/api.ts';
import { formatTimeLeft } from '#lib/format.ts';
import { isFinished, jobKey, useJob } from '#lib/jobs.ts';
import { useMayWrite } from '#lib/session.ts';
import { jobKindLabel, jobLoss } from '#lib/words.ts';
import { Confirm } from './confirm.tsx';
import { ErrorState } from './error-state.tsx';
import { SkeletonText } from './skeletons.tsx';
import { StatusMark } from './status-mark.tsx';
import styles from './job-progress.module.css';

export interface JobProgressProps {
  jobId: string;
  /** One line and a bar, without the error and the button: for rows of a list. */
  compact?: boolean;
  /** Called once when the job ends while it is shown. */
  onFinished?: (job: Job) => void;
}

/** A job's bar with stage, percent and time left, live, with a button to stop it. */
export function JobProgress({ jobId, compact = false, onFinished }: JobProgressProps) {
  const { data: job, error, refetch } = useJob(jobId);
  const ended = job !== undefined && isFinished(job);
  const finished = useEffectEvent(() => {
    if (job !== undefined) onFinished?.(job);
  });
  useEffect(() => {
    if (ended) finished();
  }, [ended]);
  if (error !== null && job === undefined) {
    return <ErrorState error={error} title="The job could not be read." onRetry={() => void refetch()} />;
  }
  return <JobBar job={job} compact={compact} stop={!compact && <CancelJob job={job} />} />;
}

/** Stops a job, and asks first where work is lost; nothing is shown for viewers and for jobs that have ended. */
export function CancelJob({
  job,
  size = 'compact-xs',
}: {
  job: Job | undefined;
  size?: 'compact-xs' | 'sm';
}) {
  const queryClient = useQueryClient();
  const mayWrite = useMayWrite();
  const cancel = useMutation({
    mutationFn: (id: string) => api.jobs.cancel(id),
    onSuccess: (stopped) => {
      queryClient.setQueryData(jobKey(stopped.id), stopped);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['jobs'] }),
  });
  const [asking, setAsking] = useState(false);
  if (job === undefined || isFinished(job) || !mayWrite) return null;
  const lost = jobLoss(job.kind);
  return (
    <>
      <Button
        variant={size === 'sm' ? 'default' : 'subtle'}
        color="gray"
        size={size}
        loading={cancel.isPending && !asking}
        onClick={() => {
          if (lost === undefined) cancel.mutate(job.id);
          else setAsking(true);
        }}
        aria-label={`Cancel: ${jobKindLabel(job.kind)}`}
      >
        Cancel
      </Button>
      {asking && lost && (
        <Confirm
          title={lost.title}
          verb={lost.verb}
          act={() => cancel.mutateAsync(job.id)}
          onClose={() => setAsking(false)}
        >
          {lost.words}
        </Confirm>
      )}
    </>
  );
}

/** The words beside a job's bar: its stage while it works, how it ended afterwards. */
function stageOf(job: Job): string {
  // Why it has to wait longer than for the next free worker is the server's to say.
  if (job.status === 'QUEUED') return job.waitingFor === 'worker' ? 'Waiting for a free worker' : job.stage;
  if (job.status === 'SUCCEEDED') return 'Done';
  if (job.status === 'CANCELLED') return 'Cancelled';
  if (job.status === 'FAILED') return 'Failed';
  return job.stage === '' ? 'Starting' : job.stage;
}

/** What it does, whole on hover where a list has no room for it. */
function Stage({ job }: { job: Job | undefined }) {
  if (!job) {
    return (
      <span className={styles.stage}>
        <SkeletonText width={20} />
      </span>
    );
  }
  const words = stageOf(job);
  return (
    <span className={styles.stage} title={words}>
      {words}
    </span>
  );
}

/** The bar itself, for a job that is already at hand. Undefined: its shape, waiting. */
export function JobBar(props: { job: Job | undefined; compact?: boolean; stop?: React.ReactNode }) {
  const { job, compact = false } = props;
  const percent = job === undefined ? 0 : Math.floor((job.status === 'SUCCEEDED' ? 1 : job.progress) * 100);
  const look = [
    styles.job,
    compact ? styles.compact : '',
    job?.status === 'FAILED' ? styles.failed : '',
    job?.status === 'CANCELLED' ? styles.cancelled : '',
  ];
  const left = job?.status === 'RUNNING' ? formatTimeLeft(job.etaSeconds) : undefined;
  return (
    <div className={look.join(' ')}>
      <div className={compact ? `${styles.line} ${styles.tight}` : styles.line}>
        {job && <StatusMark status={job.status} bare />}
        <Stage job={job} />
        <span className={styles.figures}>
          {job !== undefined && `${percent} %`}
          {left !== undefined && <span className={styles.left}> · {left}</span>}
        </span>
        {props.stop}
      </div>
      <progress
        className={styles.track}
        max={100}
        value={percent}
        aria-label={job === undefined ? 'Progress' : jobKindLabel(job.kind)}
      />
      {!compact && job?.error && <div className={styles.error}>{job.error.message}</div>}
    </div>
  );
}
