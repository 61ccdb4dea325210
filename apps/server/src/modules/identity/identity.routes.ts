import type { identity } from '@quadrax/contract';
import { Answer } from '#platform/http';
import type { Cookie, Handlers } from '#platform/http';
import type { OwnAccount } from './identity.own-account.ts';
import type { IdentityService } from './identity.service.ts';

const cookieName = 'quadrax_refresh';

/** The browser's copy of the refresh token, out of reach of scripts and sent to the API alone. */
const cookieOf = (refreshToken: string, maxAgeSeconds: number): Cookie => ({
  name: cookieName,
  value: refreshToken,
  path: '/api',
  maxAgeSeconds,
});

export const identityRoutes = (
  service: IdentityService,
  own: OwnAccount,
  refreshSeconds: number,
): Handlers<typeof identity> => {
  const withCookie = <T extends { refreshToken: string }>(data: T): Answer<T> =>
    new Answer(data, { cookies: [cookieOf(data.refreshToken, refreshSeconds)] });
  return {
    register: async ({ body, client }) => withCookie(await service.register(body, client)),
    login: async ({ body, client }) => withCookie(await service.login(body, client)),
    refresh: async ({ body, client }) =>
      withCookie(await service.refresh(body?.refreshToken ?? client.cookies[cookieName], client)),
    logout: async ({ caller }) => {
      await service.logout(caller);
      return new Answer(null, { cookies: [cookieOf('', 0)] });
    },
    me: ({ caller }) => service.me(caller),
    sessions: ({ caller, query }) => own.sessions(caller, query),
    endSession: ({ caller, params }) => own.endSession(caller, params.id),
    endOtherSessions: ({ caller }) => own.endOtherSessions(caller),
    logoutAll: async ({ caller }) => {
      await own.endAllSessions(caller);
      return new Answer(null, { cookies: [cookieOf('', 0)] });
    },
    changePassword: ({ caller, body, client }) => own.changePassword(caller, body, client),
  };
};
