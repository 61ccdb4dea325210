import { AppError } from '../errors/index.ts';

/** So many in a window, or `perSecond` with bursts of `most`. */
export interface Limit {
  readonly name: string;
  readonly most: number;
  readonly windowMs: number;
}

export interface Verdict {
  readonly limit: Limit;
  readonly remaining: number;
  readonly resetSeconds: number;
}

/** Counts what keys spend. In this process; the interface is what a shared store implements. */
export interface RateLimiter {
  /** @throws AppError RATE_LIMITED with when to come back. */
  spend(limit: Limit, key: string): Verdict;
}

interface Bucket {
  tokens: number;
  at: number;
}

const sweepEveryMs = 60_000;

/** Token buckets: a key may spend `most` at once and earns them back evenly over the window. */
export const createRateLimiter = (now: () => number = () => performance.now()): RateLimiter => {
  const buckets = new Map<string, Bucket>();
  let sweepAt = now() + sweepEveryMs;
  const sweep = (at: number): void => {
    if (at < sweepAt) return;
    sweepAt = at + sweepEveryMs;
    for (const [key, bucket] of buckets) if (at - bucket.at > 2 * sweepEveryMs) buckets.delete(key);
  };
  return {
    spend: (limit, key) => {
      const at = now();
      sweep(at);
      const name = `${limit.name} ${key}`;
      const bucket = buckets.get(name) ?? { tokens: limit.most, at };
      const perMs = limit.most / limit.windowMs;
      bucket.tokens = Math.min(limit.most, bucket.tokens + (at - bucket.at) * perMs);
      bucket.at = at;
      buckets.set(name, bucket);
      if (bucket.tokens < 1) {
        const wait = Math.ceil((1 - bucket.tokens) / perMs / 1000);
        throw new AppError('RATE_LIMITED', {
          retryAfter: Math.max(1, wait),
          message: `Too many requests (${limit.name}). Try again in ${Math.max(1, wait)} s.`,
        });
      }
      bucket.tokens--;
      return {
        limit,
        remaining: Math.floor(bucket.tokens),
        resetSeconds: Math.ceil((limit.most - bucket.tokens) / perMs / 1000),
      };
    },
  };
};
