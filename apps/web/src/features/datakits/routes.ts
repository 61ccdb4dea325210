import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '#lib/routes.ts';
import { oneOf, text } from '#lib/search.ts';
import { parseFilters, type PreviewFilter } from './preview-filter.ts';

export const datakitSorts = ['name', '-name', 'createdAt', '-createdAt'] as const;

export interface DatakitsSearch {
  name?: string | undefined;
  status?: 'PROCESSING' | 'READY' | 'FAILED' | undefined;
  /** Those that were deleted, in place of the others. */
  deleted?: 'true' | undefined;
  /** Absent, the newest first. */
  sort?: (typeof datakitSorts)[number] | undefined;
}

export const datakitsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/datakits',
  validateSearch: (search: Record<string, unknown>): DatakitsSearch => ({
    name: text(search['name']),
    status: oneOf(search['status'], ['PROCESSING', 'READY', 'FAILED']),
    deleted: oneOf(String(search['deleted']), ['true']),
    sort: oneOf(search['sort'], datakitSorts),
  }),
  component: lazyRouteComponent(() => import('./datakits-page.tsx'), 'DatakitsPage'),
});

export const datakitTabs = ['profile', 'query', 'transform', 'versions', 'lineage'] as const;
export type DatakitTab = (typeof datakitTabs)[number];

export interface DatakitSearch {
  /** Absent, the profile. */
  tab?: DatakitTab | undefined;
  /** The text of the query. */
  sql?: string | undefined;
  /** A column of words that the steps of a transformation begin by tidying. */
  tidy?: string | undefined;
  /** The column whose profile is shown. */
  column?: string | undefined;
  /** A column; a leading minus sorts downwards. */
  sort?: string | undefined;
  filter?: PreviewFilter[] | undefined;
}

export const datakitRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/datakits/$id',
  validateSearch: (search: Record<string, unknown>): DatakitSearch => {
    const filter = parseFilters(search['filter']);
    return {
      tab: oneOf(search['tab'], datakitTabs),
      sql: text(search['sql']),
      tidy: text(search['tidy']),
      column: text(search['column']),
      sort: text(search['sort']),
      filter: filter.length > 0 ? filter : undefined,
    };
  },
  component: lazyRouteComponent(() => import('./datakit-page.tsx'), 'DatakitPage'),
});

export const datakitsRoutes = [datakitsRoute, datakitRoute] as const;
