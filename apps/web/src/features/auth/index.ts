import { createRoute, redirect } from '@tanstack/react-router';
import { lazy } from 'react';
import { knowSession } from '#lib/gate.ts';
import { rootRoute } from '#lib/routes.ts';
import { text } from '#lib/search.ts';
import { sessionState } from '#lib/session.ts';

/** Where one was going; only a path of this app, so that a link cannot lead elsewhere after signing in. */
const validateSearch = (search: Record<string, unknown>): { from?: string } => {
  const from = text(search.from);
  return from !== undefined && /^\/(?![/\\])/.test(from) ? { from } : {};
};

const onlySignedOut = async () => {
  // A server that is away must not keep the form from being shown.
  await knowSession().catch(() => undefined);
  if (sessionState().status === 'signed-in') throw redirect({ to: '/' });
};

export const authRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/sign-in',
    validateSearch,
    beforeLoad: onlySignedOut,
  }).lazy(() => import('./sign-in-page.tsx').then((module) => module.Route)),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/register',
    validateSearch,
    beforeLoad: onlySignedOut,
  }).lazy(() => import('./register-page.tsx').then((module) => module.Route)),
] as const;

/** The dialog for a session that ended under an open page. */
export const SessionEnded = lazy(() => import('./session-ended.tsx'));
