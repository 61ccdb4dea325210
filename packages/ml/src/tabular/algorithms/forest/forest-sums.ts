import type { Target } from '../../data/frame.ts';

/**
 * What trees are grown on. One sum for regression and for two classes (whose Gini index is the variance of 0 and 1),
 * otherwise one for each class.
 */
export interface ForestTarget {
  readonly sums: number;
  /** A number less `centre`, 0 or 1, or a class index. */
  readonly values: Float64Array;
  readonly centre: number;
}

export function forestTarget({ classes, values, weights }: Target): ForestTarget {
  if (classes > 2) return { sums: classes, values, centre: 0 };
  if (classes === 2) return { sums: 1, values, centre: 0 };
  let total = 0;
  let weight = 0;
  for (let row = 0; row < values.length; row++) {
    total += weights[row] * values[row];
    weight += weights[row];
  }
  const centre = weight > 0 ? total / weight : 0;
  return { sums: 1, values: values.map((value) => value - centre), centre };
}

/** Where the parts of a cell are: number of rows, weight, then the sums. */
export const rowsPart = 0;
export const weightPart = 1;
export const sumsPart = 2;

/** Numbers of a cell for so many sums. */
export function cellSize(sums: number): number {
  return sums + sumsPart;
}

/** Adds a row to the cell at `at`. */
export function addRow(cells: Float64Array, at: number, sums: number, value: number, weight: number): void {
  cells[at]++;
  cells[at + weightPart] += weight;
  if (sums === 1) cells[at + sumsPart] += weight * value;
  else cells[at + sumsPart + value] += weight;
}

/** Σ sum² / weight of a cell: what a split makes as large as it can (Breiman et al. 1984: variance and Gini index). */
export function purity(cells: Float64Array, at: number, sums: number): number {
  const weight = cells[at + weightPart];
  if (!(weight > 0)) return 0;
  let squares = 0;
  for (let k = at + sumsPart, end = k + sums; k < end; k++) squares += cells[k] * cells[k];
  return squares / weight;
}
