import type { Database } from '#platform/db';
import { AppError } from '#platform/errors';
import type { Authenticator, Caller } from '#platform/http';
import { liveAccountOf, membershipsOf } from './identity.store.ts';
import type { AccountRow, Membership } from './identity.store.ts';
import type { TokenIssuer } from './identity.tokens.ts';

const channel = 'quadrax_identity';
const mostCached = 10_000;

/** A live session: whose, and where its account is a member. */
export interface Identity {
  readonly account: AccountRow;
  readonly memberships: readonly Membership[];
}

export interface Callers extends Authenticator {
  /** Told when a session ends, or an account or its memberships change, in whichever process. */
  onChange(handler: (change: { session?: string; account?: string }) => void): void;
  /** @throws AppError UNAUTHENTICATED */
  identity(sessionId: string): Promise<Identity>;
}

const membershipIn = ({ account, memberships }: Identity, tenant: string | undefined): Membership => {
  const wanted = tenant ?? account.homeTenantId;
  const found = memberships.find(({ tenantId, slug }) => tenantId === wanted || slug === wanted);
  if (!found) throw new AppError('TENANT_FORBIDDEN');
  return found;
};

/**
 * Who a token speaks for. Sessions and memberships are cached in the process and dropped the moment the database
 * says that they changed; while it cannot be heard, nothing is cached.
 */
export const createCallers = async (db: Database, tokens: TokenIssuer): Promise<Callers> => {
  const cache = new Map<string, Promise<Identity>>();
  const handlers = new Set<(change: { session?: string; account?: string }) => void>();
  await db.listener.listen(channel, (payload) => {
    const change = JSON.parse(payload) as { session?: string; account?: string };
    const { session, account } = change;
    for (const handler of handlers) handler(change);
    if (session !== undefined) cache.delete(session);
    // Changes of a membership are rare: everything is looked up anew rather than searched through.
    if (account !== undefined) cache.clear();
  });
  db.listener.onReconnect(() => cache.clear());

  const load = (sessionId: string): Promise<Identity> =>
    db.system(async (tx) => {
      const account = await liveAccountOf(tx, sessionId);
      if (!account)
        throw new AppError('UNAUTHENTICATED', { message: 'The session has ended. Sign in again.' });
      return { account, memberships: await membershipsOf(tx, account.id) };
    });

  const identity = (sessionId: string): Promise<Identity> => {
    if (!db.listener.connected) {
      cache.clear();
      return load(sessionId);
    }
    const known = cache.get(sessionId);
    if (known) return known;
    if (cache.size >= mostCached) cache.clear();
    const loading = load(sessionId);
    cache.set(sessionId, loading);
    loading.catch(() => cache.delete(sessionId));
    return loading;
  };

  return {
    onChange: (handler) => void handlers.add(handler),
    identity,
    authenticate: async (token, tenant): Promise<Caller> => {
      const { sid, sub } = tokens.readAccess(token);
      const found = await identity(sid);
      if (found.account.id !== sub) throw new AppError('UNAUTHENTICATED');
      const { tenantId, role } = membershipIn(found, tenant);
      const { id: accountId, platformAdministrator } = found.account;
      return { accountId, sessionId: sid, tenantId, role, platformAdministrator };
    },
  };
};
