import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute } from '@tanstack/react-router';
import { requireSession } from './gate.ts';
import { sessionState } from './session.ts';
import { signInMethods } from './sign-in-methods.ts';

/** What a route's loader may use. */
export interface RouteContext {
  queryClient: QueryClient;
}

export const rootRoute = createRootRouteWithContext<RouteContext>()();

/** Parent of every page that needs a session: navigation, header, search. Its component is set in `app/router.tsx`. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: ({ location }) => requireSession(location),
  // Whether the frame has a notice above the page is known before, so that the page does not move.
  loader: async ({ context: { queryClient } }) => {
    const state = sessionState();
    if (!('user' in state) || state.user.emailVerified) return;
    await queryClient.ensureQueryData(signInMethods).catch(() => undefined);
  },
});
