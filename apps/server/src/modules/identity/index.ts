import type { Config, Secrets } from '#config';
import type { Database } from '#platform/db';
import { createCallers } from './identity.callers.ts';
import { createLockout } from './identity.lockout.ts';
import { createPasswords } from './identity.passwords.ts';
import { identityRoutes } from './identity.routes.ts';
import { createIdentityService } from './identity.service.ts';
import { createTokens } from './identity.tokens.ts';

export type { Registration } from './identity.service.ts';

const daySeconds = 86_400;

/** Accounts, sessions and tenants: who calls, and where they belong. */
export const createIdentity = async (db: Database, config: Config, secrets: Secrets) => {
  const tokens = createTokens({
    accessSecret: secrets.access,
    refreshSecret: secrets.refresh,
    algorithm: config.jwtAlgorithm,
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    accessSeconds: config.accessTokenMinutes * 60,
    refreshSeconds: config.refreshTokenDays * daySeconds,
  });
  const callers = await createCallers(db, tokens);
  const service = createIdentityService({
    db,
    tokens,
    callers,
    passwords: createPasswords(config.bcryptRounds),
    lockout: createLockout(db),
    registrationOpen: config.registrationOpen,
  });
  return {
    authenticator: callers,
    onChange: callers.onChange,
    routes: identityRoutes(service, tokens.refreshSeconds),
    createAccount: service.createAccount,
    /** When an access token ends, in ms since 1970. */
    expiryOf: (token: string): number => tokens.readAccess(token).exp * 1000,
  };
};
