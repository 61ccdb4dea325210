import type { Database } from '#platform/db';
import { AppError } from '#platform/errors';
import type { IdentityChange } from '#platform/events';
import type { Authenticator, Caller, CallerNow } from '#platform/http';
import type { Logger } from '#platform/log';
import { accountById } from './identity.accounts.store.ts';
import type { AccountRow } from './identity.accounts.store.ts';
import { hasSecret, looksLikeKey, readKey } from './identity.api-keys.ts';
import { liveApiKey, touchApiKey } from './identity.api-keys.store.ts';
import type { ApiKeyRow } from './identity.api-keys.store.ts';
import { accountOf, badKey, sessionEnded } from './identity.credentials.ts';
import { membershipsOf } from './identity.members.store.ts';
import type { Membership } from './identity.members.store.ts';
import type { TokenIssuer } from './identity.tokens.ts';

const channel = 'quadrax_identity';
const mostCached = 10_000;
/** A key's last use is noted to the minute. */
const touchEveryMs = 60_000;

/** A session or an API key that is good: whose, and where its account is a member. */
export interface Identity {
  readonly account: AccountRow;
  readonly memberships: readonly Membership[];
  /** Absent for a session. */
  readonly key?: ApiKeyRow;
}

export interface Callers extends Authenticator {
  /** Told when a session or a key ends, or an account or its memberships change, in whichever process. */
  onChange(handler: (change: IdentityChange) => void): void;
  /** @throws AppError UNAUTHENTICATED */
  identity(caller: Pick<Caller, 'credential' | 'credentialId'>): Promise<Identity>;
  /** Whether a credential that was good a moment ago still lets its account into the tenant, and until when. */
  standing(
    holder: Pick<Caller, 'credential' | 'credentialId' | 'accountId' | 'tenantId'>,
  ): Promise<{ readonly expiresAt: number | undefined } | undefined>;
  readonly callerNow: CallerNow;
  /** Looks everything up anew: for a change made here, which is to hold before its answer is out. */
  forget(): void;
}

const isRefusal = (error: unknown): boolean => error instanceof AppError && error.status < 500;

/** Where somebody comes in: at home unless they say where. @throws AppError TENANT_FORBIDDEN */
export const membershipIn = (
  { account, memberships, key }: Identity,
  tenant: string | undefined,
): Membership => {
  if (memberships.length === 0)
    throw new AppError('TENANT_FORBIDDEN', {
      message: 'Your account may enter no workspace at present. Ask an administrator.',
    });
  const wanted = tenant ?? key?.tenantId ?? account.homeTenantId;
  const found =
    memberships.find(({ tenantId, slug }) => tenantId === wanted || slug === wanted) ??
    (tenant === undefined && !key ? memberships[0] : undefined);
  if (!found || (key && found.tenantId !== key.tenantId)) throw new AppError('TENANT_FORBIDDEN');
  return found;
};

/**
 * Who a token or a key speaks for. What is found is cached in the process and dropped the moment the database says
 * that it changed; while it cannot be heard, nothing is cached.
 */
