import { createRoute } from '@tanstack/react-router';
import { shellRoute } from '#lib/routes.ts';

export const upkeepRoutes = [
  createRoute({ getParentRoute: () => shellRoute, path: '/upkeep' }).lazy(() =>
    import('./upkeep-page.tsx').then((module) => module.Route),
  ),
] as const;
