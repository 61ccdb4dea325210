import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { foldSplits, holdoutSplit } from './splits.ts';

const labels = Float64Array.from({ length: 103 }, (_, i) => (i % 10 === 0 ? 2 : i % 2));

function countOf(rows: Int32Array, label: number): number {
  return rows.filter((row) => labels[row] === label).length;
}

describe('folds', () => {
  const splits = foldSplits(labels, 3, 5, createRandom(1));

  it('hold every row out exactly once, and train on all others', () => {
    const held = splits.flatMap(({ test }) => Array.from(test)).sort((a, b) => a - b);
    expect(held).toEqual(Array.from({ length: 103 }, (_, row) => row));
    for (const { train, test } of splits) expect(new Set([...train, ...test]).size).toBe(103);
  });

  it('give every fold its share of each class, to within one row', () => {
    for (const label of [0, 1, 2]) {
      const counts = splits.map(({ test }) => countOf(test, label));
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    expect(foldSplits(labels, 3, 5, createRandom(1))).toEqual(splits);
    expect(foldSplits(labels, 3, 5, createRandom(2))).not.toEqual(splits);
  });
});

describe('a holdout', () => {
  it('takes its share of each class', () => {
    const { train, test } = holdoutSplit(labels, 3, 0.2, createRandom(1));
    expect([train.length, test.length]).toEqual([82, 21]);
    for (const label of [0, 1, 2]) {
      const share = 0.2 * labels.filter((other) => other === label).length;
      expect(Math.abs(countOf(test, label) - share)).toBeLessThan(1);
    }
  });

  it('leaves at least one row on each side', () => {
    const values = new Float64Array(4);
    expect(holdoutSplit(values, 0, 0.01, createRandom(1)).test).toHaveLength(1);
    expect(holdoutSplit(values, 0, 0.99, createRandom(1)).train).toHaveLength(1);
  });
});
