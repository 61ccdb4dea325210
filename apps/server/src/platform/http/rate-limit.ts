/** So many in a window, or `perSecond` with bursts of `most`. */
export interface Limit {
  readonly name: string;
  readonly most: number;
  readonly windowMs: number;
}

export interface Verdict {
  readonly limit: Limit;
  /** Whether there was nothing left to spend. */
  readonly refused: boolean;
  readonly remaining: number;
  /** Seconds until there is something to spend again if refused, else until all of it is there again. */
  readonly resetSeconds: number;
}

/** Counts what keys spend. In this process; the interface is what a shared store implements. */
export interface RateLimiter {
  spend(limit: Limit, key: string): Verdict;
}

interface Bucket {
  tokens: number;
  at: number;
  readonly windowMs: number;
}

const sweepEveryMs = 60_000;

/** Token buckets: a key may spend `most` at once and earns them back evenly over the window. */
export const createRateLimiter = (now: () => number = () => performance.now()): RateLimiter => {
  const buckets = new Map<string, Bucket>();
  let sweepAt = now() + sweepEveryMs;
  const sweep = (at: number): void => {
    if (at < sweepAt) return;
    sweepAt = at + sweepEveryMs;
    for (const [key, bucket] of buckets) if (at - bucket.at > bucket.windowMs) buckets.delete(key);
  };
  return {
    spend: (limit, key) => {
      const at = now();
      sweep(at);
      const name = `${limit.name} ${key}`;
      const bucket = buckets.get(name) ?? { tokens: limit.most, at, windowMs: limit.windowMs };
      const perMs = limit.most / limit.windowMs;
      bucket.tokens = Math.min(limit.most, bucket.tokens + (at - bucket.at) * perMs);
      bucket.at = at;
      buckets.set(name, bucket);
      if (bucket.tokens < 1) {
        const wait = Math.ceil((1 - bucket.tokens) / perMs / 1000);
        return { limit, refused: true, remaining: 0, resetSeconds: Math.max(1, wait) };
      }
      bucket.tokens--;
      return {
        limit,
        refused: false,
        remaining: Math.floor(bucket.tokens),
        resetSeconds: Math.ceil((limit.most - bucket.tokens) / perMs / 1000),
      };
    },
  };
};
