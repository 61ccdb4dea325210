import type { Listener } from '../db/index.ts';
import type { Redis } from '../redis/index.ts';
import { createMemoryStore } from './memory-store.ts';
import { createRedisStore } from './redis-store.ts';
import { outdatedBy } from './outdated-by.ts';
import type { CacheStore, Kept, Scope } from './store.ts';

const channel = 'quadrax_cache';

/** What a look into the cache came to. */
export interface Lookup {
  readonly kept: Kept | undefined;
  /** Keeps what was read instead, unless something has changed since the look. */
  keep(kept: Kept, seconds: number): Promise<void>;
}

/** How often there was an answer, from 0 to 1; 0 before anyone has asked. */
export interface HitRates {
  readonly all: number;
  readonly redis: number;
}

export interface Cache {
  look(scope: Scope, key: string): Promise<Lookup>;
  /** What is made of these tables of a tenant was changed here: it is out of date before anyone hears of it. */
  outdate(tenant: string, tables: ReadonlySet<string>): Promise<void>;
  hitRates(): HitRates;
}

interface Count {
  hits: number;
  looks: number;
}

const nothing: Lookup = { kept: undefined, keep: async () => {} };
const rateOf = ({ hits, looks }: Count): number => (looks === 0 ? 0 : hits / looks);

/**
 * Answers of heavy reads, in Redis while it is there, else in this process. The database itself says what has become
 * out of date, in the transaction that makes it so; while it cannot be heard nothing is kept and nothing is found. The
 * process that made the change does not wait to hear of it: `outdate`.
 */
export const createCache = async ({
  listener,
  redis,
  bytes,
}: {
  readonly listener: Pick<Listener, 'connected' | 'listen' | 'onReconnect'>;
  readonly redis: Redis | undefined;
  readonly bytes: number;
}): Promise<Cache> => {
  const memory = createMemoryStore(bytes);
  const shared = redis && createRedisStore(redis);
  const stores: readonly CacheStore[] = shared ? [memory, shared] : [memory];
  const raise = (scope: Scope): Promise<unknown> => Promise.all(stores.map((store) => store.raise(scope)));
  await listener.listen(channel, (payload) => void raise(JSON.parse(payload) as Scope));
  const clear = (): void => {
    for (const store of stores) void store.clear();
  };
  listener.onReconnect(clear);
  const all: Count = { hits: 0, looks: 0 };
  const inRedis: Count = { hits: 0, looks: 0 };

  const lookInto = async (
    store: CacheStore | undefined,
    scope: Scope,
    key: string,
  ): Promise<Lookup | undefined> => {
    const found = await store?.get(scope, key);
    if (!found || !store) return undefined;
    for (const count of store === shared ? [all, inRedis] : [all]) {
      count.looks++;
      if (found.kept) count.hits++;
    }
    return {
      kept: found.kept,
      // What was read while the database could not be heard may be out of date already.
      keep: async (kept, seconds) => {
        if (listener.connected) await store.set(scope, key, found.generation, kept, seconds);
      },
    };
  };

  return {
    look: async (scope, key) => {
      if (!listener.connected) return nothing;
      return (await lookInto(shared, scope, key)) ?? (await lookInto(memory, scope, key)) ?? nothing;
    },
    outdate: async (tenant, tables) => {
      const kinds = new Set([...tables].flatMap((table) => outdatedBy[table] ?? []));
      await Promise.all([...kinds].map((of) => raise({ tenant, of })));
    },
    hitRates: () => ({ all: rateOf(all), redis: rateOf(inRedis) }),
  };
};
