import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useRef } from 'react';
import { onMissedEvents, useEvent } from '#lib/events.ts';
import { runningKey, withProgress } from '#lib/running-jobs.ts';
import type { RunningJobs } from '#lib/running-jobs.ts';
import { isForeignTenant } from '#lib/page-session.ts';
import { onSession, sessionState, useUser } from '#lib/session.ts';
import { useSwitchTenant } from '#lib/use-switch-tenant.ts';
import { forgetReadings } from './query-client.ts';

/**
 * Keeps what is on the page true: turns events into fresh queries, a sign-out into the sign-in page, and a membership
 * that has ended into the way home.
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
  useWayHome();
  const renew = (noun: string) => void queryClient.invalidateQueries({ queryKey: [noun] });
  useEvent('job.progress', (event) => {
    const running = queryClient.getQueryData<RunningJobs>(runningKey);
    if (running === undefined) return;
    const next = withProgress(running, event);
    if (next === undefined) void queryClient.invalidateQueries({ queryKey: runningKey });
    else queryClient.setQueryData(runningKey, next);
  });
  useEvent('job.queued', () => {
    renew('jobs');
    // What it works on is being worked on again.
    renew('datakits');
    renew('models');
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

/** Goes home, once, when the workspace that is open lets the account in no longer. */
function useWayHome(): void {
  const queryClient = useQueryClient();
  const switchTenant = useSwitchTenant();
  const user = useUser();
  const leaving = useRef(false);
  const leave = useEffectEvent(async (error: unknown) => {
    if (leaving.current || !isForeignTenant(error)) return;
    leaving.current = true;
    const left = user?.tenantName ?? 'that workspace';
    try {
      await switchTenant(undefined);
    } catch {
      leaving.current = false;
      return;
    }
    const { notifications } = await import('@mantine/notifications');
    notifications.show({ message: `You no longer belong to ${left}.` });
  });
  useEffect(() => {
    const stopQueries = queryClient.getQueryCache().subscribe((event) => {
      if (event.type === 'updated' && event.action.type === 'error') void leave(event.action.error);
    });
    const stopMutations = queryClient.getMutationCache().subscribe((event) => {
      if (event.type === 'updated' && event.action.type === 'error') void leave(event.action.error);
    });
    return () => {
      stopQueries();
      stopMutations();
    };
  }, [queryClient]);
}
