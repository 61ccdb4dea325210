import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** The ways to come in here; they change with the server's settings only. */
export const signInMethods = queryOptions({
  queryKey: ['auth', 'methods'],
  queryFn: ({ signal }) => api.auth.methods({ signal }),
  staleTime: 300_000,
});
