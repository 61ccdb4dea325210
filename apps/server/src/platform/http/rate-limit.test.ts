import { describe, expect, it } from 'vitest';
import { createRateLimiter } from './rate-limit.ts';

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
