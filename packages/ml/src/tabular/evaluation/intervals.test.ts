import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { normal } from '../testing/sample-tables.ts';
import { bootstrapIntervals, type HeldOut } from './intervals.ts';
import { meanMetrics, measure } from './score.ts';

/** Predictions of 0 for standard normal values. */
function heldOut(rows: number, seed: number): HeldOut {
  const random = createRandom(seed);
  const values = Float64Array.from({ length: rows }, () => normal(random));
  const weights = new Float64Array(rows).fill(1);
  return { target: { classes: 0, values, weights }, predicted: new Float64Array(rows) };
}

function rmseInterval(folds: readonly HeldOut[]) {
  const reported = meanMetrics(
    folds.map(({ target, predicted }) => measure(target, predicted, { labels: [], positive: 1 })),
  );
  const { rmse = [NaN, NaN] } = bootstrapIntervals(
    folds,
    { labels: [], positive: 1 },
    reported,
    createRandom(1),
  );
  return { low: rmse[0], high: rmse[1], value: reported.rmse ?? NaN };
}

describe('a bootstrap interval', () => {
  it('holds the true error about as often as it says', () => {
    const covered = Array.from({ length: 60 }, (_, seed) => rmseInterval([heldOut(150, seed)])).filter(
      ({ low, high }) => low <= 1 && high >= 1,
    );
    expect(covered.length).toBeGreaterThanOrEqual(52);
    expect(covered.length).toBeLessThan(60);
  });

  it('is as wide as theory has it, also where not all rows are drawn', () => {
    // The standard error of an RMSE of n standard normal values is 1 / √(2n).
    for (const rows of [400, 20_000]) {
      const { low, high, value } = rmseInterval([heldOut(rows, 3)]);
      expect((high - low) / (2 * 1.96 * Math.sqrt(1 / (2 * rows)))).toBeCloseTo(1, 0);
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
  });

  it('is of the mean over the folds', () => {
    const whole = rmseInterval([heldOut(400, 5)]);
    const folds = rmseInterval([1, 2, 3, 4].map((seed) => heldOut(100, seed)));
    expect((folds.high - folds.low) / (whole.high - whole.low)).toBeCloseTo(1, 0);
  });
});
