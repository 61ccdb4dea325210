import { createHash } from 'node:crypto';
import type { RouteDeclaration } from '@quadrax/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Cache, Kept } from '../cache/index.ts';
import type { Caller } from './call.ts';
import { etagOf, isUnchanged } from './etag.ts';

/** One request of a cached route, by someone who was found to be allowed it. */
export interface CachedRead {
  readonly id: string;
  readonly declaration: RouteDeclaration;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
}

export interface ReadCache {
  /** Answers from the cache, or by `produce`, whose body is kept. What it throws is not. */
  answer(read: CachedRead, produce: () => Promise<unknown>): Promise<FastifyReply>;
}

/** One name for a read however its query was ordered; filters may be long. */
const keyOf = (id: string, { params, query }: FastifyRequest): string => {
  const sorted = (fields: unknown): unknown[] =>
    Object.entries(fields ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([id, sorted(params), sorted(query)]))
    .digest('base64url');
};

const wantsFresh = (request: FastifyRequest): boolean =>
  /\bno-(?:cache|store)\b/i.test(request.headers['cache-control'] ?? '');

const send = ({ request, reply }: CachedRead, { tag, body }: Kept): FastifyReply => {
  if (tag !== undefined) {
    reply.header('ETag', tag).header('Cache-Control', 'private, no-cache');
    if (isUnchanged(request.headers['if-none-match'], tag)) return reply.status(304).send();
  }
  return reply.type('application/json; charset=utf-8').send(body);
};

/** Routes that declare a cache are answered from it. */
export const createReadCache = (cache: Cache): ReadCache => ({
  answer: async (read, produce) => {
    const { declaration, request, reply, caller, id } = read;
    if (declaration.cache === 'none') throw new TypeError(`The route ${id} declares no cache.`);
    const { seconds, of } = declaration.cache;
    const look = await cache.look(
      { tenant: caller.tenantId, of },
      `${caller.tenantId} ${keyOf(id, request)}`,
    );
    if (look.kept && !wantsFresh(request)) {
      reply.header('X-Cache', 'HIT');
      return send(read, look.kept);
    }
    reply.header('X-Cache', 'MISS');
    const body = await produce();
    const kept = {
      tag: declaration.etag === 'send' ? etagOf((body as { data: unknown }).data) : undefined,
      // As the route's schema has it, which the tests check.
      body: reply.serialize(body) as string,
    };
    void look.keep(kept, seconds);
    return send(read, kept);
  },
});
