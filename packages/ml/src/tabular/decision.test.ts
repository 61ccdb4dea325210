import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { calibrate, fitCalibration } from './evaluation/calibration.ts';
import { labelled } from './evaluation/metrics.ts';
import { bestThreshold, thresholdCurve, thresholdOfSecond } from './evaluation/threshold.ts';
import { createPredictor, decodeModel, encodeModel, train } from './index.ts';
import { mixedTable, normal, numericTable } from './testing/sample-tables.ts';
import type { HeldOut, Table, TrainOptions } from './types.ts';

/** One row in eight is of the second class, and one number tells of it, not surely. */
function rareTable(rows = 800): Table {
  const random = createRandom(8);
  const side = Array.from({ length: rows }, (_, row) => Number(row % 8 === 0));
  const x = side.map((value) => 1.5 * value + normal(random));
  return numericTable({ x, side });
}

const rare = rareTable();
const options: TrainOptions = {
  task: 'classification',
  target: 'side',
  algorithm: 'linear',
  parameters: { l2: 1 },
  validation: { folds: 4 },
  seed: 1,
};
const countOf = ({ actual, predicted }: HeldOut, of: number, as: number) =>
  actual.filter((value, i) => value === of && predicted[i] === as).length;

const fit = (more: Partial<TrainOptions>) => train(rare, { ...options, ...more });

describe('the threshold of two classes', () => {
  const half = fit({ threshold: 'half' });

  it('may be half, and what others would give is told', () => {
    expect(half.model.decision).toBeUndefined();
    const curve = half.curves.threshold;
    expect(curve?.chosen).toBe(0.5);
    expect(curve?.threshold).toEqual(curve?.threshold.toSorted((a, b) => a - b));
  });

  it.each(['f1', 'balanced_accuracy'] as const)(
    'may be the best for %s, judged on other rows',
    (threshold) => {
      const metric = threshold === 'f1' ? 'f1' : 'balancedAccuracy';
      const tuned = fit({ threshold });
      expect(tuned.metrics[metric]).toBeGreaterThan((half.metrics[metric] ?? 1) + 0.05);
      expect(tuned.metrics.rocAuc).toBe(half.metrics.rocAuc);
      expect(tuned.model.decision?.threshold).toBe(tuned.curves.threshold?.chosen);
      const best = Math.max(...(tuned.curves.threshold?.[metric] ?? []));
      expect(tuned.metrics[metric]).toBeLessThan(best + 0.02);
    },
  );

  it('decides labels, one by one, in a table and once read again, and leaves probabilities as they are', () => {
    const tuned = fit({ threshold: 0.1 });
    const read = createPredictor(decodeModel(encodeModel(tuned.model)));
    const before = createPredictor(half.model);
    const { labels, probabilities } = read.predictTable(rare);
    expect(probabilities).toEqual(before.predictTable(rare).probabilities);
    for (let row = 0; row < rare.rows; row++) {
      const positive = (probabilities?.[2 * row + 1] ?? 0) >= 0.1;
      expect(labels?.[row]).toBe(positive ? 1 : 0);
    }
    const x = [-1, 0.5, 1, 2];
    for (const value of x) {
      const one = read.predictRow({ x: value });
      expect(one.label).toBe((one.probabilities?.['1'] ?? 0) >= 0.1 ? '1' : '0');
    }
  });

  it('makes the confusion matrix', () => {
    const predictedPositive = ({ metrics }: typeof half) =>
      metrics.confusion?.matrix.reduce((sum, row) => sum + row[1], 0) ?? 0;
    expect(predictedPositive(fit({ threshold: 0.05 }))).toBeGreaterThan(3 * predictedPositive(half));
  });

  it.each([{ folds: 4 }, { holdout: 0.3 }])(
    'labels the kept rows as the confusion matrix counts them, %j',
    (validation) => {
      for (const calibrate of ['none', 'platt'] as const) {
        const { heldOut, metrics } = fit({ threshold: 'f1', calibrate, validation });
        const counts = metrics.confusion?.matrix.map((row, actual) =>
          row.map((_, predicted) => countOf(heldOut, actual, predicted)),
        );
        expect(counts).toEqual(metrics.confusion?.matrix);
      }
    },
  );

  it('is what importance and the learning curve are measured by', () => {
    // Nothing is as likely as this: all rows are of the first class, whatever the columns say.
    const { importance, learningCurve, metrics } = fit({ threshold: 0.999, metric: 'accuracy' });
    expect(metrics.accuracy).toBe(0.875);
    expect(importance).toEqual([{ feature: 'x', value: 0, std: 0 }]);
    for (const { score } of learningCurve.points) expect(score).toBe(0.875);
  });

  it('is learnt within the training rows of a holdout', () => {
    const { model, metrics } = fit({ threshold: 'f1', validation: { holdout: 0.3 } });
    expect(model.decision?.threshold).toBeLessThan(0.5);
    expect(metrics.f1).toBeGreaterThan(0.3);
  });

  it.each([
    ['threshold', { threshold: 1 }],
    ['threshold', { threshold: 'f1', target: 'grade' }],
    ['calibrate', { calibrate: 'platt', target: 'grade' }],
    ['threshold', { threshold: 'f1', target: 'price', task: 'regression' }],
  ] as const)('is refused by the name of %s where it makes no sense: %o', (field, more) => {
    const features = ['size', 'weight'];
    const goal = { ...options, target: 'sold', features, ...more };
    expect(() => train(mixedTable(60), goal)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', field }),
    );
  });
});

