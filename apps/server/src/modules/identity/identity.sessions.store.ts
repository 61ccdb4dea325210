import type { Sort } from '@quadrax/contract';
import { and, eq, gt, isNull, ne, sql } from 'drizzle-orm';
import { byTime, keyset } from '#platform/db';
import type { PageRows, SortedPage, Tx } from '#platform/db';
import type { AccountRow } from './identity.accounts.store.ts';
import { accounts, refreshTokens, sessions } from './identity.tables.ts';

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

/** Notes the first use of a token and by which client: a repetition is judged by that, not by whom it was given to. */
export const markUsed = async (tx: Tx, tokenId: string, client: string): Promise<void> => {
  await tx
    .update(refreshTokens)
    .set({ usedAt: sql`now()`, client })
    .where(and(eq(refreshTokens.id, tokenId), isNull(refreshTokens.usedAt)));
};

export const extendSession = async (tx: Tx, sessionId: string, expiresAt: Date): Promise<void> => {
  await tx
    .update(sessions)
    .set({ lastUsedAt: sql`now()`, expiresAt })
    .where(eq(sessions.id, sessionId));
};

/** @returns whether it had not ended before. */
export const revokeSession = async (tx: Tx, sessionId: string, because: string): Promise<boolean> => {
  const ended = await tx
    .update(sessions)
    .set({ revokedAt: sql`now()`, revokedBecause: because })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt)))
    .returning({ id: sessions.id });
  return ended.length === 1;
};

export type SessionRow = typeof sessions.$inferSelect;

const openOf = (accountId: string) =>
  and(eq(sessions.accountId, accountId), isNull(sessions.revokedAt), gt(sessions.expiresAt, sql`now()`));

const sorted = keyset({ createdAt: byTime(sessions.createdAt) }, sessions.id);

/** A page of the sessions of an account that have not ended. */
export const listOpenSessions = (
  tx: Tx,
  accountId: string,
  page: SortedPage<Sort<'createdAt'>>,
): Promise<PageRows<SessionRow>> =>
  sorted(tx, page, openOf(accountId), (where) => tx.select().from(sessions).where(where));

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

/** How long a session that is over is kept, so that a late use of its tokens is still known for what it is. */
const keptDays = 30;
/** Sessions removed at once, so that nobody waits for the rest. */
const mostDeleted = 5000;

/** Removes sessions long over, and their tokens with them. @returns how many */
export const deleteOldSessions = async (tx: Tx): Promise<number> => {
  const { rowCount } = await tx.execute(sql`
    DELETE FROM auth.sessions WHERE id IN (
      SELECT id FROM auth.sessions WHERE expires_at < now() - make_interval(days => ${keptDays})
      ORDER BY expires_at LIMIT ${mostDeleted})`);
  return rowCount ?? 0;
};
