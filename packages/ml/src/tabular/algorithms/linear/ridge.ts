import { solveCholesky } from '../../../linalg/cholesky.ts';
import { weightedMean } from '../baseline/baseline.ts';
import type { Coefficients, Sample } from './matrix.ts';

/**
 * Sums that least squares needs of a sample; those of disjoint samples add up. The intercept is a last column of ones,
 * so `gram` is (width + 1)², lower triangle, and `moments` width + 1.
 */
export interface NormalEquations {
  readonly gram: Float64Array;
  readonly moments: Float64Array;
}

/** Xᵀ W X and Xᵀ W y. */
export function accumulate({ rows, width, x, y, weights }: Sample): NormalEquations {
  const size = width + 1;
  const gram = new Float64Array(size * size);
  const moments = new Float64Array(size);
  const row = new Float64Array(size).fill(1);
  for (let i = 0; i < rows; i++) {
    row.set(x.subarray(i * width, i * width + width));
    for (let a = 0; a < size; a++) {
      const scaled = weights[i] * row[a];
      moments[a] += scaled * y[i];
      for (let b = 0, at = a * size; b <= a; b++, at++) gram[at] += scaled * row[b];
    }
  }
  return { gram, moments };
}

/** The equations of all parts but one. */
export function withoutPart(parts: readonly NormalEquations[], left: number): NormalEquations {
  const [first] = parts;
  const gram = new Float64Array(first.gram.length);
  const moments = new Float64Array(first.moments.length);
  parts.forEach((part, index) => {
    if (index === left) return;
    for (let i = 0; i < gram.length; i++) gram[i] += part.gram[i];
    for (let i = 0; i < moments.length; i++) moments[i] += part.moments[i];
  });
  return { gram, moments };
}

/** Minimises Σ w (y − Xβ − b)² + l2 ‖β‖²; the intercept b is free. Where that is singular, l2 is raised until it is not. */
export function solveRidge({ gram, moments }: NormalEquations, l2: number): Coefficients {
  const size = moments.length;
  const width = size - 1;
  const floor = 1e-10 * Math.max(1, gram[gram.length - 1]);
  for (let penalty = Math.max(l2, floor); Number.isFinite(penalty); penalty *= 10) {
    const system = gram.slice();
    for (let j = 0; j < width; j++) system[j * size + j] += penalty;
    system[system.length - 1] += floor * 1e-3;
    const solution = solveCholesky(system, moments);
    if (solution) return { weights: solution.slice(0, width), intercepts: solution.slice(width) };
  }
  return { weights: new Float64Array(width), intercepts: new Float64Array(1) };
}

/** Weighted mean squared error. */
export function squaredError({ rows, width, x, y, weights }: Sample, fitted: Coefficients): number {
  const errors = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let predicted = fitted.intercepts[0];
    for (let j = 0; j < width; j++) predicted += fitted.weights[j] * x[i * width + j];
    errors[i] = (y[i] - predicted) ** 2;
  }
  return weightedMean(errors, weights);
}
