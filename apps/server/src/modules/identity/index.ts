import type { Config, Secrets } from '#config';
import type { Database } from '#platform/db';
import type { Cursors } from '#platform/http';
import type { Logger } from '#platform/log';
import type { Mail } from '#platform/mail';
import { createApiKeys } from './identity.api-keys.ts';
import { createCallers } from './identity.callers.ts';
import { createInvitations } from './identity.invitations.ts';
import { linkTo } from './identity.letters.ts';
import type { PublicUrl } from './identity.letters.ts';
import { createLockout } from './identity.lockout.ts';
import { createMembers } from './identity.members.ts';
import { createOpenIdConnect } from './identity.openid.ts';
import type { OpenIdDeps } from './identity.openid.ts';
import { createOwnAccount } from './identity.own-account.ts';
import { createPasswords } from './identity.passwords.ts';
import { createPlatformAccounts } from './identity.platform-accounts.ts';
import { createRecovery } from './identity.recovery.ts';
import {
  accountRoutes,
  identityRoutes,
  platformRoutes,
  tenantsRoutes,
  usersRoutes,
} from './identity.routes.ts';
import { createIdentityService } from './identity.service.ts';
import { createSessions } from './identity.sessions.ts';
import { deleteOldSessions } from './identity.sessions.store.ts';
import { createStrength } from './identity.strength.ts';
import { createTenants } from './identity.tenants.ts';
import { createTokens } from './identity.tokens.ts';

export type { Registration } from './identity.service.ts';

const daySeconds = 86_400;

export interface IdentityDeps {
  readonly db: Database;
  readonly cursors: Cursors;
  readonly mail: Mail;
  readonly log: Logger;
  readonly publicUrl: PublicUrl;
}

const tokensOf = (config: Config, secrets: Secrets) =>
  createTokens({
    accessSecret: secrets.access,
    refreshSecret: secrets.refresh,
    algorithm: config.jwtAlgorithm,
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    accessSeconds: config.accessTokenMinutes * 60,
    refreshSeconds: config.refreshTokenDays * daySeconds,
  });

const openIdConnectOf = (config: Config, deps: Omit<OpenIdDeps, 'settings'>) => {
  const { openIdIssuer: issuer, openIdClientId: clientId } = config;
  if (issuer === undefined || clientId === undefined) return undefined;
  const settings = {
    issuer,
    clientId,
    clientSecret: config.openIdClientSecret,
    label: config.openIdLabel,
    scopes: config.openIdScopes,
    opensAccounts: config.openIdOpensAccounts,
  };
  return createOpenIdConnect({ ...deps, settings });
};

/** Accounts, sessions and tenants: who calls, and where they belong. */
export const createIdentity = async (
  { db, cursors, mail, log, publicUrl }: IdentityDeps,
  config: Config,
  secrets: Secrets,
) => {
  const tokens = tokensOf(config, secrets);
  const callers = await createCallers({ db, log }, tokens);
  const passwords = createPasswords(config.bcryptRounds);
  const strength = createStrength();
  const lockout = createLockout(db);
  const { forget } = callers;
  const sessions = createSessions({ db, tokens, forget });
  const recovery = createRecovery({ db, mail, passwords, strength, publicUrl, log, forget });
  const shared = {
    db,
    cursors,
    passwords,
    strength,
    lockout,
    recovery,
    sessions,
    callers,
    forget,
    mail,
    publicUrl,
  };
  const { registrationOpen } = config;
  const service = createIdentityService({ ...shared, log, registrationOpen, secret: secrets.signing });
  const own = createOwnAccount(shared);
  const members = createMembers(shared);
  const invitations = createInvitations(shared);
  const openIdConnect = openIdConnectOf(config, { db, sessions, publicUrl, secret: secrets.signing, log });
  return {
    authenticator: callers,
    onChange: callers.onChange,
    routes: {
      identity: identityRoutes({
        service,
        sessions,
        recovery,
        invitations,
        strength,
        openIdConnect,
        registrationOpen,
        mailConfigured: mail.configured,
        refreshSeconds: tokens.refreshSeconds,
      }),
      account: accountRoutes(own, members, invitations, createApiKeys(shared)),
      users: usersRoutes(members, invitations),
      tenants: tenantsRoutes(createTenants(shared)),
      platform: platformRoutes(createPlatformAccounts(shared)),
    },
    createAccount: service.createAccount,
    /** Where the first platform administrator is made; undefined once there is one. */
    setupLink: async (): Promise<string | undefined> => {
      const token = await service.setupToken();
      return token === undefined ? undefined : linkTo(publicUrl, 'setup', token);
    },
    /** When an access token ends, in ms since 1970; an API key does not by itself. */
    expiryOf: tokens.expiryOf,
    forgetSessions: deleteOldSessions,
    start: recovery.start,
    stop: async (): Promise<void> => {
      await recovery.stop();
      await strength.close();
    },
  };
};
