import { createRoute } from '@tanstack/react-router';
import { shellRoute } from '#lib/routes.ts';

export const accountRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/account' }).lazy(() =>
    import('./account-page.tsx').then((module) => module.Route),
  ),
] as const;
