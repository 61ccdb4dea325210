import { QueryClient } from '@tanstack/react-query';
import { QuadraxError } from '@quadrax/client';

/** Worth another try: what may pass by itself. A refusal stays a refusal. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof QuadraxError)) return false;
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
