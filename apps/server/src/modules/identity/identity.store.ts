import type { Role } from '@quadrax/contract';
import { and, desc, eq, gt, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { accounts, loginFailures, memberships, refreshTokens, sessions, tenants } from './identity.tables.ts';

export type AccountRow = typeof accounts.$inferSelect;

export interface Membership {
  readonly tenantId: string;
  readonly slug: string;
  readonly name: string;
  readonly role: Role;
}

export interface NewAccount {
  readonly id: string;
  readonly email: string;
  readonly username: string | undefined;
  readonly firstName: string;
  readonly lastName: string;
  readonly passwordHash: string;
  readonly platformAdministrator: boolean;
  readonly tenant: { readonly id: string; readonly name: string; readonly slug: string };
}

/** An account with a tenant of its own, which it administers. */
export const insertAccount = async (tx: Tx, { tenant, ...account }: NewAccount): Promise<void> => {
  await tx.insert(tenants).values({ tenantId: tenant.id, name: tenant.name, slug: tenant.slug });
  await tx.insert(accounts).values({ ...account, homeTenantId: tenant.id });
  await tx.insert(memberships).values({ tenantId: tenant.id, accountId: account.id, role: 'ADMIN' });
};

export const findAccount = async (tx: Tx, identifier: string): Promise<AccountRow | undefined> => {
  const name = identifier.toLowerCase();
  const [row] = await tx
    .select()
    .from(accounts)
    .where(or(eq(accounts.email, name), eq(sql`lower(${accounts.username})`, name)))
    .limit(1);
  return row;
};

export const membershipsOf = (tx: Tx, accountId: string): Promise<Membership[]> =>
  tx
    .select({ tenantId: tenants.tenantId, slug: tenants.slug, name: tenants.name, role: memberships.role })
    .from(memberships)
    .innerJoin(tenants, eq(tenants.tenantId, memberships.tenantId))
    .where(eq(memberships.accountId, accountId))
    .orderBy(memberships.createdAt);

/** The account of a session that is neither revoked nor over, nor of a disabled account. */
export const liveAccountOf = async (tx: Tx, sessionId: string): Promise<AccountRow | undefined> => {
  const [row] = await tx
    .select({ account: accounts })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .where(
      and(
        eq(sessions.id, sessionId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, sql`now()`),
        isNull(accounts.disabledAt),
      ),
    );
  return row?.account;
};

export const insertSession = async (
  tx: Tx,
  session: { id: string; accountId: string; userAgent: string; address: string; expiresAt: Date },
): Promise<void> => {
  await tx.insert(sessions).values(session);
};

export const insertRefreshToken = async (
  tx: Tx,
  token: { id: string; sessionId: string; client: string },
): Promise<void> => {
  await tx.insert(refreshTokens).values(token);
};

/** The token and its session, both locked, so that two refreshes at once take turns. */
export const lockRefreshToken = async (tx: Tx, id: string, sessionId: string) => {
  const [session] = await tx.select().from(sessions).where(eq(sessions.id, sessionId)).for('update');
  if (!session) return undefined;
  const [token] = await tx
    .select({
      id: refreshTokens.id,
      client: refreshTokens.client,
      usedSecondsAgo: sql<number | null>`EXTRACT(EPOCH FROM now() - ${refreshTokens.usedAt})::float8`,
    })
    .from(refreshTokens)
    .where(and(eq(refreshTokens.id, id), eq(refreshTokens.sessionId, sessionId)));
  return token && { session, token };
};

export const markUsed = async (tx: Tx, tokenId: string): Promise<void> => {
  await tx
    .update(refreshTokens)
    .set({ usedAt: sql`now()` })
    .where(and(eq(refreshTokens.id, tokenId), isNull(refreshTokens.usedAt)));
};

export const extendSession = async (tx: Tx, sessionId: string, expiresAt: Date): Promise<void> => {
  await tx
    .update(sessions)
    .set({ lastUsedAt: sql`now()`, expiresAt })
    .where(eq(sessions.id, sessionId));
};

export const revokeSession = async (tx: Tx, sessionId: string, because: string): Promise<void> => {
  await tx
    .update(sessions)
    .set({ revokedAt: sql`now()`, revokedBecause: because })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt)));
};

export type SessionRow = typeof sessions.$inferSelect;

const openOf = (accountId: string) =>
  and(eq(sessions.accountId, accountId), isNull(sessions.revokedAt), gt(sessions.expiresAt, sql`now()`));

/** The sessions of an account that have not ended, newest first, one more than `limit`. */
export const listOpenSessions = (
  tx: Tx,
  accountId: string,
  limit: number,
  after: readonly [createdAt: string, id: string] | undefined,
): Promise<SessionRow[]> =>
  tx
    .select()
    .from(sessions)
    .where(
      and(
        openOf(accountId),
        after && sql`(${sessions.createdAt}, ${sessions.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(limit + 1);

/** Ends the open sessions of an account: the one named, or all but the one excepted. Returns how many. */
export const revokeSessionsOf = async (
  tx: Tx,
  accountId: string,
  which: { only?: string; except?: string },
  because: string,
): Promise<number> => {
  const ended = await tx
    .update(sessions)
    .set({ revokedAt: sql`now()`, revokedBecause: because })
    .where(
      and(
        openOf(accountId),
        which.only === undefined ? undefined : eq(sessions.id, which.only),
        which.except === undefined ? undefined : ne(sessions.id, which.except),
      ),
    )
    .returning({ id: sessions.id });
  return ended.length;
};

export const accountById = async (tx: Tx, id: string): Promise<AccountRow | undefined> => {
  const [row] = await tx.select().from(accounts).where(eq(accounts.id, id));
  return row;
};

/** @returns whether the account still had the password it was to be changed from. */
export const replacePassword = async (tx: Tx, id: string, from: string, to: string): Promise<boolean> => {
  const changed = await tx
    .update(accounts)
    .set({ passwordHash: to })
    .where(and(eq(accounts.id, id), eq(accounts.passwordHash, from)))
    .returning({ id: accounts.id });
  return changed.length === 1;
};

const countedHours = 24;

/** Makes others who judge this identifier from this address wait until the transaction ends. */
export const lockFailures = async (tx: Tx, identifier: string, address: string): Promise<void> => {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`${identifier} ${address}`}, 0))`);
};

/** How many seconds ago each failure of the last day was, for this identifier from this address, oldest first. */
export const recentFailures = async (tx: Tx, identifier: string, address: string): Promise<number[]> => {
  const rows = await tx
    .select({ secondsAgo: sql<number>`EXTRACT(EPOCH FROM now() - ${loginFailures.failedAt})::float8` })
    .from(loginFailures)
    .where(
      and(
        eq(loginFailures.identifier, identifier),
        eq(loginFailures.address, address),
        gt(loginFailures.failedAt, sql`now() - make_interval(hours => ${countedHours})`),
      ),
    )
    .orderBy(loginFailures.failedAt);
  return rows.map(({ secondsAgo }) => secondsAgo);
};

export const insertFailure = async (tx: Tx, identifier: string, address: string): Promise<void> => {
  await tx.insert(loginFailures).values({ identifier, address });
  await tx
    .delete(loginFailures)
    .where(lt(loginFailures.failedAt, sql`now() - make_interval(hours => ${countedHours})`));
};

export const clearFailures = async (tx: Tx, identifier: string, address: string): Promise<void> => {
  await tx
    .delete(loginFailures)
    .where(and(eq(loginFailures.identifier, identifier), eq(loginFailures.address, address)));
};