describe('the best threshold', () => {
  it('lies half way between the scores it parts', () => {
    const scores = Float64Array.of(0.1, 0.2, 0.3, 0.7);
    const positive = Float64Array.of(0, 0, 1, 1);
    expect(bestThreshold('f1', scores, positive)).toBeCloseTo(0.25, 12);
    const curve = thresholdCurve(scores, positive, 0.25);
    expect(curve.f1[0]).toBeCloseTo(2 / 3, 12);
    expect(curve.balancedAccuracy[2]).toBe(1);
  });
});

describe.each([0, 1])('the best threshold where class %d is positive', (positive) => {
  it('labels rows as it was judged by, also of scores that rounding alone tells apart', () => {
    const sum = 0.1 + 0.2;
    const shares = positive === 1 ? [0.3, sum, 0.3, sum] : [0.7, 1 - sum, 0.7, 1 - sum];
    const probabilities = Float64Array.from(shares.flatMap((share) => [1 - share, share]));
    const actual = Float64Array.of(1 - positive, positive, 1 - positive, positive);
    const scores = shares.map((_, row) => probabilities[2 * row + positive]);
    const isPositive = actual.map((value) => Number(value === positive));
    const threshold = bestThreshold('f1', Float64Array.from(scores), isPositive);
    const labels = labelled(probabilities, 2, thresholdOfSecond(threshold, positive));
    expect(Array.from(labels)).toEqual([positive, positive, positive, positive]);
    const told = thresholdCurve(Float64Array.from(scores), isPositive, threshold);
    expect(told.f1).toEqual([expect.closeTo(4 / 6, 12)]);
  });
});

describe('calibration', () => {
  const random = createRandom(4);
  const truth = Float64Array.from({ length: 4000 }, () => random.uniform());
  const positive = truth.map((p) => (random.uniform() < p ? 1 : 0));
  // Twice the log odds: far too sure of itself.
  const sure = truth.map((p) => (p * p) / (p * p + (1 - p) * (1 - p)));

  it.each(['platt', 'isotonic'] as const)('%s makes probabilities mean what they say', (method) => {
    const fitted = fitCalibration(method, sure, positive);
    const error = (values: Float64Array) =>
      values.reduce((sum, value, i) => sum + Math.abs(value - truth[i]), 0) / values.length;
    expect(error(sure)).toBeGreaterThan(0.08);
    expect(error(sure.map((score) => calibrate(fitted, score)))).toBeLessThan(0.03);
  });

  it.each(['platt', 'isotonic'] as const)('%s turns no order round and stays off 0 and 1', (method) => {
    const fitted = fitCalibration(method, Float64Array.of(0.9, 0.8, 0.4, 0.2), Float64Array.of(0, 1, 0, 1));
    const values = [0, 0.1, 0.3, 0.5, 0.85, 1].map((score) => calibrate(fitted, score));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values.every((value) => value > 0 && value < 1)).toBe(true);
  });

  it('platt tells the share of the class where scores tell the reverse', () => {
    const scores = Float64Array.from({ length: 98 }, (_, row) => 0.9 + row / 1000);
    const falling = scores.map((_, row) => (row < 24 ? 1 : 0));
    const fitted = fitCalibration('platt', scores, falling);
    for (const score of [0.1, 0.9, 0.99]) expect(calibrate(fitted, score)).toBeCloseTo(0.25, 12);
  });

  it('pools what falls: reference by hand', () => {
    const fitted = fitCalibration(
      'isotonic',
      Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
      Float64Array.of(0, 1, 0, 1, 1, 1),
    );
    expect(calibrate(fitted, 0.2)).toBeCloseTo(0.5, 12);
    expect(calibrate(fitted, 0.25)).toBeCloseTo(0.5, 12);
    expect(calibrate(fitted, 0.1)).toBeCloseTo(1 / 8, 12);
  });

  it.each(['platt', 'isotonic'] as const)(
    '%s of a trained model is kept with it and told in its metrics',
    (method) => {
      const balanced = { classWeights: 'balanced' } as const;
      const raw = fit(balanced);
      const corrected = fit({ ...balanced, calibrate: method });
      // Balanced weights make the rare class far too likely; calibration takes that back.
      expect(corrected.metrics.logLoss).toBeLessThan((raw.metrics.logLoss ?? 0) - 0.1);
      const read = createPredictor(decodeModel(encodeModel(corrected.model)));
      const many = read.predictTable(numericTable({ x: [0, 1, 2] }));
      [0, 1, 2].forEach((x, row) => {
        const { probabilities } = read.predictRow({ x });
        expect(probabilities?.['1']).toBe(many.probabilities?.[2 * row + 1]);
      });
    },
  );
});
