import { createRoute } from '@tanstack/react-router';
import { shellRoute } from '#lib/routes.ts';
import { oneOf, text } from '#lib/search.ts';

/** The filters of the list, as the address bar holds them. */
export interface AccountsSearch {
  search?: string | undefined;
  disabled?: 'true' | 'false' | undefined;
}

const validateSearch = (search: Record<string, unknown>): AccountsSearch => ({
  search: text(search['search'])?.slice(0, 100),
  disabled: oneOf(String(search['disabled']), ['true', 'false']),
});

export const platformRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/platform', validateSearch }).lazy(() =>
    import('./platform-page.tsx').then((module) => module.Route),
  ),
] as const;
