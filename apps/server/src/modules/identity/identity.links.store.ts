import { and, eq, gt, isNull, lt, ne, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { lockAccount } from './identity.accounts.store.ts';
import type { AccountRow } from './identity.accounts.store.ts';
import { accountLinks, accounts, resetRequests } from './identity.tables.ts';
import type { LinkPurpose } from './identity.tables.ts';

/** A link that was good, its account, and the address it was sent to. */
export interface UsedLink {
  readonly account: AccountRow;
  readonly email: string;
}

export const insertLink = async (
  tx: Tx,
  link: {
    id: string;
    purpose: LinkPurpose;
    accountId: string;
    email: string;
    tokenHash: Buffer;
    expiresAt: Date;
  },
): Promise<void> => {
  await tx.insert(accountLinks).values(link);
  await tx.delete(accountLinks).where(lt(accountLinks.expiresAt, sql`now() - interval '7 days'`));
};

const good = (purpose: LinkPurpose, tokenHash: Buffer) =>
  and(
    eq(accountLinks.tokenHash, tokenHash),
    eq(accountLinks.purpose, purpose),
    isNull(accountLinks.usedAt),
    gt(accountLinks.expiresAt, sql`now()`),
  );

/** The account of a link that would work, for what must not be done for nothing; undefined: it would not. */
export const accountOfLink = async (
  tx: Tx,
  purpose: LinkPurpose,
  tokenHash: Buffer,
): Promise<AccountRow | undefined> => {
  const [row] = await tx
    .select({ account: accounts })
    .from(accountLinks)
    .innerJoin(accounts, eq(accounts.id, accountLinks.accountId))
    .where(good(purpose, tokenHash));
  return row?.account;
};

/**
 * Uses a link up and holds its account until the transaction ends. undefined: it is none, of another purpose, used
 * before or too old. The account is locked first, as by whoever changes one and then ends its links.
 */
export const useLink = async (
  tx: Tx,
  purpose: LinkPurpose,
  tokenHash: Buffer,
): Promise<UsedLink | undefined> => {
  const [link] = await tx
    .select({ accountId: accountLinks.accountId })
    .from(accountLinks)
    .where(good(purpose, tokenHash));
  const account = link && (await lockAccount(tx, link.accountId));
  if (!account) return undefined;
  const [used] = await tx
    .update(accountLinks)
    .set({ usedAt: sql`now()` })
    .where(good(purpose, tokenHash))
    .returning({ email: accountLinks.email });
  return used && { account, email: used.email };
};

/** Ends the other links of a purpose, such as older ones to choose a password. */
export const endLinks = async (tx: Tx, purpose: LinkPurpose, accountId: string): Promise<void> => {
  await tx
    .update(accountLinks)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(accountLinks.accountId, accountId),
        eq(accountLinks.purpose, purpose),
        isNull(accountLinks.usedAt),
      ),
    );
};

/** Ends the links that would give an account another address than the one it has. */
export const endAddressChanges = async (tx: Tx, accountId: string, email: string): Promise<void> => {
  await tx
    .update(accountLinks)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(accountLinks.accountId, accountId),
        eq(accountLinks.purpose, 'verify'),
        ne(accountLinks.email, email),
        isNull(accountLinks.usedAt),
      ),
    );
};

/** How many links of a purpose an account was sent in the last hour. */
export const recentLinks = async (tx: Tx, purpose: LinkPurpose, accountId: string): Promise<number> => {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(accountLinks)
    .where(
      and(
        eq(accountLinks.accountId, accountId),
        eq(accountLinks.purpose, purpose),
        gt(accountLinks.createdAt, sql`now() - interval '1 hour'`),
      ),
    );
  return row?.count ?? 0;
};

export const resetChannel = 'quadrax_resets';

/** A wish for a new password, and who had it. */
export type ResetRequest = Pick<typeof resetRequests.$inferSelect, 'email' | 'address' | 'requestId'>;

export const insertResetRequest = async (tx: Tx, id: string, request: ResetRequest): Promise<void> => {
  await tx.insert(resetRequests).values({ id, ...request });
  await tx.execute(sql`SELECT pg_notify(${resetChannel}, '')`);
};

/** Takes one request off the list for good, if the transaction commits. undefined: none is left for us. */
export const takeResetRequest = async (tx: Tx): Promise<ResetRequest | undefined> => {
  const { rows } = await tx.execute<ResetRequest>(sql`
    DELETE FROM auth.reset_requests WHERE id = (
      SELECT id FROM auth.reset_requests ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING email, address, request_id AS "requestId"`);
  return rows[0];
};
