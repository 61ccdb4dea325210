import { describe, expect, it } from 'vitest';
import { driftWidth, referenceText, unaskedText, uncomparedText, verdictMark } from './drift-words.ts';

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

it('says what a version is compared with', () => {
  expect(referenceText({ reference: { source: 'training', rows: 50 } })).toBe('training');
  expect(referenceText({ reference: { source: 'first_predictions', rows: 1000 } })).toBe(
    'its first 1,000 predictions',
  );
});

it('says why it is not compared, and how far the rows to compare with are', () => {
  expect(uncomparedText({})).toMatch(/Train it anew/);
  expect(uncomparedText({ gathering: { rows: 412, needed: 1000 } })).toBe(
    'An imported model brings no training data. It will be compared with its first 1,000 predictions, of which 412 are gathered.',
  );
  expect(unaskedText({ gathering: { rows: 412, needed: 1000 } })).toMatch(/its first ones.*412 are gathered/);
  expect(unaskedText({ reference: { source: 'training', rows: 5 } })).toMatch(
    /from the training data are shown/,
  );
});
