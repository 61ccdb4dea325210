import { QueryClient } from '@tanstack/react-query';
import { QuadraxError } from '@quadrax/client';
import { onSession, sessionState } from '#lib/session.ts';

/** Worth another try: what may pass by itself. A refusal stays a refusal. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof QuadraxError)) return false;
  if (error.code === 'NOT_CONFIGURED') return false;
  return error.code === 'UNREACHABLE' || error.status === 429 || error.status === 502 || error.status === 503;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && mayPass(error),
      retryDelay: (attempt, error) =>
        error instanceof QuadraxError && error.retryAfterSeconds !== undefined
          ? Math.min(error.retryAfterSeconds * 1000, 15_000)
          : 500 * 2 ** attempt,
      // The server may well be this machine: the browser's own idea of being online says nothing of it.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

/** Forgets what was read in somebody's name; what anyone may know stays, since a page may be showing it. */
export function forgetReadings(): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'auth' });
}

let reader: string | undefined;

/** What one account has read in one tenant is gone before anything is shown to another, or in another. */
onSession(() => {
  const state = sessionState();
  if (!('user' in state)) return;
  const next = `${state.user.id} ${state.user.tenantId}`;
  if (reader !== undefined && reader !== next) forgetReadings();
  reader = next;
});
