import { describe, expect, it } from 'vitest';
import { remarksOf } from './batch-remarks.ts';

describe('what is told beside a batch prediction', () => {
  it('is how many rows hold values that the model has not seen or cannot take', () => {
    expect(
      remarksOf({ unseen: [{ column: 'city', rows: 1312 }], unusable: [{ column: 'size', rows: 1 }] }),
    ).toEqual([
      '1,312 rows hold a value of "city" that the model has not seen; they were counted as missing.',
      '1 row holds a number of "size" that is infinite or too large; it was counted as missing.',
    ]);
  });

  it('is of three columns at most, and that there are more', () => {
    const unseen = ['a', 'b', 'c', 'd', 'e'].map((column) => ({ column, rows: 2 }));
    const told = remarksOf({ unseen, unusable: [] });
    expect(told).toHaveLength(4);
    expect(told.at(-1)).toBe('2 more columns hold such values: the new datakit names them.');
  });

  it('is nothing where all is well, and of runs that counted nothing', () => {
    expect(remarksOf({ unseen: [], unusable: [] })).toEqual([]);
    expect(remarksOf({ rows: 3 })).toEqual([]);
    expect(remarksOf(undefined)).toEqual([]);
  });
});
