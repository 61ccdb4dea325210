import type { Job } from '@quadrax/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './api.ts';
import { useEvent, useLive } from './events.ts';

/** The query key of a job; under `['jobs']`, so that invalidating that renews every list and job. */
export const jobKey = (id: string) => ['jobs', 'one', id] as const;

export const isFinished = (job: Pick<Job, 'status'>): boolean =>
  job.status === 'SUCCEEDED' || job.status === 'FAILED' || job.status === 'CANCELLED';

/** A job, live: by events, and by asking every two seconds while no events arrive. */
export function useJob(id: string | undefined) {
  const queryClient = useQueryClient();
  const live = useLive();
  const query = useQuery({
    queryKey: jobKey(id ?? ''),
    queryFn: ({ signal }) => api.jobs.get(id ?? '', { signal }),
    enabled: id !== undefined,
    // With events the slow question is only a safety net.
    refetchInterval: ({ state }) =>
      state.data === undefined || isFinished(state.data) ? false : live ? 20_000 : 2_000,
  });
  useEvent('job.progress', (event) => {
    if (event.id !== id) return;
    queryClient.setQueryData<Job>(jobKey(event.id), (job) => job && progressed(job, event));
  });
  useEvent('job.finished', (event) => {
    if (event.id === id) void queryClient.invalidateQueries({ queryKey: jobKey(event.id) });
  });
  return query;
}

/** A job with what an event says of it. Events may overtake each other: progress never goes back, an end stays. */
export function progressed(
  job: Job,
  event: { progress: number; stage: string; etaSeconds?: number | undefined },
): Job {
  if (isFinished(job) || event.progress < job.progress) return job;
  const { etaSeconds: _eta, waitingFor: _wait, ...rest } = job;
  return {
    ...rest,
    status: 'RUNNING',
    progress: event.progress,
    stage: event.stage,
    ...(event.etaSeconds === undefined ? {} : { etaSeconds: event.etaSeconds }),
  };
}
