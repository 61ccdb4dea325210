import { describe, expect, it } from 'vitest';
import { driftWidth } from './drift-words.ts';

describe('the bar of a stability index', () => {
  it('is half at what counts as shifted, never beyond its end, and absent with too few rows', () => {
    expect([undefined, 0, 0.25, 0.5, 4].map(driftWidth)).toEqual([0, 1, 50, 100, 100]);
  });
});
