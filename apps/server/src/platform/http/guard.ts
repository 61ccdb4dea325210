import type { Permission, RateClass, RouteDeclaration } from '@quadrax/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.ts';
import type { Caller } from './call.ts';
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

const announce = (reply: FastifyReply, { limit, remaining, resetSeconds }: Verdict): void => {
  reply.header('ratelimit-policy', policyOf(limit));
  reply.header('ratelimit', `"${limit.name}";r=${remaining};t=${resetSeconds}`);
};

/**
 * The draft (draft-ietf-httpapi-ratelimit-headers) allows a list. One is told, the closest to its end: it is the one to
 * act upon, and a list would tell each member of a tenant with every reply how busy the others are.
 */
const closer = (known: Verdict | undefined, verdict: Verdict): Verdict =>
  known === undefined || verdict.remaining < known.remaining ? verdict : known;

export const createGuard = ({ authenticator, limiter, limits }: GuardOptions): Guard => {
  /** Spends one of a limit. Gives the closest to its end of this one and those before. @throws AppError RATE_LIMITED */
  const spend = (reply: FastifyReply, limit: Limit, key: string, before?: Verdict): Verdict | undefined => {
    if (!limiter) return undefined;
    const verdict = limiter.spend(limit, key);
    if (!verdict.refused) return closer(before, verdict);
    announce(reply, verdict);
    throw new AppError('RATE_LIMITED', {
      retryAfter: verdict.resetSeconds,
      message: `Too many requests (${limit.name}). Try again in ${verdict.resetSeconds} s.`,
    });
  };
  const spendAsNobody = ({ ip }: FastifyRequest, reply: FastifyReply, rate: RateClass): void => {
    let closest = spend(reply, limits.anonymous, ip);
    if (rate === 'register' || rate === 'mail') closest = spend(reply, limits[rate], ip, closest);
    if (closest) announce(reply, closest);
  };
  const spendAs = (
    { credentialId, accountId, tenantId }: Caller,
    reply: FastifyReply,
    rate: RateClass,
  ): void => {
    let closest = spend(reply, limits.authenticated, credentialId);
    closest = spend(reply, limits.tenant, tenantId, closest);
    if (rate === 'compute') closest = spend(reply, limits.compute, credentialId, closest);
    if (rate === 'mail') closest = spend(reply, limits.mail, accountId, closest);
    if (closest) announce(reply, closest);
  };
  const authenticate = async (request: FastifyRequest): Promise<Caller> => {
    const token = bearerOf(request);
    if (token === undefined) throw new AppError('UNAUTHENTICATED');
    const tenant = request.headers['x-tenant-id'];
    return authenticator.authenticate(token, typeof tenant === 'string' ? tenant : undefined, request.ip);
  };
  return {
    callerOf: (request) => request.caller,
    enter: (declaration) => async (request, reply) => {
      const { permission, rate } = declaration;
      if (permission === 'public') {
        if (rate !== 'none') spendAsNobody(request, reply, rate);
        return;
      }
      let caller: Caller;
      try {
        caller = await authenticate(request);
      } catch (error) {
        // Guessing at tokens counts as anonymous.
        spendAsNobody(request, reply, 'read');
        throw error;
      }
      if (rate !== 'none') spendAs(caller, reply, rate);
      requirePermission(permission, caller);
      request.caller = caller;
    },
  };
};
