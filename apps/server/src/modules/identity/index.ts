import type { Config, Secrets } from '#config';
import type { Database } from '#platform/db';
import type { Cursors } from '#platform/http';
import { createCallers } from './identity.callers.ts';
import { createLockout } from './identity.lockout.ts';
import { createOwnAccount } from './identity.own-account.ts';
import { createPasswords } from './identity.passwords.ts';
import { identityRoutes } from './identity.routes.ts';
import { createIdentityService } from './identity.service.ts';
import { createTokens } from './identity.tokens.ts';

export type { Registration } from './identity.service.ts';

const daySeconds = 86_400;

/** Accounts, sessions and tenants: who calls, and where they belong. */
export const createIdentity = async (
  { db, cursors }: { readonly db: Database; readonly cursors: Cursors },
  config: Config,
  secrets: Secrets,
) => {
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
  const passwords = createPasswords(config.bcryptRounds);
  const lockout = createLockout(db);
  const own = createOwnAccount({ db, cursors, passwords, lockout });
  const service = createIdentityService({
    db,
    tokens,
    callers,
    passwords,
    lockout,
    registrationOpen: config.registrationOpen,
  });
  return {
    authenticator: callers,
    onChange: callers.onChange,
    routes: identityRoutes(service, own, tokens.refreshSeconds),
    createAccount: service.createAccount,
    /** When an access token ends, in ms since 1970. */
    expiryOf: (token: string): number => tokens.readAccess(token).exp * 1000,
  };
};
