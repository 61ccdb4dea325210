import { createClient } from '@quadrax/client';
import type { QuadraxClient } from '@quadrax/client';
import { createSession } from './page-session.ts';

const HINT = 'quadrax.session';

/** Who is signed in on this page. The refresh token stays in its HttpOnly cookie. */
export const pageSession = createSession({
  refresh: () => api.auth.refresh(),
  me: () => api.auth.me(),
  logout: (token) => createClient({ token }).auth.logout(),
  logoutAll: (token) => createClient({ token }).auth.logoutAll(),
  // Web Locks need a secure context; without it two tabs may meet, and the loser signs in again.
  exclusively: (work) => ('locks' in navigator ? navigator.locks.request('quadrax.refresh', work) : work()),
  remember: (signedIn) => {
    if (signedIn) localStorage.setItem(HINT, '1');
    else localStorage.removeItem(HINT);
  },
  remembered: () => localStorage.getItem(HINT) !== null,
  now: () => Date.now(),
});

/** The client of this page: its own origin, its own session. Errors are `QuadraxError`. */
export const api: QuadraxClient = createClient({ token: pageSession, cookies: true });
