import { describe, expect, it } from 'vitest';
import { lockedFor } from './identity.lockout.ts';

const minute = 60;
/** Five failures within a few seconds, the last so many seconds ago. */
const five = (ago: number): number[] => [4, 3, 2, 1, 0].map((more) => ago + more);

describe('how long sign-in stays locked', () => {
  it.each<[string, number[], number]>([
    ['after nothing', [], 0],
    ['after four failures', five(0).slice(1), 0],
    ['after five at once', five(0), 15 * minute],
    ['five minutes after five', five(5 * minute), 10 * minute],
    ['a quarter of an hour after five', five(15 * minute), 0],
    ['after five over 14 minutes', [14, 11, 8, 4, 0].map((m) => m * minute), 15 * minute],
    ['after five over 16 minutes', [16, 11, 8, 4, 0].map((m) => m * minute), 0],
    ['after five more once the first lock was over', [...five(20 * minute), ...five(0)], 30 * minute],
    ['after a third time', [...five(90 * minute), ...five(60 * minute), ...five(0)], 60 * minute],
    ['after nine at once', [...five(0), ...five(0).slice(1)], 15 * minute],
  ])('%s', (_name, failures, seconds) => {
    expect(lockedFor(failures)).toBe(seconds);
  });

  it('is a day at most', () => {
    const persistent = Array.from({ length: 40 }, (_unused, i) => five((39 - i) * 30 * minute)).flat();
    expect(lockedFor(persistent)).toBe(24 * 60 * minute);
  });
});
