import type { Role } from '@quadrax/contract';
import { createRoute } from '@tanstack/react-router';
import { shellRoute } from '#lib/routes.ts';
import { oneOf, text } from '#lib/search.ts';
import { roles } from '#lib/words.ts';

/** The filters of the list, as the address bar holds them. */
export interface MembersSearch {
  search?: string | undefined;
  role?: Role | undefined;
  active?: 'true' | 'false' | undefined;
}

const validateSearch = (search: Record<string, unknown>): MembersSearch => ({
  search: text(search['search'])?.slice(0, 100),
  role: oneOf(search['role'], roles),
  active: oneOf(String(search['active']), ['true', 'false']),
});

export const membersRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/members', validateSearch }).lazy(() =>
    import('./members-page.tsx').then((module) => module.Route),
  ),
] as const;
