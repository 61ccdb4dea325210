import type { JobStatus } from '@quadrax/contract';
import { createRoute } from '@tanstack/react-router';
import { shellRoute } from '#lib/routes.ts';
import { oneOf, text } from '#lib/search.ts';

export const statuses = [
  'RUNNING',
  'QUEUED',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
] as const satisfies readonly JobStatus[];

/** The filters of the list, as the address bar holds them. */
export interface JobsSearch {
  status?: JobStatus | undefined;
  kind?: string | undefined;
  subject?: string | undefined;
}

const validateSearch = (search: Record<string, unknown>): JobsSearch => ({
  status: oneOf(search.status, statuses),
  kind: text(search.kind),
  subject: text(search.subject),
});

export const jobsRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/jobs', validateSearch }).lazy(() =>
    import('./jobs-page.tsx').then((module) => module.Route),
  ),
  createRoute({ getParentRoute: () => shellRoute, path: '/jobs/$id' }).lazy(() =>
    import('./job-page.tsx').then((module) => module.Route),
  ),
] as const;
