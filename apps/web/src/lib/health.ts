import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** How each part of the server is. */
export const healthQuery = queryOptions({
  queryKey: ['operations', 'health'],
  queryFn: ({ signal }) => api.operations.health({ signal }),
  staleTime: 30_000,
});
