import { describe, expect, it } from 'vitest';
import { nextTick } from './cron.ts';

const after = new Date('2026-02-28T23:59:30.500Z');

describe('the next tick', () => {
  it.for([
    ['* * * * *', '2026-03-01T00:00:00.000Z'],
    ['*/5 * * * * *', '2026-02-28T23:59:35.000Z'],
    ['7 * * * *', '2026-03-01T00:07:00.000Z'],
    ['0 2 * * SUN', '2026-03-01T02:00:00.000Z'],
    ['0 0 29 2 *', '2028-02-29T00:00:00.000Z'],
  ] as const)('of %s', ([expression, due]) => {
    expect(nextTick(expression, after)?.toISOString()).toBe(due);
  });

  it('is after the moment itself', () => {
    const due = new Date('2026-03-01T00:07:00.000Z');
    expect(nextTick('7 * * * *', due)?.toISOString()).toBe('2026-03-01T01:07:00.000Z');
  });

  it('is none for a day that never comes', () => {
    expect(nextTick('0 0 31 2 *', after)).toBeUndefined();
  });

  it.for(['', 'hourly', '61 * * * *', '* * * *', '* * * * * * *'])('of "%s" is an error', (expression) => {
    expect(() => nextTick(expression, after)).toThrow();
  });
});
