import { describe, expect, it } from 'vitest';
import { createRateLimiter } from './rate-limit.ts';
import type { Spending } from './rate-limit.ts';

const limit = { name: 'test', most: 10, windowMs: 60_000 };

const atTime = () => {
  const clock = { now: 0 };
  return { clock, limiter: createRateLimiter(() => clock.now) };
};

describe('a rate limit', () => {
  it('lets so many through at once and tells how many are left', () => {
    const { limiter } = atTime();
    const left = Array.from({ length: 10 }, () => limiter.spend(limit, 'a').remaining);
    expect(left).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(limiter.spend(limit, 'a')).toMatchObject({ refused: true, remaining: 0, resetSeconds: 6 });
  });

  it('gives back evenly over the window, and never more than there was', () => {
    const { clock, limiter } = atTime();
    for (let i = 0; i < 10; i++) limiter.spend(limit, 'a');
    clock.now += 5999;
    expect(limiter.spend(limit, 'a').refused).toBe(true);
    clock.now += 2;
    expect(limiter.spend(limit, 'a').refused).toBe(false);
    expect(limiter.spend(limit, 'a').refused).toBe(true);
    clock.now += 10 * 60_000;
    expect(limiter.spend(limit, 'a').remaining).toBe(9);
  });

  it('takes back what is not to be counted, and never more than there was', () => {
    const { limiter } = atTime();
    for (let i = 0; i < 10; i++) limiter.spend(limit, 'a');
    limiter.giveBack(limit, 'a');
    expect([limiter.spend(limit, 'a').refused, limiter.spend(limit, 'a').refused]).toEqual([false, true]);
    limiter.giveBack(limit, 'b');
    expect(limiter.spend(limit, 'b').remaining).toBe(9);
  });

  it('counts keys and limits apart', () => {
    const { limiter } = atTime();
    for (let i = 0; i < 10; i++) limiter.spend(limit, 'a');
    expect(limiter.spend(limit, 'b').refused).toBe(false);
    expect(limiter.spend({ ...limit, name: 'other' }, 'a').refused).toBe(false);
  });

  it('says how long the wait is, never none', () => {
    const { clock, limiter } = atTime();
    const fast = { name: 'fast', most: 20, windowMs: 2000 };
    for (let i = 0; i < 20; i++) limiter.spend(fast, 'a');
    clock.now += 99;
    expect(limiter.spend(fast, 'a')).toMatchObject({ refused: true, resetSeconds: 1 });
  });
});

describe('a rate limit of several processes', () => {
  /** Tells each what the other has spent. */
  const exchange = (...limiters: ReturnType<typeof createRateLimiter>[]): void => {
    const told = limiters.map((limiter) => JSON.stringify(limiter.drain()));
    for (const [i, limiter] of limiters.entries())
      for (const [j, text] of told.entries())
        if (i !== j) for (const spending of JSON.parse(text) as Spending[]) limiter.settle(spending);
  };
  const two = () => {
    const clock = { now: 0 };
    const [one, other] = [createRateLimiter(() => clock.now), createRateLimiter(() => clock.now)];
    /** How many of so many tries go through. */
    const spend = (limiter: typeof one, tries: number, key = 'a') =>
      Array.from({ length: tries }, () => limiter.spend(limit, key).refused).filter((refused) => !refused)
        .length;
    return { clock, one, other, spend };
  };

  it('takes off what was spent elsewhere, of a key that was never seen here too', () => {
    const { one, other, spend } = two();
    spend(one, 7);
    exchange(one, other);
    expect(other.spend(limit, 'a').remaining).toBe(2);
    expect(other.spend(limit, 'b').remaining).toBe(9);
    exchange(one, other);
    expect(one.spend(limit, 'a').remaining).toBe(1);
  });

  it('tells of each spending once, and of a refusal never', () => {
    const { one, spend } = two();
    expect(spend(one, 12)).toBe(10);
    spend(one, 3, 'b');
    expect(one.drain()).toEqual([
      {
        limit,
        keys: [
          ['a', 10],
          ['b', 3],
        ],
      },
    ]);
    expect(one.drain()).toEqual([]);
  });

  it('tells of what was given back, before and after it had told of the spending', () => {
    const { one, other } = two();
    one.spend(limit, 'a');
    one.giveBack(limit, 'a');
    expect(one.drain()).toEqual([]);
    one.spend(limit, 'a');
    exchange(one, other);
    one.giveBack(limit, 'a');
    exchange(one, other);
    expect(other.spend(limit, 'a').remaining).toBe(9);
  });

  it('goes into debt for what was spent twice, so that over time the rate holds', () => {
    const { clock, one, other, spend } = two();
    expect([spend(one, 10), spend(other, 10)]).toEqual([10, 10]);
    exchange(one, other);
    // Ten too many: for a window nothing comes free, at either.
    clock.now += 60_000;
    expect([spend(one, 1), spend(other, 1)]).toEqual([0, 0]);
    expect(one.spend(limit, 'a').resetSeconds).toBe(6);
    clock.now += 6001;
    expect([spend(one, 1), spend(other, 1)]).toEqual([1, 1]);
    exchange(one, other);
    let through = 0;
    for (let i = 0; i < 600; i++) {
      clock.now += 1000;
      through += spend(one, 1) + spend(other, 1);
      exchange(one, other);
    }
    expect(through).toBeGreaterThanOrEqual(98);
    expect(through).toBeLessThanOrEqual(101);
  });

  it('owes one full bucket at most', () => {
    const { clock, one } = two();
    one.settle({ limit, keys: [['a', 1000]] });
    expect(one.spend(limit, 'a')).toMatchObject({ refused: true, remaining: 0, resetSeconds: 66 });
    clock.now += 66_001;
    expect(one.spend(limit, 'a').refused).toBe(false);
  });

  it('that is set otherwise here counts by what is set here', () => {
    const { one } = two();
    one.settle({ limit: { ...limit, most: 100 }, keys: [['a', 4]] });
    expect(one.spend(limit, 'a').remaining).toBe(5);
  });
});
