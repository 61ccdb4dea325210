import type { Permission, RateClass, RouteDeclaration } from '@quadrax/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.ts';
import type { Caller } from './call.ts';
import { networkOf } from './network.ts';
import { prefersLater } from './prefer.ts';
import type { Limit, RateLimiter, Verdict } from './rate-limit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard on routes that are not public. */
    caller: Caller | undefined;
  }
}

/** Finds out who calls. The identity module has the answer. */
export interface Authenticator {
  /**
   * @param token an access token or an API key
   * @param address where it was used from
   * @throws AppError UNAUTHENTICATED, TOKEN_EXPIRED, TENANT_FORBIDDEN
   */
  authenticate(token: string, tenant: string | undefined, address: string): Promise<Caller>;
  /** Whether a token can be told good from bad without asking the database. */
  isCheap(token: string): boolean;
}

export interface GuardOptions {
  readonly authenticator: Authenticator;
  readonly limiter: RateLimiter | undefined;
  readonly limits: {
    readonly anonymous: Limit;
    readonly authenticated: Limit;
    readonly tenant: Limit;
    readonly compute: Limit;
    readonly register: Limit;
    /** What makes the server send mail. */
    readonly mail: Limit;
  };
}

/** Stands before every route: who is it, may they, and not too often. */
export interface Guard {
  enter(declaration: RouteDeclaration): (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  callerOf(request: FastifyRequest): Caller | undefined;
  /** The same for what somebody we know asks in another way than by a request. @throws AppError RATE_LIMITED, FORBIDDEN */
  admit(declaration: RouteDeclaration, caller: Caller): void;
  /** Who opens a socket; guessing counts as anonymous there too. @throws as `authenticate`, and AppError RATE_LIMITED */
  identify(token: string, tenant: string | undefined, address: string): Promise<Caller>;
}

/** What an account may do by its role. */
const roleAllows = (permission: Permission, caller: Caller): boolean => {
  if (permission === 'platform') return caller.platformAdministrator;
  if (permission === 'admin') return caller.role === 'ADMIN';
  if (permission === 'write') return caller.role !== 'VIEWER';
  return true;
};

/** What an API key may do by its scopes; a session is confined by none. */
const scopeAllows = (permission: Permission, { scopes }: Caller): boolean => {
  if (!scopes || permission === 'read') return true;
  if (permission === 'write') return scopes.includes('write') || scopes.includes('admin');
  return permission === 'admin' && scopes.includes('admin');
};

const requirePermission = (permission: Permission, caller: Caller): void => {
  if (!roleAllows(permission, caller)) throw new AppError('FORBIDDEN');
  if (scopeAllows(permission, caller)) return;
  const message =
    permission === 'account' || permission === 'platform'
      ? 'An API key cannot do this. Sign in.'
      : `This API key has no scope for this. It needs "${permission}".`;
  throw new AppError('FORBIDDEN', { message });
};

/** What a call takes that is kept as a job, which a viewer may not make. @throws AppError FORBIDDEN */
export const requireLater = ({ permission }: RouteDeclaration, caller: Caller): void => {
  requirePermission(permission, caller);
  if (roleAllows('write', caller) && scopeAllows('write', caller)) return;
  throw new AppError('FORBIDDEN', {
    message: 'You may ask this, but not make a job of it. Ask without the preference "respond-async".',
  });
};

const isRefusal = (error: unknown): boolean => error instanceof AppError && error.status < 500;

const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];

const policies = new WeakMap<Limit, string>();

/** The limit as RateLimit-Policy tells it: the same text for every request. */
const policyOf = (limit: Limit): string => {
  const known = policies.get(limit);
  if (known !== undefined) return known;
  const policy = `"${limit.name}";q=${limit.most};w=${Math.ceil(limit.windowMs / 1000)}`;
  policies.set(limit, policy);
  return policy;
};

const fieldsOf = ({ limit, remaining, resetSeconds }: Verdict): Record<string, string> => ({
  'ratelimit-policy': policyOf(limit),
  ratelimit: `"${limit.name}";r=${remaining};t=${resetSeconds}`,
});

const announce = (reply: FastifyReply, verdict: Verdict | undefined): void => {
  if (verdict) reply.headers(fieldsOf(verdict));
};

