import { createRoute, redirect } from '@tanstack/react-router';
import { lazy } from 'react';
import { knowSession } from '#lib/gate.ts';
import { rootRoute } from '#lib/routes.ts';
import { oneOf, text } from '#lib/search.ts';
import { sessionState } from '#lib/session.ts';
import { mailedLink, unparkInvitation } from './mailed-link.ts';

/** Where one was going; only a path of this app, so that a link cannot lead elsewhere after signing in. */
const validateSearch = (search: Record<string, unknown>): { from?: string } => {
  const from = text(search.from);
  return from !== undefined && /^\/(?![/\\])/.test(from) ? { from } : {};
};

/** Besides, what is to be said: that the password was changed, or why the provider did not let one in. */
const validateSignIn = (search: Record<string, unknown>) => ({
  ...validateSearch(search),
  ...(oneOf(search.notice, ['password']) && { notice: 'password' as const }),
  ...(text(search.problem) !== undefined && { problem: text(search.problem) }),
});

/** A server that is away must not keep the page from being shown. */
const whoIsHere = () => knowSession().catch(() => undefined);

const onlySignedOut = async () => {
  await whoIsHere();
  if (sessionState().status === 'signed-in') throw redirect({ to: '/' });
};

export const authRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/sign-in',
    validateSearch: validateSignIn,
    beforeLoad: onlySignedOut,
  }).lazy(() => import('./sign-in-page.tsx').then((module) => module.Route)),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/register',
    validateSearch,
    beforeLoad: onlySignedOut,
  }).lazy(() => import('./register-page.tsx').then((module) => module.Route)),
  createRoute({ getParentRoute: () => rootRoute, path: '/forgot-password' }).lazy(() =>
    import('./forgot-password-page.tsx').then((module) => module.Route),
  ),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/reset-password',
    ...mailedLink('/reset-password'),
  }).lazy(() => import('./reset-password-page.tsx').then((module) => module.Route)),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/verify-email',
    ...mailedLink('/verify-email'),
    loader: whoIsHere,
  }).lazy(() => import('./verify-email-page.tsx').then((module) => module.Route)),
  createRoute({ getParentRoute: () => rootRoute, path: '/setup', ...mailedLink('/setup') }).lazy(() =>
    import('./setup-page.tsx').then((module) => module.Route),
  ),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/invitation',
    ...mailedLink('/invitation'),
    loader: async () => {
      unparkInvitation();
      await whoIsHere();
    },
  }).lazy(() => import('./invitation-page.tsx').then((module) => module.Route)),
] as const;

/** The dialog for a session that ended under an open page. */
export const SessionEnded = lazy(() => import('./session-ended.tsx'));
