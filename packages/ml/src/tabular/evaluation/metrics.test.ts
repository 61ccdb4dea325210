import { describe, expect, it } from 'vitest';
import { classificationMetrics, regressionMetrics } from './metrics.ts';

/** Probabilities of two classes from those of the second. */
function binary(second: readonly number[]): Float64Array {
  return Float64Array.from(second.flatMap((p) => [1 - p, p]));
}

const ab = { labels: ['a', 'b'], positive: 1 };

describe('classification metrics', () => {
  // Reference values: scikit-learn 1.2.1.
  it('agree with the reference for two classes', () => {
    const actual = Float64Array.of(0, 0, 1, 1, 1, 0, 1, 0);
    const metrics = classificationMetrics(actual, binary([0.1, 0.4, 0.35, 0.8, 0.8, 0.35, 0.9, 0.6]), ab);
    expect(metrics.rocAuc).toBeCloseTo(0.84375, 12);
    expect(metrics.logLoss).toBeCloseTo(0.4455911912719187, 12);
    expect(metrics.f1).toBeCloseTo(0.75, 12);
    expect(metrics.balancedAccuracy).toBeCloseTo(0.75, 12);
    expect(metrics.accuracy).toBeCloseTo(0.75, 12);
    expect(metrics.confusion).toEqual({
      labels: ['a', 'b'],
      matrix: [
        [3, 1],
        [1, 3],
      ],
    });
  });

  it('give F1 of the class that counts as positive', () => {
    const actual = Float64Array.of(0, 0, 0, 1);
    const probabilities = binary([0.1, 0.9, 0.2, 0.8]);
    expect(classificationMetrics(actual, probabilities, ab).f1).toBeCloseTo(2 / 3, 12);
    expect(classificationMetrics(actual, probabilities, { ...ab, positive: 0 }).f1).toBeCloseTo(0.8, 12);
  });

  it('agree with the reference for three', () => {
    const actual = Float64Array.of(0, 1, 2, 2, 1, 0);
    const rows = [
      [0.7, 0.2, 0.1],
      [0.3, 0.4, 0.3],
      [0.2, 0.2, 0.6],
      [0.5, 0.3, 0.2],
      [0.1, 0.8, 0.1],
      [0.4, 0.5, 0.1],
    ];
    const metrics = classificationMetrics(actual, Float64Array.from(rows.flat()), {
      labels: ['a', 'b', 'c'],
      positive: 1,
    });
    expect(metrics.rocAuc).toBeCloseTo(0.875, 12);
    expect(metrics.logLoss).toBeCloseTo(0.7554439158668905, 12);
    expect(metrics.f1).toBeCloseTo(0.6555555555555556, 12);
    expect(metrics.balancedAccuracy).toBeCloseTo(2 / 3, 12);
  });

  it('leave the area under the curve undefined where one class does not occur', () => {
    expect(classificationMetrics(Float64Array.of(1, 1), binary([0.2, 0.9]), ab).rocAuc).toBeUndefined();
  });

  it('keep the log loss finite for a certain mistake', () => {
    expect(classificationMetrics(Float64Array.of(1), binary([0]), ab).logLoss).toBeCloseTo(34.54, 1);
  });
});

describe('regression metrics', () => {
  it('are those of hand calculation', () => {
    const { rmse, mae, r2 } = regressionMetrics(Float64Array.of(1, 2, 3, 6), Float64Array.of(1, 1, 3, 3));
    expect(rmse).toBeCloseTo(Math.sqrt(10 / 4), 12);
    expect(mae).toBe(1);
    expect(r2).toBeCloseTo(1 - 10 / 14, 12);
  });

  it('hold pinball loss and coverage of a quantile', () => {
    const [actual, predicted] = [Float64Array.of(1, 2, 3, 6), Float64Array.of(2, 2, 2, 2)];
    const { pinball, coverage, poissonDeviance } = regressionMetrics(actual, predicted, { alpha: 0.9 });
    expect(pinball).toBeCloseTo((0.1 * 1 + 0 + 0.9 * 1 + 0.9 * 4) / 4, 12);
    expect(coverage).toBe(0.5);
    expect(poissonDeviance).toBeUndefined();
  });

  it('hold the mean Poisson deviance of counts, also where nothing or less was predicted', () => {
    const { poissonDeviance } = regressionMetrics(
      Float64Array.of(2, 0, 1, 4),
      Float64Array.of(0.5, 0.5, 2, 2),
      {
        counts: true,
      },
    );
    expect(poissonDeviance).toBeCloseTo((14 * Math.LN2 - 4) / 4, 12);
    const none = regressionMetrics(Float64Array.of(1), Float64Array.of(-3), { counts: true });
    expect(none.poissonDeviance).toBeGreaterThan(60);
    expect(none.poissonDeviance).toBeLessThan(Infinity);
  });

  it('leave R² undefined for a constant', () => {
    expect(regressionMetrics(Float64Array.of(2, 2), Float64Array.of(1, 3)).r2).toBeUndefined();
    // Their sum divided by their number is not 0.1.
    const tenths = new Float64Array(10).fill(0.1);
    expect(regressionMetrics(tenths, new Float64Array(10)).r2).toBeUndefined();
  });
});
