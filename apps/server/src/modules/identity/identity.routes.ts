import type { account, identity, platform, tenants, users } from '@quadrax/contract';
import { AppError } from '#platform/errors';
import { Answer } from '#platform/http';
import type { Cookie, Handlers } from '#platform/http';
import type { ApiKeys } from './identity.api-keys.ts';
import type { Invitations } from './identity.invitations.ts';
import type { Members } from './identity.members.ts';
import type { OpenIdConnect } from './identity.openid.ts';
import type { OwnAccount } from './identity.own-account.ts';
import type { PlatformAccounts } from './identity.platform-accounts.ts';
import type { Recovery } from './identity.recovery.ts';
import type { IdentityService } from './identity.service.ts';
import type { Sessions } from './identity.sessions.ts';
import type { Strength } from './identity.strength.ts';
import type { Tenants } from './identity.tenants.ts';

const cookieName = 'quadrax_refresh';

/** The browser's copy of the refresh token, out of reach of scripts and sent to the API alone. */
const cookieOf = (refreshToken: string, maxAgeSeconds: number): Cookie => ({
  name: cookieName,
  value: refreshToken,
  path: '/api',
  maxAgeSeconds,
});

const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];

const signedOut = (): Answer<null> => new Answer(null, { cookies: [cookieOf('', 0)] });

/** How a browser is let in: the same for every way in. */
const admitting =
  (refreshSeconds: number) =>
  <T extends { refreshToken: string }>(data: T): Answer<T> =>
    new Answer(data, { cookies: [cookieOf(data.refreshToken, refreshSeconds)] });

export interface DoorDeps {
  readonly service: IdentityService;
  readonly sessions: Sessions;
  readonly recovery: Recovery;
  readonly invitations: Invitations;
  readonly strength: Strength;
  readonly openIdConnect: OpenIdConnect | undefined;
  readonly registrationOpen: boolean;
  readonly mailConfigured: boolean;
  readonly refreshSeconds: number;
}

/** The ways in. */
export const identityRoutes = (deps: DoorDeps): Handlers<typeof identity> => {
  const { service, sessions, recovery, invitations, strength, openIdConnect } = deps;
  const admit = admitting(deps.refreshSeconds);
  return {
    register: async ({ body, client }) => admit(await service.register(body, client)),
    login: async ({ body, client }) => admit(await service.login(body, client)),
    refresh: async ({ body, client }) =>
      admit(await sessions.refresh(body?.refreshToken ?? client.cookies[cookieName], client)),
    logout: async ({ body, headers, client }) => {
      const token = bearerOf(headers.authorization);
      await sessions.close({ token, refreshToken: body?.refreshToken ?? client.cookies[cookieName] }, client);
      return signedOut();
    },
    setup: async ({ body, client }) => admit(await service.setup(body, client)),
    acceptInvitation: async ({ body, client }) => admit(await invitations.accept(body, client)),
    methods: async () => ({
      registration: deps.registrationOpen,
      mail: deps.mailConfigured,
      ...(openIdConnect && { openIdConnect: { label: openIdConnect.label, url: openIdConnect.path } }),
    }),
    passwordStrength: ({ body }) => strength.estimate(body.password, body.personal),
    verifyEmail: ({ body, client }) => recovery.verifyEmail(body.token, client),
    forgotPassword: ({ body, client }) => recovery.forgotPassword(body.email, client),
    resetPassword: ({ body, client }) => recovery.resetPassword(body, client),
    invitation: ({ body }) => invitations.offer(body.token),
    ...openIdConnectRoutes(openIdConnect, deps.refreshSeconds),
  };
};

const notConfigured = (): AppError =>
  new AppError('NOT_CONFIGURED', {
    message:
      'Signing in elsewhere is not configured here. Set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, and start the server again.',
  });

