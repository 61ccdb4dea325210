import type { Permission, RouteDeclaration } from '@quadrax/contract';
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
  /** @throws AppError UNAUTHENTICATED, TOKEN_EXPIRED, TENANT_FORBIDDEN */
  authenticate(token: string, tenant: string | undefined): Promise<Caller>;
}

export interface GuardOptions {
  readonly authenticator: Authenticator;
  readonly limiter: RateLimiter | undefined;
  readonly limits: {
    readonly anonymous: Limit;
    readonly authenticated: Limit;
    readonly compute: Limit;
    readonly register: Limit;
  };
}

/** Stands before every route: who is it, may they, and not too often. */
export interface Guard {
  enter(declaration: RouteDeclaration): (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  callerOf(request: FastifyRequest): Caller | undefined;
}

const mayEnter = (permission: Permission, caller: Caller): boolean => {
  if (permission === 'platform') return caller.platformAdministrator;
  if (permission === 'admin') return caller.role === 'ADMIN';
  if (permission === 'write') return caller.role !== 'VIEWER';
  return true;
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

export const createGuard = ({ authenticator, limiter, limits }: GuardOptions): Guard => {
  const spend = (reply: FastifyReply, limit: Limit, key: string): void => {
    if (!limiter) return;
    const verdict = limiter.spend(limit, key);
    announce(reply, verdict);
    if (verdict.refused)
      throw new AppError('RATE_LIMITED', {
        retryAfter: verdict.resetSeconds,
        message: `Too many requests (${limit.name}). Try again in ${verdict.resetSeconds} s.`,
      });
  };
  const authenticate = async (request: FastifyRequest): Promise<Caller> => {
    const token = bearerOf(request);
    if (token === undefined) throw new AppError('UNAUTHENTICATED');
    const tenant = request.headers['x-tenant-id'];
    return authenticator.authenticate(token, typeof tenant === 'string' ? tenant : undefined);
  };
  return {
    callerOf: (request) => request.caller,
    enter: (declaration) => async (request, reply) => {
      const { permission, rate } = declaration;
      if (permission === 'public') {
        if (rate === 'none') return;
        spend(reply, limits.anonymous, request.ip);
        if (rate === 'register') spend(reply, limits.register, request.ip);
        return;
      }
      let caller: Caller;
      try {
        caller = await authenticate(request);
      } catch (error) {
        // Guessing at tokens counts as anonymous.
        spend(reply, limits.anonymous, request.ip);
        throw error;
      }
      if (rate !== 'none') spend(reply, limits.authenticated, caller.sessionId);
      if (rate === 'compute') spend(reply, limits.compute, caller.sessionId);
      if (!mayEnter(permission, caller)) throw new AppError('FORBIDDEN');
      request.caller = caller;
    },
  };
};
