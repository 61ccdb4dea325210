import { createRoute } from '@tanstack/react-router';
import { shellRoute } from '#lib/routes.ts';

export const overviewRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/' }).lazy(() =>
    import('./overview-page.tsx').then((module) => module.Route),
  ),
] as const;
