import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../random/random.ts';
import { createPredictor, decodeModel, encodeModel } from '../../index.ts';
import { normal, numericTable, withColumns } from '../../testing/sample-tables.ts';
import { train } from '../../train.ts';
import type { Parameters, Table, TrainOptions } from '../../types.ts';
import { askedDirections } from './goal.ts';

const rows = 1500;
const random = createRandom(21);
const index = Array.from({ length: rows }, (_, i) => i);
const x = index.map(() => random.uniform());
const z = index.map(() => random.uniform());

function fit(table: Table, parameters: Parameters, goal?: Partial<TrainOptions>) {
  return train(table, {
    task: 'regression',
    target: 'y',
    algorithm: 'gradient_boosting',
    parameters: { iterations: 80, ...parameters },
    validation: { holdout: 0.2 },
    seed: 1,
    ...goal,
  });
}

/** Predictions along a grid of `x`, with `z` as it is given. */
function along(table: Table, parameters: Parameters, goal?: Partial<TrainOptions>) {
  const predictor = createPredictor(fit(table, parameters, goal).model);
  const grid = Array.from({ length: 101 }, (_, i) => i / 100);
  return [0.1, 0.5, 0.9].map((other) =>
    grid.map((value) => {
      const { value: number, probabilities } = predictor.predictRow({ x: value, z: other });
      return number ?? probabilities?.['1'] ?? NaN;
    }),
  );
}

const rises = (values: readonly number[]): boolean => values.every((v, i) => i === 0 || v >= values[i - 1]);
const falls = (values: readonly number[]): boolean => values.every((v, i) => i === 0 || v <= values[i - 1]);

describe('a monotone column', () => {
  const y = index.map((i) => x[i] + Math.sin(12 * x[i]) / 3 + z[i] * (0.5 - x[i]) + 0.3 * normal(random));
  const table = numericTable({ x, z, y });

  it('does what it likes where nothing is asked of it', () => {
    expect(along(table, {}).some((values) => rises(values))).toBe(false);
  });

  it('never lets predictions fall, whatever the other columns say', () => {
    expect(along(table, { monotone: 'x +' }).map(rises)).toEqual([true, true, true]);
  });

  it('never lets predictions rise', () => {
    expect(along(table, { monotone: ' x-, z + ' }).map(falls)).toEqual([true, true, true]);
  });

  it('keeps the probability of the second class in order', () => {
    const labels = numericTable({ x, z, y: y.map((v) => Number(v > 0.6)) });
    const goal = { task: 'classification' } as const;
    expect(along(labels, { monotone: 'x +' }, goal).map(rises)).toEqual([true, true, true]);
  });

  it.each([
    ['x', /found "x"/],
    ['w +', /names w, which is no numeric column/],
    ['x +, x -', /names x twice/],
  ])('is refused as "%s"', (monotone, message) => {
    expect(() => fit(table, { monotone })).toThrow(message);
  });
});

describe('the loss', () => {
  it.each([0.1, 0.5, 0.9])('quantile puts a share of %d below the prediction', (alpha) => {
    const y = index.map((i) => 10 * x[i] + (1 + 4 * x[i]) * normal(random));
    const { model } = fit(numericTable({ x, y }), { loss: 'quantile', alpha, learningRate: 0.05 });
    const { values = new Float64Array() } = createPredictor(model).predictTable(numericTable({ x }));
    for (const half of [index.filter((i) => x[i] < 0.5), index.filter((i) => x[i] >= 0.5)]) {
      const below = half.filter((i) => y[i] <= values[i]).length / half.length;
      expect(Math.abs(below - alpha)).toBeLessThan(0.05);
    }
  });

  it('poisson predicts rates that are never negative, and is kept in the model file', () => {
    const rate = (value: number): number => Math.exp(2 * value - 2);
    const y = index.map((i) => {
      let count = 0;
      for (let left = Math.exp(-rate(x[i])), p = random.uniform(); p > left; p *= random.uniform()) count++;
      return count;
    });
    const { model } = fit(numericTable({ x, y }), { loss: 'poisson' });
    const read = createPredictor(decodeModel(encodeModel(model)));
    for (const value of [0.1, 0.5, 0.9]) {
      const { value: predicted = NaN } = read.predictRow({ x: value });
      expect(predicted).toBeGreaterThan(0);
      expect(Math.abs(Math.log(predicted / rate(value)))).toBeLessThan(0.5);
    }
  });

  it('poisson refuses negative numbers', () => {
    expect(() => fit(numericTable({ x, y: x.map((v) => v - 0.5) }), { loss: 'poisson' })).toThrow(/negative/);
  });

  it('of numbers is refused for classes', () => {
    const table = numericTable({ x, y: x.map((v) => Number(v > 0.5)) });
    expect(() => fit(table, { loss: 'quantile' }, { task: 'classification' })).toThrow(/has classes/);
  });
});

// A pattern with three greedy parts would look at it for minutes.
it('directions that are none are refused as fast as they are read', { timeout: 2000 }, () => {
  const text = `x +,${' '.repeat(9_990)}b`;
  expect(() => askedDirections({ monotone: text })).toThrow(/found "b"/);
});

describe('a column of 50,000 categories', () => {
  const many = 50_000;
  const codes = Int32Array.from({ length: 48_000 }, (_, i) => (i < 24_000 ? i % 600 : random.below(many)));
  const categories = Array.from({ length: many }, (_, k) => `k${k}`);
  const said = (code: number): number => (code % 7) - 3;
  const table = withColumns(
    numericTable({ y: Array.from(codes, (code) => (code < 600 ? said(code) : 0) + normal(random)) }),
    { name: 'code', kind: 'categorical', codes, categories },
  );

  it('is grouped by what its frequent categories say', { timeout: 60_000 }, () => {
    const predictor = createPredictor(
      fit(table, { earlyStopping: 'off', iterations: 15, learningRate: 0.3 }).model,
    );
    const errors = Array.from({ length: 600 }, (_, code) => {
      return Math.abs((predictor.predictRow({ code: `k${code}` }).value ?? NaN) - said(code));
    });
    expect(errors.reduce((sum, error) => sum + error, 0) / 600).toBeLessThan(0.5);
    const rare = predictor.predictRow({ code: 'k40000' }).value ?? NaN;
    expect(Math.abs(rare)).toBeLessThan(0.2);
  });
});

it('weights that are all 0 among the rows to learn from are refused', () => {
  const w = index.map(() => 0);
  expect(() => fit(numericTable({ x, y: z, w }), {}, { weights: 'w' })).toThrow(/weight 0/);
});
