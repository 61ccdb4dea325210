import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { onMissedEvents, useEvent } from '#lib/events.ts';
import { runningKey, withProgress } from '#lib/running-jobs.ts';
import type { RunningJobs } from '#lib/running-jobs.ts';
import { onSession, sessionState } from '#lib/session.ts';
import { forgetReadings } from './query-client.ts';
import { useLostRights } from './use-lost-rights.ts';

/**
 * Keeps what is on the page true: turns events into fresh queries, a sign-out into the sign-in page, and lost rights
 * into a page without them.
 */
export function LiveUpdates() {
  const queryClient = useQueryClient();
  const router = useRouter();
  useEffect(() => onMissedEvents(() => void queryClient.invalidateQueries()), [queryClient]);
  useEffect(
    () =>
      onSession(() => {
        if (sessionState().status !== 'signed-out') return;
        // The page first: while it is shown it would ask for what was cleared.
        void router.navigate({ to: '/sign-in' }).finally(forgetReadings);
      }),
    [router],
  );
  useLostRights();
  const renew = (noun: string) => void queryClient.invalidateQueries({ queryKey: [noun] });
  useEvent('job.progress', (event) => {
    const running = queryClient.getQueryData<RunningJobs>(runningKey);
    if (running === undefined) return;
    const next = withProgress(running, event);
    if (next === undefined) void queryClient.invalidateQueries({ queryKey: runningKey });
    else queryClient.setQueryData(runningKey, next);
  });
  useEvent('job.queued', ({ kind }) => {
    renew('jobs');
    // Somebody here, or a colleague, has it worked on, for the first time or again.
    if (kind.startsWith('datakit.')) renew('datakits');
    if (kind.startsWith('model.')) renew('models');
  });
  useEvent('job.finished', () => {
    renew('jobs');
  });
  useEvent('datakit.ready', () => {
    renew('datakits');
  });
  useEvent('model.trained', () => {
    renew('models');
  });
  useEvent('model.deployed', () => {
    renew('models');
  });
  useEvent('model.undeployed', () => {
    renew('models');
  });
  return null;
}
