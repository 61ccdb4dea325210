import { createClient } from '@quadrax/client';
import type { QuadraxClient } from '@quadrax/client';
import { createSession } from './page-session.ts';

const HINT = 'quadrax.session';
const TENANT = 'quadrax.tenant';

/** Read once: two tabs may be in two tenants, until one of them is loaded anew. */
let chosen: { tenant: string | undefined } | undefined;

/** The tenant that was chosen in this browser, sent with every call; undefined: the account's home. */
export function chosenTenant(): string | undefined {
  chosen ??= { tenant: localStorage.getItem(TENANT) ?? undefined };
  return chosen.tenant;
}

/** Who is signed in on this page. The refresh token stays in its HttpOnly cookie. */
export const pageSession = createSession({
  refresh: () => api.auth.refresh(),
  me: (tenant) => createClient({ token: pageSession, tenant }).account.me(),
  chosenTenant,
  chooseTenant: (tenant) => {
    chosen = { tenant };
    if (tenant === undefined) localStorage.removeItem(TENANT);
    else localStorage.setItem(TENANT, tenant);
  },
  logout: (token) => createClient({ token, tenant: chosenTenant }).auth.logout(),
  logoutAll: (token) => createClient({ token, tenant: chosenTenant }).account.logoutAll(),
  // Web Locks need a secure context; without it two tabs may meet, and the loser signs in again.
  exclusively: (work) => ('locks' in navigator ? navigator.locks.request('quadrax.refresh', work) : work()),
  remember: (signedIn) => {
    if (signedIn) localStorage.setItem(HINT, '1');
    else localStorage.removeItem(HINT);
  },
  remembered: () => localStorage.getItem(HINT) !== null,
  now: () => Date.now(),
});

/** Where this page is: named even at home, so that the server does not quietly answer from elsewhere. */
function presentTenant(): string | undefined {
  const state = pageSession.state();
  return chosenTenant() ?? ('user' in state ? state.user.tenantId : undefined);
}

/** The client of this page: its own origin, its own session, the tenant it is in. Errors are `QuadraxError`. */
export const api: QuadraxClient = createClient({ token: pageSession, cookies: true, tenant: presentTenant });
