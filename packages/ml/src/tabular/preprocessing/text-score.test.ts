import { describe, expect, it } from 'vitest';
import type { Target } from '../data/frame.ts';
import type { SparseRows } from './text-matrix.ts';
import { fitScore } from './text-score.ts';

/** One word a row: row i has word i % 3. */
function matrixOf(rows: number): SparseRows {
  return {
    rows,
    width: 3,
    starts: Uint32Array.from({ length: rows + 1 }, (_, row) => row),
    columns: Uint32Array.from({ length: rows }, (_, row) => row % 3),
    values: new Float32Array(rows).fill(1),
  };
}

const every = () => true;

describe.each([0, 2, 3])('the score of words for %i classes', (classes) => {
  const values = Float64Array.from({ length: 60 }, (_, row) =>
    classes === 0 ? 10 * (row % 3) + (row % 7) : (row % 7) % classes,
  );
  const target = (weights: Float64Array): Target => ({ classes, values, weights });
  const first = Float64Array.from(values, (_, row) => (row < 42 ? 1 + (row % 2) : 0));

  it('learns nothing from rows of weight 0', () => {
    const strange = values.map((value, row) => (row < 42 ? value : classes === 0 ? 1e6 : 1 - (value % 2)));
    const alone = fitScore(
      matrixOf(42),
      { classes, values: values.slice(0, 42), weights: first.slice(0, 42) },
      every,
    );
    expect(fitScore(matrixOf(60), { classes, values: strange, weights: first }, every)).toEqual(alone);
  });

  it('heeds how much a row weighs, not the unit of it', () => {
    const equal = fitScore(matrixOf(60), target(new Float64Array(60).fill(1)), every);
    const uneven = values.map((_, row) => (row % 5 === 0 ? 9 : 1));
    const heeded = fitScore(matrixOf(60), target(uneven), every);
    expect(heeded).not.toEqual(equal);
    const scaled = fitScore(matrixOf(60), target(uneven.map((weight) => 4 * weight)), every);
    expect(scaled).toEqual(heeded);
  });
});
