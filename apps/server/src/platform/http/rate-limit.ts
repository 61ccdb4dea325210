/** `most` at once, earned back evenly over the window. */
export interface Limit {
  readonly name: string;
  readonly most: number;
  readonly windowMs: number;
}

/** How a key stands with a limit. Good until it is spent on again. */
export interface Verdict {
  readonly limit: Limit;
  /** Whether there was nothing left to spend. */
  readonly refused: boolean;
  readonly remaining: number;
  /** Seconds until there is something to spend again if refused, else until all of it is there again. */
  readonly resetSeconds: number;
}

/** What was spent on a limit: keys and how much of each. */
export interface Spending {
  readonly limit: Limit;
  readonly keys: readonly (readonly [key: string, amount: number])[];
}

/** Counts what keys spend: here at once, and what other processes tell of when they do. */
export interface RateLimiter {
  spend(limit: Limit, key: string): Verdict;
  /** Takes back what was spent on what then was not to be counted. */
  giveBack(limit: Limit, key: string): void;
  /** What was spent here since it was asked last, for the others. */
  drain(): Spending[];
  /** Takes off what was spent elsewhere. */
  settle(spending: Spending): void;
}

/** A token bucket, which is its own verdict so that a request makes no garbage. */
class Bucket implements Verdict {
  limit: Limit;
  readonly key: string;
  refused = false;
  /** Spent here since the others were told; below nought where what they were told of was given back. */
  untold = 0;
  #tokens: number;
  #at: number;

  constructor(limit: Limit, key: string, at: number) {
    this.limit = limit;
    this.key = key;
    this.#tokens = limit.most;
    this.#at = at;
  }

  get remaining(): number {
    return Math.max(0, Math.floor(this.#tokens));
  }

  get resetSeconds(): number {
    const missing = (this.refused ? 1 : this.limit.most) - this.#tokens;
    return Math.max(1, Math.ceil((missing * this.limit.windowMs) / this.limit.most / 1000));
  }

  #refill(at: number): void {
    const { most, windowMs } = this.limit;
    this.#tokens = Math.min(most, this.#tokens + ((at - this.#at) * most) / windowMs);
    this.#at = at;
  }

  spend(limit: Limit, at: number): void {
    this.#refill(at);
    if (limit !== this.limit) {
      // Others spoke of this key first, or its limit was changed: what is spent stays spent.
      this.#tokens += limit.most - this.limit.most;
      this.limit = limit;
    }
    this.refused = this.#tokens < 1;
    if (this.refused) return;
    this.#tokens--;
    this.untold++;
  }

  /**
   * Spent elsewhere before this process could object: it goes into debt, so that over time no more is spent than is
   * earned. Never by more than one full bucket: who comes by honestly is not shut out for long.
   */
  owe(amount: number, at: number): void {
    this.#refill(at);
    const tokens = Math.min(this.limit.most, this.#tokens - amount);
    this.#tokens = Math.max(-this.limit.most, tokens);
  }

  giveBack(at: number): void {
    this.#refill(at);
    this.#tokens = Math.min(this.limit.most, this.#tokens + 1);
    this.untold--;
  }

  /** Whether it says no more than a new one would. */
  isIdle(at: number): boolean {
    this.#refill(at);
    return this.untold === 0 && this.#tokens === this.limit.most;
  }
}

const sweepEveryMs = 60_000;

/** Token buckets: a key may spend `most` at once and earns them back evenly over the window. */
export const createRateLimiter = (now: () => number = () => performance.now()): RateLimiter => {
  const limits = new Map<string, Map<string, Bucket>>();
  let untold: Bucket[] = [];
  let sweepAt = now() + sweepEveryMs;
  const sweep = (at: number): void => {
    if (at < sweepAt) return;
    sweepAt = at + sweepEveryMs;
    for (const buckets of limits.values())
      for (const [key, bucket] of buckets) if (bucket.isIdle(at)) buckets.delete(key);
  };
  const bucketOf = (limit: Limit, key: string, at: number): Bucket => {
    let buckets = limits.get(limit.name);
    if (!buckets) limits.set(limit.name, (buckets = new Map()));
    let bucket = buckets.get(key);
    if (!bucket) buckets.set(key, (bucket = new Bucket(limit, key, at)));
    return bucket;
  };
  /** Changes a bucket, and remembers that the others do not know. */
  const change = (bucket: Bucket, by: () => void): void => {
    const wasTold = bucket.untold === 0;
    by();
    if (wasTold && bucket.untold !== 0) untold.push(bucket);
  };
  return {
    spend: (limit, key) => {
      const at = now();
      sweep(at);
      const bucket = bucketOf(limit, key, at);
      change(bucket, () => bucket.spend(limit, at));
      return bucket;
    },
    giveBack: (limit, key) => {
      const at = now();
      const bucket = bucketOf(limit, key, at);
      change(bucket, () => bucket.giveBack(at));
    },
    drain: () => {
      const spent = new Map<Limit, [string, number][]>();
      for (const bucket of untold) {
        // Given back before anybody was told, or told of just now: it may stand here twice.
        if (bucket.untold === 0) continue;
        const keys = spent.get(bucket.limit) ?? [];
        spent.set(bucket.limit, keys);
        keys.push([bucket.key, bucket.untold]);
        bucket.untold = 0;
      }
      untold = [];
      return [...spent].map(([limit, keys]) => ({ limit, keys }));
    },
    settle: ({ limit, keys }) => {
      const at = now();
      sweep(at);
      for (const [key, amount] of keys) bucketOf(limit, key, at).owe(amount, at);
    },
  };
};