/**
 * The draft (draft-ietf-httpapi-ratelimit-headers) allows a list. One is told, the closest to its end: it is the one to
 * act upon, and a list would tell each member of a tenant with every reply how busy the others are.
 */
const closer = (known: Verdict | undefined, verdict: Verdict): Verdict =>
  known === undefined || verdict.remaining < known.remaining ? verdict : known;

export const createGuard = ({ authenticator, limiter, limits }: GuardOptions): Guard => {
  /** Spends one of a limit. Gives the closest to its end of this one and those before. @throws AppError RATE_LIMITED */
  const spend = (limit: Limit, key: string, before?: Verdict): Verdict | undefined => {
    if (!limiter) return undefined;
    const verdict = limiter.spend(limit, key);
    if (!verdict.refused) return closer(before, verdict);
    throw new AppError('RATE_LIMITED', {
      retryAfter: verdict.resetSeconds,
      message: `Too many requests (${limit.name}). Try again in ${verdict.resetSeconds} s.`,
      headers: fieldsOf(verdict),
    });
  };
  const spendAsNobody = (address: string, rate: RateClass): Verdict | undefined => {
    const network = networkOf(address);
    const closest = spend(limits.anonymous, network);
    return rate === 'register' || rate === 'mail' ? spend(limits[rate], network, closest) : closest;
  };
  const spendAs = ({ credentialId, accountId, tenantId }: Caller, rate: RateClass): Verdict | undefined => {
    let closest = spend(limits.authenticated, credentialId);
    closest = spend(limits.tenant, tenantId, closest);
    if (rate === 'compute') closest = spend(limits.compute, credentialId, closest);
    if (rate === 'mail') closest = spend(limits.mail, accountId, closest);
    return closest;
  };
  /**
   * Guesses count as anonymous: one that costs a query before it is made, so that of many at once no more are looked
   * up, and given back where it was none; one that costs nothing when it has failed, so that whom we know already is
   * let in whatever others at the same address do.
   */
  const authenticate = async (
    token: string,
    tenant: string | undefined,
    address: string,
    tell: (verdict: Verdict | undefined) => void,
  ): Promise<Caller> => {
    const isCheap = authenticator.isCheap(token);
    const spent = isCheap ? undefined : spendAsNobody(address, 'read');
    try {
      const caller = await authenticator.authenticate(token, tenant, address);
      if (!isCheap) limiter?.giveBack(limits.anonymous, networkOf(address));
      return caller;
    } catch (error) {
      // That the database is away is nobody's guess.
      if (isRefusal(error)) tell(isCheap ? spendAsNobody(address, 'read') : spent);
      else if (!isCheap) limiter?.giveBack(limits.anonymous, networkOf(address));
      throw error;
    }
  };
  const authenticateRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<Caller> => {
    const tell = (verdict: Verdict | undefined): void => announce(reply, verdict);
    const token = bearerOf(request);
    if (token === undefined) {
      tell(spendAsNobody(request.ip, 'read'));
      throw new AppError('UNAUTHENTICATED');
    }
    const tenant = request.headers['x-tenant-id'];
    return authenticate(token, typeof tenant === 'string' ? tenant : undefined, request.ip, tell);
  };
  return {
    callerOf: (request) => request.caller,
    admit: ({ permission, rate }, caller) => {
      if (rate !== 'none') spendAs(caller, rate);
      requirePermission(permission, caller);
    },
    identify: (token, tenant, address) => authenticate(token, tenant, address, () => {}),
    enter: (declaration) => async (request, reply) => {
      const { permission, rate } = declaration;
      if (permission === 'public') {
        if (rate !== 'none') announce(reply, spendAsNobody(request.ip, rate));
        return;
      }
      const caller = await authenticateRequest(request, reply);
      const isLater = declaration.respondAsync && prefersLater(request.headers['prefer']);
      // A job is kept, and computes.
      if (rate !== 'none') announce(reply, spendAs(caller, isLater ? 'compute' : rate));
      if (isLater) requireLater(declaration, caller);
      else requirePermission(permission, caller);
      request.caller = caller;
    },
  };
};
