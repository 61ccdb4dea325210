import { describe, expect, it } from 'vitest';
import { driftWidth, verdictMark } from './drift-words.ts';

describe('the bar of a stability index', () => {
  it('is half at what counts as shifted, never beyond its end, and absent with too few rows', () => {
    expect([undefined, 0, 0.25, 0.5, 4].map(driftWidth)).toEqual([0, 1, 50, 100, 100]);
  });
});

describe('too few rows', () => {
  it('are said with how many there are and how many it takes', () => {
    expect(verdictMark({ verdict: 'too_few_rows', rows: 12, needed: 1200 }).label).toBe(
      'Too few rows: 12 of 1,200',
    );
    expect(verdictMark({ verdict: 'stable', rows: 2000, needed: 1200 }).label).toBe('Stable');
  });
});
