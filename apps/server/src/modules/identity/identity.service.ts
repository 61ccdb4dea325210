import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Body, Session, Tokens, User } from '@quadrax/contract';
import { identity as routes } from '@quadrax/contract';
import { DatabaseError } from 'pg';
import type { Database, Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import { recordAudit } from '#platform/http';
import type { Caller, Client } from '#platform/http';
import type { Callers } from './identity.callers.ts';
import type { Lockout } from './identity.lockout.ts';
import type { Passwords } from './identity.passwords.ts';
import {
  extendSession,
  findAccount,
  insertAccount,
  insertRefreshToken,
  insertSession,
  lockRefreshToken,
  markUsed,
  membershipsOf,
  revokeSession,
} from './identity.store.ts';
import type { AccountRow, Membership } from './identity.store.ts';
import type { TokenIssuer } from './identity.tokens.ts';

/** A refresh token that comes again this soon from the same client is a lost answer, not a theft. */
const graceSeconds = 10;

export interface IdentityDeps {
  readonly db: Database;
  readonly tokens: TokenIssuer;
  readonly passwords: Passwords;
  readonly lockout: Lockout;
  readonly callers: Callers;
  readonly registrationOpen: boolean;
}

export type Registration = Body<typeof routes.register>;
export type Login = Body<typeof routes.login>;

export interface IdentityService {
  register(form: Registration, client: Client): Promise<Session>;
  login(form: Login, client: Client): Promise<Session>;
  refresh(refreshToken: string | undefined, client: Client): Promise<Tokens>;
  logout(caller: Caller): Promise<void>;
  me(caller: Caller): Promise<User>;
  /** An account made by the operator; `administrator` runs the platform. Returns its id. */
  createAccount(form: Registration, options: { administrator: boolean }): Promise<string>;
}

const clientKey = ({ address, userAgent }: Client): string =>
  createHash('sha256').update(`${address}\n${userAgent}`).digest('hex');

const slugOf = (name: string): string => {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${words || 'tenant'}-${randomBytes(3).toString('hex')}`;
};

const userOf = (account: AccountRow, membership: Membership): User => ({
  id: account.id,
  email: account.email,
  firstName: account.firstName,
  lastName: account.lastName,
  role: membership.role,
  tenantId: membership.tenantId,
  tenantName: membership.name,
  platformAdministrator: account.platformAdministrator,
  ...(account.username !== null && { username: account.username }),
});

const takenField = (error: unknown): string | undefined => {
  const cause = error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
  if (!(cause instanceof DatabaseError) || cause.code !== '23505') return undefined;
  return cause.constraint === 'accounts_username' ? 'username' : 'email';
};

export const createIdentityService = (deps: IdentityDeps): IdentityService => {
  const { db, tokens, passwords, lockout, callers } = deps;

  const issue = async (tx: Tx, accountId: string, sessionId: string, client: Client): Promise<Tokens> => {
    const tokenId = randomUUID();
    await insertRefreshToken(tx, { id: tokenId, sessionId, client: clientKey(client) });
    return {
      token: tokens.access(accountId, sessionId),
      refreshToken: tokens.refresh(sessionId, tokenId),
      expiresIn: tokens.accessSeconds,
    };
  };

  const sessionEnd = (): Date => new Date(Date.now() + tokens.refreshSeconds * 1000);

  const open = async (tx: Tx, account: AccountRow, client: Client, action: string): Promise<Session> => {
    const sessionId = randomUUID();
    await insertSession(tx, {
      id: sessionId,
      accountId: account.id,
      userAgent: client.userAgent,
      address: client.address,
      expiresAt: sessionEnd(),
    });
    const memberships = await membershipsOf(tx, account.id);
    const home = memberships.find(({ tenantId }) => tenantId === account.homeTenantId) ?? memberships[0];
    if (!home) throw new AppError('TENANT_FORBIDDEN');
    const { address, requestId } = client;
    await recordAudit(tx, {
      tenantId: home.tenantId,
      accountId: account.id,
      action,
      resourceId: sessionId,
      address,
      requestId,
    });
    return { user: userOf(account, home), ...(await issue(tx, account.id, sessionId, client)) };
  };

  const insert = async (
    tx: Tx,
    form: Registration,
    passwordHash: string,
    administrator: boolean,
  ): Promise<void> => {
    const name = form.organization ?? `${form.firstName} ${form.lastName}`;
    const { email, username, firstName, lastName } = form;
    await insertAccount(tx, {
      id: randomUUID(),
      email,
      username,
      firstName,
      lastName,
      passwordHash,
      platformAdministrator: administrator,
      tenant: { id: randomUUID(), name, slug: slugOf(name) },
    });
  };

  const taken = (error: unknown): unknown => {
    const field = takenField(error);
    if (field === undefined) return error;
    const message =
      field === 'email' ? 'An account with this email address exists.' : 'This user name is taken.';
    return new AppError('EMAIL_TAKEN', { message, details: [{ field, message }] });
  };

  const created = async <T>(
    form: Registration,
    administrator: boolean,
    then: (tx: Tx, account: AccountRow) => Promise<T>,
  ): Promise<T> => {
    const passwordHash = await passwords.hash(form.password);
    try {
      return await db.system(async (tx) => {
        await insert(tx, form, passwordHash, administrator);
        const account = await findAccount(tx, form.email);
        if (!account) throw new Error('The account just made is not there.');
        return then(tx, account);
      });
    } catch (error) {
      throw taken(error);
    }
  };

  return {
    register: (form, client) => {
      if (!deps.registrationOpen) throw new AppError('REGISTRATION_CLOSED');
      return created(form, false, (tx, account) => open(tx, account, client, routes.register.audit));
    },
    createAccount: (form, { administrator }) =>
      created(form, administrator, async (_tx, account) => account.id),
    login: async (form, client) => {
      const identifier = form.email ?? form.username ?? '';
      await lockout.check(identifier, client.address);
      const account = await db.system((tx) => findAccount(tx, identifier));
      const same = await passwords.matches(form.password, account?.passwordHash);
      const right = account !== undefined && same && account.disabledAt === null;
      await lockout.settle(identifier, client.address, right);
      if (!right) throw new AppError('INVALID_CREDENTIALS');
      return db.system((tx) => open(tx, account, client, routes.login.audit));
    },
    refresh: async (refreshToken, client) => {
      if (refreshToken === undefined) throw new AppError('UNAUTHENTICATED');
      const { sid, jti } = tokens.readRefresh(refreshToken);
      const outcome = await db.system(async (tx) => {
        const found = await lockRefreshToken(tx, jti, sid);
        if (!found || found.session.revokedAt !== null || found.session.expiresAt.getTime() < Date.now())
          return 'ended';
        const { session, token } = found;
        const again = token.usedSecondsAgo;
        if (again !== null && (again > graceSeconds || token.client !== clientKey(client))) {
          await revokeSession(tx, session.id, 'A refresh token was used twice.');
          return 'reused';
        }
        await markUsed(tx, token.id);
        await extendSession(tx, session.id, sessionEnd());
        return issue(tx, session.accountId, session.id, client);
      });
      if (outcome === 'ended')
        throw new AppError('UNAUTHENTICATED', { message: 'The session has ended. Sign in again.' });
      if (outcome === 'reused') throw new AppError('TOKEN_REUSED');
      return outcome;
    },
    logout: (caller) => db.system((tx) => revokeSession(tx, caller.sessionId, 'Signed out.')),
    me: async (caller) => {
      const { account, memberships } = await callers.identity(caller.sessionId);
      const membership = memberships.find(({ tenantId }) => tenantId === caller.tenantId);
      if (!membership) throw new AppError('TENANT_FORBIDDEN');
      return userOf(account, membership);
    },
  };
};
