import { describe, expect, it } from 'vitest';
import { thresholdChart } from './charts/threshold-curve.ts';
import { decisionText, featureUseText, positiveOf } from './feature-use.ts';

describe('how a column was used', () => {
  it('is said in plain words', () => {
    expect(featureUseText({ name: 'note', type: 'text', use: 'text' })).toBe(
      'text, by its words and pairs of words',
    );
    expect(
      featureUseText({ name: 'shop', type: 'categorical', use: 'mean_target', categories: ['a', 'b'] }),
    ).toBe('categories, each by the mean target of its rows (2 categories)');
  });

  it('is told by the type for versions that do not say', () => {
    expect(featureUseText({ name: 'made', type: 'datetime' })).toMatch(/^a date and its parts/);
  });
});

it('a threshold is said with the class it leads to', () => {
  expect(decisionText({ threshold: 0.25, calibrate: 'platt' }, 'yes')).toBe(
    'yes from a probability of 0.250 on, corrected by a logistic curve',
  );
  expect(decisionText({ threshold: 0.1, calibrate: 'none', rule: 'f1' }, 'yes')).toBe(
    'yes from a probability of 0.100 on, the best for F1',
  );
  expect(positiveOf({ positive: 'no', classes: ['no', 'yes'] })).toBe('no');
  expect(positiveOf({ classes: ['no', 'yes'] })).toBe('yes');
});

it('the threshold curve is there as a table too', () => {
  const { table } = thresholdChart({
    chosen: 0.25,
    points: [{ threshold: 0.25, f1: 0.5, balancedAccuracy: 0.75 }],
  });
  expect(table).toEqual({ columns: ['Threshold', 'F1', 'Balanced accuracy'], rows: [[0.25, 0.5, 0.75]] });
});
