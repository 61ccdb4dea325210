import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { account as routes, ApiKey, Body, Query, Reply } from '@quadrax/contract';
import type { Database } from '#platform/db';
import { AppError, invalid, notFound } from '#platform/errors';
import { sortedPageOf } from '#platform/http';
import type { Caller, Change, Cursors, ListPage } from '#platform/http';
import { countApiKeys, insertApiKey, listApiKeys, revokeApiKey } from './identity.api-keys.store.ts';
import type { ApiKeyRow } from './identity.api-keys.store.ts';
import { heldAccount } from './identity.credentials.ts';
import { hashOfToken } from './identity.link-tokens.ts';

/** A key as a request brings it: `qdx_`, which one, and the secret. */
export interface GivenKey {
  readonly id: string;
  readonly secret: string;
}

const pattern = /^qdx_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;
const shownCharacters = 12;
/** Each key has limits of its own, so their number has one too. */
const mostKeys = 100;

const dashed = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

export const looksLikeKey = (token: string): boolean => token.startsWith('qdx_');

/** undefined: no key of ours looks like this. */
export const readKey = (token: string): GivenKey | undefined => {
  const [, id, secret] = pattern.exec(token) ?? [];
  return id === undefined || secret === undefined ? undefined : { id: dashed(id), secret };
};

export const hasSecret = (row: ApiKeyRow, secret: string): boolean =>
  timingSafeEqual(hashOfToken(secret), row.secretHash);

const view = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: row.scopes,
  createdAt: row.createdAt.toISOString(),
  ...(row.expiresAt !== null && { expiresAt: row.expiresAt.toISOString() }),
  ...(row.lastUsedAt !== null && { lastUsedAt: row.lastUsedAt.toISOString() }),
  ...(row.lastUsedFrom !== null && { lastUsedFrom: row.lastUsedFrom }),
});

/** The keys that programs use in place of a person. */
export interface ApiKeys {
  list(caller: Caller, query: Query<typeof routes.apiKeys>): Promise<ListPage<ApiKey>>;
  create(
    caller: Caller,
    change: Change,
    form: Body<typeof routes.createApiKey>,
  ): Promise<Reply<typeof routes.createApiKey>>;
  /** @throws AppError NOT_FOUND */
  revoke(caller: Caller, change: Change, id: string): Promise<void>;
}

export const createApiKeys = ({
  db,
  cursors,
  forget,
}: {
  readonly db: Database;
  readonly cursors: Cursors;
  /** Looks every key up anew. */
  readonly forget: () => void;
}): ApiKeys => ({
  list: (caller, query) =>
    sortedPageOf(cursors, query, view, (page) => db.system((tx) => listApiKeys(tx, caller, page))),
  create: (caller, change, { name, scopes, expiresAt }) => {
    const end = expiresAt === undefined ? undefined : new Date(expiresAt);
    if (end && end.getTime() <= Date.now()) throw invalid('expiresAt', 'Choose a time to come.');
    const id = randomUUID();
    const secret = randomBytes(32).toString('base64url');
    const key = `qdx_${id.replaceAll('-', '')}_${secret}`;
    return change.system(async (tx) => {
      const { id: accountId } = await heldAccount(tx, caller);
      const { tenantId } = caller;
      if ((await countApiKeys(tx, { tenantId, accountId })) >= mostKeys)
        throw new AppError('CONFLICT', { message: `You have ${mostKeys} keys. Revoke one first.` });
      const row = await insertApiKey(tx, {
        tenantId,
        id,
        accountId,
        name,
        prefix: key.slice(0, shownCharacters),
        secretHash: hashOfToken(secret),
        scopes: [...new Set(scopes)],
        expiresAt: end,
      });
      const after = view(row);
      return { reply: { ...after, key }, after };
    });
  },
  revoke: async (caller, change, id) => {
    await change.system(async (tx) => {
      await heldAccount(tx, caller);
      const row = await revokeApiKey(tx, caller, id);
      if (!row) throw notFound('API key');
      return { reply: undefined, before: view(row) };
    });
    forget();
  },
});
