import type { ApiKeyScope, Sort } from '@quadrax/contract';
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { byTime, keyset } from '#platform/db';
import type { PageRows, SortedPage, Tx } from '#platform/db';
import type { AccountRow } from './identity.accounts.store.ts';
import { accounts, apiKeys } from './identity.tables.ts';

export type ApiKeyRow = typeof apiKeys.$inferSelect;

export const insertApiKey = async (
  tx: Tx,
  key: {
    tenantId: string;
    id: string;
    accountId: string;
    name: string;
    prefix: string;
    secretHash: Buffer;
    scopes: ApiKeyScope[];
    expiresAt: Date | undefined;
  },
): Promise<ApiKeyRow> => {
  const [row] = await tx.insert(apiKeys).values(key).returning();
  if (!row) throw new Error('The API key just made is not there.');
  return row;
};

const good = and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)));

export const countApiKeys = async (
  tx: Tx,
  { tenantId, accountId }: { tenantId: string; accountId: string },
): Promise<number> =>
  tx.$count(
    apiKeys,
    and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.accountId, accountId), isNull(apiKeys.revokedAt)),
  );

const sorted = keyset({ createdAt: byTime(apiKeys.createdAt) }, apiKeys.id);

/** A page of an account's keys of a tenant that were not revoked. */
export const listApiKeys = (
  tx: Tx,
  { tenantId, accountId }: { tenantId: string; accountId: string },
  page: SortedPage<Sort<'createdAt'>>,
): Promise<PageRows<ApiKeyRow>> => {
  const theirs = and(
    eq(apiKeys.tenantId, tenantId),
    eq(apiKeys.accountId, accountId),
    isNull(apiKeys.revokedAt),
  );
  return sorted(tx, page, theirs, (where) => tx.select().from(apiKeys).where(where));
};

/** @returns the key as it was; undefined if the account has no such key. */
export const revokeApiKey = async (
  tx: Tx,
  { tenantId, accountId }: { tenantId: string; accountId: string },
  id: string,
): Promise<ApiKeyRow | undefined> => {
  const [row] = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(
      and(
        eq(apiKeys.tenantId, tenantId),
        eq(apiKeys.accountId, accountId),
        eq(apiKeys.id, id),
        isNull(apiKeys.revokedAt),
      ),
    )
    .returning();
  return row;
};

/** Ends every key that speaks for an account, in whichever tenant. */
export const revokeApiKeysOf = async (tx: Tx, accountId: string): Promise<void> => {
  await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.accountId, accountId), isNull(apiKeys.revokedAt)));
};

/** A key that is good, with the account it speaks for. */
export const liveApiKey = async (
  tx: Tx,
  id: string,
): Promise<{ key: ApiKeyRow; account: AccountRow } | undefined> => {
  const [row] = await tx
    .select({ key: apiKeys, account: accounts })
    .from(apiKeys)
    .innerJoin(accounts, eq(accounts.id, apiKeys.accountId))
    .where(and(eq(apiKeys.id, id), good, isNull(accounts.disabledAt)));
  return row;
};

export const touchApiKey = async (tx: Tx, id: string, address: string): Promise<void> => {
  await tx
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()`, lastUsedFrom: address })
    .where(eq(apiKeys.id, id));
};