const openIdConnectRoutes = (
  openIdConnect: OpenIdConnect | undefined,
  refreshSeconds: number,
): Pick<Handlers<typeof identity>, 'openIdConnect' | 'openIdConnectReturn'> => ({
  openIdConnect: async ({ query }) => {
    if (!openIdConnect) throw notConfigured();
    const { url, cookie } = await openIdConnect.begin(query.returnTo);
    return new Answer(url, { cookies: [cookie] });
  },
  openIdConnectReturn: async ({ query, client }) => {
    if (!openIdConnect) throw notConfigured();
    const { url, session, cookie } = await openIdConnect.finish(query, client);
    const admitted = session ? [cookieOf(session.refreshToken, refreshSeconds)] : [];
    return new Answer(url, { cookies: [cookie, ...admitted] });
  },
});

/** What is another thing to another caller, or in another tenant, under one address and with one ETag. */
const ofCaller = <T>(data: T): Answer<T> =>
  new Answer(data, { headers: { vary: 'Origin, Authorization, X-Tenant-ID' } });

/** One's own account. */
export const accountRoutes = (
  own: OwnAccount,
  members: Members,
  invitations: Invitations,
  keys: ApiKeys,
): Handlers<typeof account> => ({
  me: async ({ caller }) => ofCaller(await own.me(caller)),
  updateMe: ({ caller, change, body, unchangedSince }) => own.updateMe(caller, change, body, unchangedSince),
  sessions: ({ caller, query }) => own.sessions(caller, query),
  endSession: ({ caller, change, params }) => own.endSession(caller, change, params.id),
  endOtherSessions: ({ caller, change }) => own.endOtherSessions(caller, change),
  logoutAll: async ({ caller, change }) => {
    await own.endAllSessions(caller, change);
    return signedOut();
  },
  changePassword: ({ caller, change, body, client }) => own.changePassword(caller, change, body, client),
  memberships: ({ caller }) => own.memberships(caller),
  leave: ({ caller, change, params }) => members.leave(caller, change, params.id),
  join: ({ caller, change, body }) => invitations.join(caller, change, body),
  resendVerification: ({ caller, change }) => own.resendVerification(caller, change),
  changeEmail: ({ caller, change, body, client }) => own.changeEmail(caller, change, body, client),
  apiKeys: ({ caller, query }) => keys.list(caller, query),
  createApiKey: ({ caller, change, body }) => keys.create(caller, change, body),
  revokeApiKey: ({ caller, change, params }) => keys.revoke(caller, change, params.id),
});

/** The members of a tenant, and who is asked to become one. */
export const usersRoutes = (members: Members, invitations: Invitations): Handlers<typeof users> => ({
  list: ({ caller, query }) => members.list(caller.tenantId, query),
  get: async ({ caller, params }) => ofCaller(await members.get(caller.tenantId, params.id)),
  create: ({ caller, change, body }) => members.create(caller, change, body),
  update: ({ caller, change, params, body, unchangedSince }) =>
    members.update(caller, change, params.id, body, unchangedSince),
  remove: ({ caller, change, params }) => members.remove(caller, change, params.id),
  invitations: ({ caller, query }) => invitations.list(caller.tenantId, query),
  invite: ({ caller, change, body }) => invitations.invite(caller, change, body),
  revokeInvitation: ({ caller, change, params }) => invitations.revoke(caller, change, params.id),
});

/** The tenant that a call is made in. */
export const tenantsRoutes = (service: Tenants): Handlers<typeof tenants> => ({
  get: ({ caller, params }) => service.get(caller, params.id),
  update: ({ caller, change, params, body, unchangedSince }) =>
    service.rename(caller, change, params.id, body.name, unchangedSince),
});

/** Every account of the installation. */
export const platformRoutes = (accounts: PlatformAccounts): Handlers<typeof platform> => ({
  accounts: ({ query }) => accounts.list(query),
  updateAccount: ({ caller, change, params, body }) => accounts.update(caller, change, params.id, body),
});
