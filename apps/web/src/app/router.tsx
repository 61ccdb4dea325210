/*
 * The route tree. To add a feature `things`:
 *   1. `features/things/index.ts` exports a tuple of routes below `shellRoute` (from `#lib/routes.ts`):
 *        export const thingsRoutes = [
 *          createRoute({ getParentRoute: () => shellRoute, path: '/things', validateSearch })
 *            .lazy(() => import('./things-page.tsx').then((module) => module.Route)),
 *        ] as const;
 *   2. `things-page.tsx` exports `const Route = createLazyRoute('/shell/things')({ component: ThingsPage })`;
 *      inside it `Route.useSearch()`, `Route.useParams()` and `Route.useNavigate()` are typed.
 *   3. Spread `...thingsRoutes` below. A place in the navigation: `navigation.ts`.
 */
import { createRoute, createRouter } from '@tanstack/react-router';
import { accountRoutes } from '#features/account';
import { auditRoutes } from '#features/audit';
import { authRoutes } from '#features/auth';
import { datakitsRoutes } from '#features/datakits';
import { jobsRoutes } from '#features/jobs';
import { mailRoutes } from '#features/mail';
import { modelsRoutes } from '#features/models';
import { overviewRoutes } from '#features/overview';
import { platformRoutes } from '#features/platform';
import { upkeepRoutes } from '#features/upkeep';
import { membersRoutes } from '#features/users';
import { rootRoute, shellRoute } from '#lib/routes.ts';
import { SkeletonPage } from '#ui/skeletons.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { PageFailure, ShellFailure } from './page-failure.tsx';
import { queryClient } from './query-client.ts';
import { Root } from './root.tsx';
import { Shell } from './shell.tsx';
import { ShellSkeleton } from './shell-skeleton.tsx';

rootRoute.update({ component: Root });
shellRoute.update({ component: Shell, pendingComponent: ShellSkeleton, errorComponent: ShellFailure });
// An address that leads nowhere keeps the frame around it.
const nowhereRoute = createRoute({ getParentRoute: () => shellRoute, path: '$', component: NotFoundPage });

const routeTree = rootRoute.addChildren([
  shellRoute.addChildren([
    ...overviewRoutes,
    ...datakitsRoutes,
    ...modelsRoutes,
    ...jobsRoutes,
    ...membersRoutes,
    ...auditRoutes,
    ...platformRoutes,
    ...accountRoutes,
    ...mailRoutes,
    ...upkeepRoutes,
    nowhereRoute,
  ]),
  ...authRoutes,
]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 200,
  defaultPendingComponent: SkeletonPage,
  defaultErrorComponent: PageFailure,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