export const createCallers = async (
  { db, log }: { readonly db: Database; readonly log: Logger },
  tokens: TokenIssuer,
): Promise<Callers> => {
  const cache = new Map<string, Promise<Identity>>();
  const touched = new Map<string, number>();
  const handlers = new Set<(change: IdentityChange) => void>();
  await db.listener.listen(channel, (payload) => {
    const change = JSON.parse(payload) as IdentityChange;
    for (const handler of handlers) handler(change);
    if (change.credential !== undefined) cache.delete(change.credential);
    // Changes of a membership are rare: everything is looked up anew rather than searched through.
    if (change.account !== undefined || change.tenant !== undefined) cache.clear();
  });
  db.listener.onReconnect(() => cache.clear());

  const loadSession = (credentialId: string): Promise<Identity> =>
    db.system(async (tx) => {
      const account = await accountOf(tx, { credential: 'session', credentialId });
      return { account, memberships: await membershipsOf(tx, account.id) };
    });
  const loadKey = (id: string): Promise<Identity> =>
    db.system(async (tx) => {
      const found = await liveApiKey(tx, id);
      if (!found) throw badKey();
      return { ...found, memberships: await membershipsOf(tx, found.account.id) };
    });

  const identity: Callers['identity'] = ({ credential, credentialId }) => {
    const load = credential === 'key' ? loadKey : loadSession;
    if (!db.listener.connected) {
      cache.clear();
      return load(credentialId);
    }
    const known = cache.get(credentialId);
    if (known) return known;
    if (cache.size >= mostCached) cache.clear();
    const loading = load(credentialId);
    cache.set(credentialId, loading);
    loading.catch(() => cache.delete(credentialId));
    return loading;
  };

  const touch = (id: string, address: string): void => {
    const now = Date.now();
    if (now - (touched.get(id) ?? 0) < touchEveryMs) return;
    if (touched.size >= mostCached) touched.clear();
    touched.set(id, now);
    db.system((tx) => touchApiKey(tx, id, address)).catch((error: unknown) =>
      log.warn({ action: 'api_key.untouched', err: error }, 'The use of an API key could not be noted'),
    );
  };

  /** Who comes in by what was found, and where. @throws AppError UNAUTHENTICATED, TENANT_FORBIDDEN */
  const entersAs = (found: Identity, credentialId: string, tenant: string | undefined): Caller => {
    const { account, key } = found;
    if (account.disabledAt !== null) throw sessionEnded();
    if ((key?.expiresAt?.getTime() ?? Infinity) <= Date.now()) throw badKey();
    const { tenantId, role } = membershipIn(found, tenant);
    return {
      accountId: account.id,
      credentialId,
      credential: key ? 'key' : 'session',
      tenantId,
      role,
      scopes: key?.scopes,
      platformAdministrator: account.platformAdministrator,
    };
  };

  const byKey = async (token: string, tenant: string | undefined, address: string): Promise<Caller> => {
    const given = readKey(token);
    if (!given) throw badKey();
    const found = await identity({ credential: 'key', credentialId: given.id });
    if (!found.key || !hasSecret(found.key, given.secret)) throw badKey();
    const caller = entersAs(found, given.id, tenant);
    touch(given.id, address);
    return caller;
  };

  const bySession = async (token: string, tenant: string | undefined): Promise<Caller> => {
    const { sid, sub } = tokens.readAccess(token);
    const found = await identity({ credential: 'session', credentialId: sid });
    if (found.account.id !== sub || found.key) throw new AppError('UNAUTHENTICATED');
    return entersAs(found, sid, tenant);
  };

  const standing: Callers['standing'] = async ({ credential, credentialId, accountId, tenantId }) => {
    try {
      const found = await identity({ credential, credentialId });
      const caller = entersAs(found, credentialId, tenantId);
      return caller.accountId === accountId ? { expiresAt: found.key?.expiresAt?.getTime() } : undefined;
    } catch (error) {
      // That the database is away says nothing against the credential.
      if (isRefusal(error)) return undefined;
      throw error;
    }
  };

  /** What a job works for goes on after the session that asked for it has ended, as long as its account may enter. */
  const whoAsked = ({ credential, credentialId, accountId }: Parameters<CallerNow>[0]): Promise<Identity> => {
    if (credential === 'key') return identity({ credential, credentialId });
    return db.system(async (tx) => {
      const account = await accountById(tx, accountId);
      if (!account) throw sessionEnded();
      return { account, memberships: await membershipsOf(tx, accountId) };
    });
  };
  const callerNow: Callers['callerNow'] = async (asked) => {
    try {
      return entersAs(await whoAsked(asked), asked.credentialId, asked.tenantId);
    } catch (cause) {
      if (!isRefusal(cause)) throw cause;
      const who = asked.credential === 'key' ? 'The API key that asked for this' : 'Whoever asked for this';
      throw new AppError('FORBIDDEN', { message: `${who} has no access to the workspace any more.`, cause });
    }
  };

  return {
    standing,
    callerNow,
    onChange: (handler) => void handlers.add(handler),
    identity,
    forget: () => cache.clear(),
    isCheap: (token) => !looksLikeKey(token) || cache.has(readKey(token)?.id ?? ''),
    authenticate: (token, tenant, address) =>
      looksLikeKey(token) ? byKey(token, tenant, address) : bySession(token, tenant),
  };
};
