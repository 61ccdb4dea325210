import { describe, expect, it } from 'vitest';
import { solveCholesky } from './cholesky.ts';
import { minimiseLbfgs } from './lbfgs.ts';

describe('solveCholesky', () => {
  it('solves a system, reading the lower triangle and changing nothing', () => {
    const matrix = Float64Array.of(4, NaN, NaN, 2, 5, NaN, 1, 3, 6);
    const b = Float64Array.of(11, 21, 25);
    const before = [matrix.slice(), b.slice()];
    expect(Array.from(solveCholesky(matrix, b) ?? [])).toEqual([1, 2, 3].map((v) => expect.closeTo(v, 12)));
    expect([matrix, b]).toEqual(before);
  });

  it('tells a matrix that is not positive definite', () => {
    expect(solveCholesky(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toBeUndefined();
  });
});

describe('minimiseLbfgs', () => {
  it('finds the minimum of the Rosenbrock function', () => {
    const found = minimiseLbfgs(
      ([x, y], gradient) => {
        gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
        gradient[1] = 200 * (y - x * x);
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
      },
      Float64Array.of(-1.2, 1),
      { maxIterations: 200, tolerance: 1e-9 },
    );
    expect(found[0]).toBeCloseTo(1, 6);
    expect(found[1]).toBeCloseTo(1, 6);
  });

  it('solves a badly scaled quadratic', () => {
    const scales = [1, 10, 100, 1000, 10_000];
    const found = minimiseLbfgs(
      (x, gradient) => {
        scales.forEach((scale, i) => (gradient[i] = scale * (x[i] - i)));
        return scales.reduce((sum, scale, i) => sum + (scale / 2) * (x[i] - i) ** 2, 0);
      },
      new Float64Array(5),
      { maxIterations: 200, tolerance: 1e-10 },
    );
    found.forEach((value, i) => expect(value).toBeCloseTo(i, 5));
  });

  it('leaves its start as it was', () => {
    const start = Float64Array.of(3);
    minimiseLbfgs(([x], gradient) => (gradient[0] = 2 * x) && x * x, start, {
      maxIterations: 9,
      tolerance: 1e-6,
    });
    expect(start).toEqual(Float64Array.of(3));
  });
});
