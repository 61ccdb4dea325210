import { randomBytes } from 'node:crypto';
import type { Redis } from '../redis/index.ts';
import type { CacheStore, Kept, Scope } from './store.ts';

/** Longer than anything is kept: a generation that is forgotten makes a miss, no stale hit. */
const generationSeconds = 86_400;

/** Drawn, not counted: a server that came back with an old dump must not count up to a generation that was in use. */
const draw = (): string => randomBytes(12).toString('base64url');

const encode = (generation: string, { tag = '', body }: Kept): string => `${generation}\n${tag}\n${body}`;

/** What an entry holds, if it is of this generation. */
const decode = (text: string | null | undefined, generation: string): Kept | undefined => {
  if (!text?.startsWith(`${generation}\n`)) return undefined;
  const tagAt = generation.length + 1;
  const bodyAt = text.indexOf('\n', tagAt) + 1;
  return { tag: text.slice(tagAt, bodyAt - 1) || undefined, body: text.slice(bodyAt) };
};

/**
 * Shared by all processes. An entry bears the epoch and the generation it was kept under, and counts while both are
 * current. The epoch is renewed whenever word of a write may have been missed: at each connection to Redis, at each
 * return of the database's, and after a generation that could not be raised.
 */
export const createRedisStore = (redis: Redis): CacheStore => {
  const epochKey = redis.key('cache', 'epoch');
  const generationKey = ({ tenant, of }: Scope): string => redis.key('cache', 'generation', of, tenant);
  const entryKey = ({ tenant }: Scope, key: string): string => redis.key('cache', 'entry', tenant, key);
  /** Whether Redis knows of every write that this process has heard of. */
  let trusted = false;
  let doubts = 0;
  let renewing: Promise<void> | undefined;

  const distrust = (): void => {
    trusted = false;
    doubts++;
  };
  const renew = async (): Promise<void> => {
    const before = doubts;
    const done = await redis.run((client) => client.set(epochKey, draw()));
    if (done === 'OK' && doubts === before) trusted = true;
  };
  /** Makes everything unreachable, and then lets Redis be used. */
  const clear = (): Promise<void> => {
    distrust();
    return renew();
  };
  redis.onLost(distrust);
  redis.onConnect(() => void clear());

  /** The generation of a scope, made if there is none; another process may be a moment faster. */
  const begin = async (scope: Scope): Promise<string | undefined> => {
    const key = generationKey(scope);
    const found = await redis.run(async (client) => {
      await client.set(key, draw(), 'EX', generationSeconds, 'NX');
      return client.mget(epochKey, key);
    });
    return found?.[0] && found[1] ? `${found[0]}.${found[1]}` : undefined;
  };

  return {
    get: async (scope, key) => {
      if (!redis.connected) return undefined;
      if (!trusted) {
        // Redis is there and refused to be written to, maybe for a moment only.
        renewing ??= renew().finally(() => (renewing = undefined));
        return undefined;
      }
      const found = await redis.run((client) =>
        client.mget(epochKey, generationKey(scope), entryKey(scope, key)),
      );
      if (!found || !trusted) return undefined;
      const [epoch, current, entry] = found;
      if (epoch && current) {
        const generation = `${epoch}.${current}`;
        return { generation, kept: decode(entry, generation) };
      }
      // Without an epoch, Redis has forgotten what this process relied on.
      if (!epoch) {
        await clear();
        return undefined;
      }
      const generation = await begin(scope);
      return generation === undefined ? undefined : { generation, kept: undefined };
    },
    set: async (scope, key, generation, kept, seconds) => {
      if (!trusted) return;
      await redis.run((client) => client.set(entryKey(scope, key), encode(generation, kept), 'EX', seconds));
    },
    raise: async (scope) => {
      const done = await redis.run((client) =>
        client.set(generationKey(scope), draw(), 'EX', generationSeconds),
      );
      if (done !== 'OK') distrust();
    },
    clear,
  };
};
