import type { EventPayload, Job } from '@quadrax/contract';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { useLive } from './events.ts';
import { progressed } from './jobs.ts';
import { useSession } from './session.ts';

export type RunningJobs = readonly Job[];

export const runningKey = ['jobs', 'running'] as const;

/** Jobs that run or wait, newest first; at most 100. Live by events, asked for while none arrive. */
export function useRunningJobs() {
  const live = useLive();
  const signedIn = useSession().status === 'signed-in';
  return useQuery({
    queryKey: runningKey,
    // The frame is still there in the moment of signing out.
    enabled: signedIn,
    queryFn: async ({ signal }): Promise<RunningJobs> => {
      const [running, queued] = await Promise.all(
        (['RUNNING', 'QUEUED'] as const).map((status) => api.jobs.list({ status, limit: 50 }, { signal })),
      );
      return [...(running?.items ?? []), ...(queued?.items ?? [])];
    },
    refetchInterval: ({ state }) => (live ? 60_000 : (state.data?.length ?? 0) > 0 ? 3_000 : 15_000),
  });
}

/** The list with one job's progress; undefined when the job is not in it and the list must be read again. */
export function withProgress(
  jobs: RunningJobs,
  event: EventPayload<'job.progress'>,
): RunningJobs | undefined {
  if (!jobs.some((job) => job.id === event.id)) return undefined;
  return jobs.map((job) => (job.id === event.id ? progressed(job, event) : job));
}
