import { createRoute } from '@tanstack/react-router';
import { shellRoute } from '#lib/routes.ts';
import { text } from '#lib/search.ts';

/** The filters of the log, as the address bar holds them. */
export interface AuditSearch {
  action?: string | undefined;
  actor?: string | undefined;
  resource?: string | undefined;
  /** Days, as 2026-03-01; both belong to the range. */
  from?: string | undefined;
  to?: string | undefined;
  search?: string | undefined;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const day = /^\d{4}-\d{2}-\d{2}$/;

const like = (value: unknown, pattern: RegExp): string | undefined => {
  const given = text(value);
  return given !== undefined && pattern.test(given) ? given : undefined;
};

const dayOf = (value: unknown): string | undefined => {
  const given = like(value, day);
  return given !== undefined && !Number.isNaN(Date.parse(given)) ? given : undefined;
};

const validateSearch = (search: Record<string, unknown>): AuditSearch => ({
  action: text(search['action'])?.slice(0, 100),
  actor: like(search['actor'], uuid),
  resource: like(search['resource'], uuid),
  from: dayOf(search['from']),
  to: dayOf(search['to']),
  search: text(search['search'])?.slice(0, 100),
});

export const auditRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/audit', validateSearch }).lazy(() =>
    import('./audit-page.tsx').then((module) => module.Route),
  ),
] as const;
