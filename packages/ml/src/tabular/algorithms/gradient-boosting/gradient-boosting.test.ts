import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../random/random.ts';
import { createPredictor } from '../../predictor.ts';
import { mixedTable, numericTable, withColumns } from '../../testing/sample-tables.ts';
import { train } from '../../train.ts';
import type { Parameters, Table, TrainOptions } from '../../types.ts';

const rows = 400;
const index = Array.from({ length: rows }, (_, i) => i);
const random = createRandom(8);
const x = index.map(() => random.uniform());

function fit(table: Table, parameters: Parameters = {}, goal?: Partial<TrainOptions>) {
  return train(table, {
    task: 'regression',
    target: 'y',
    algorithm: 'gradient_boosting',
    parameters,
    validation: { holdout: 0.25 },
    seed: 1,
    ...goal,
  });
}

describe('gradient boosting', () => {
  it('finds a step, and places it between the values beside it', () => {
    const grid = index.map((i) => i % 20);
    const { model } = fit(numericTable({ x: grid, y: grid.map((v) => (v < 12 ? 1 : 5)) }), { l2: 0 });
    const at = (value: number) => createPredictor(model).predictRow({ x: value }).value;
    expect(at(11.49)).toBe(at(0));
    expect(at(11.51)).toBe(at(19));
    expect(at(0)).toBeCloseTo(1, 1);
    expect(at(19)).toBeCloseTo(5, 1);
  });

  it('finds an interaction no single column shows', () => {
    const a = index.map(() => random.below(2));
    const b = index.map(() => random.below(2));
    const { metrics } = fit(
      numericTable({ a, b, y: index.map((i) => a[i] ^ b[i]) }),
      {},
      { task: 'classification' },
    );
    expect(metrics.accuracy).toBe(1);
  });

  it('learns on which side missing values belong', () => {
    const gaps = x.map((v, i) => (i % 4 === 0 ? NaN : v));
    for (const gap of [0, 10]) {
      const y = gaps.map((v) => (Number.isNaN(v) ? gap : v > 0.5 ? 10 : 0));
      const predictor = createPredictor(fit(numericTable({ x: gaps, y })).model);
      expect(predictor.predictRow({ x: null }).value).toBeCloseTo(gap, 0);
      expect(predictor.predictRow({ x: 0.9 }).value).toBeCloseTo(10, 0);
      expect(predictor.predictRow({ x: 0.1 }).value).toBeCloseTo(0, 0);
    }
  });

  it('groups categories that belong together, whatever their order', () => {
    const codes = Int32Array.from({ length: 2000 }, () => random.below(30));
    const high = new Set([2, 3, 7, 11, 17, 19, 28]);
    const y = Float64Array.from(codes, (code) => (high.has(code) ? 1 : 0));
    const categories = Array.from({ length: 30 }, (_, k) => `k${k}`);
    const table: Table = {
      rows: 2000,
      columns: [
        { name: 'code', kind: 'categorical', codes, categories },
        { name: 'y', kind: 'numeric', values: y },
      ],
    };
    expect(fit(table).metrics.rmse).toBeLessThan(0.05);
  });

  it('handles more categories than there are bins', () => {
    const codes = Int32Array.from({ length: 3000 }, () => random.below(600));
    const categories = Array.from({ length: 600 }, (_, k) => `k${k}`);
    const table: Table = {
      rows: 3000,
      columns: [
        { name: 'code', kind: 'categorical', codes, categories },
        { name: 'x', kind: 'numeric', values: Float64Array.from(codes, () => random.uniform()) },
        { name: 'y', kind: 'numeric', values: Float64Array.from(codes, (code) => code % 2) },
      ],
    };
    expect(fit(table).metrics.rmse).toBeLessThan(0.6);
  });

  it('stops early on noise, and keeps the rounds up to the least validation loss', () => {
    const { parameters, curves } = fit(numericTable({ x, y: index.map(() => random.uniform()) }));
    const { validation = [] } = curves.loss ?? {};
    expect(parameters.iterations).toBe(validation.indexOf(Math.min(...validation)) + 1);
    expect(validation.length).toBeLessThan(100);
  });

  it('runs all its rounds when it is told to, with ever less training loss', () => {
    const options = { iterations: 40, earlyStopping: 'off' };
    const { parameters, curves } = fit(numericTable({ x, y: x.map((v) => Math.sin(9 * v)) }), options);
    const { train: loss = [], validation } = curves.loss ?? {};
    expect(parameters.iterations).toBe(40);
    expect(validation).toEqual([]);
    expect(loss).toHaveLength(40);
    expect(loss).toEqual([...loss].sort((a, b) => b - a));
  });

  it('keeps to the leaves it may have', () => {
    const table = numericTable({ x, y: x.map((v) => Math.round(v * 8)) });
    const { model } = fit(table, { iterations: 1, leaves: 3, earlyStopping: 'off', minLeafRows: 1 });
    const { values = new Float64Array(0) } = createPredictor(model).predictTable(table);
    expect(new Set(values).size).toBe(3);
  });

  it('is at its prior where leaves need more rows than there are', () => {
    const table = numericTable({ x, y: x });
    const { model } = fit(table, { minLeafRows: 1000, earlyStopping: 'off' });
    const mean = x.reduce((sum, v) => sum + v, 0) / rows;
    expect(createPredictor(model).predictRow({ x: 0.9 }).value).toBeCloseTo(mean, 8);
  });

  it('uses the month of a date', () => {
    const made = Float64Array.from(
      { length: 1000 },
      () => Date.UTC(2018, 0, 1) + random.below(1500) * 86_400_000,
    );
    const y = made.map((ms) => (new Date(ms).getUTCMonth() === 6 ? 10 : 0));
    const table = withColumns(
      { rows: 1000, columns: [] },
      { name: 'made', kind: 'datetime', values: made },
      { name: 'y', kind: 'numeric', values: y },
    );
    expect(fit(table).metrics.rmse).toBeLessThan(0.5);
  });

  it('tells three classes apart', () => {
    const features = ['size', 'weight', 'colour'];
    const { metrics } = fit(mixedTable(800), {}, { task: 'classification', target: 'grade', features });
    expect(metrics.accuracy).toBeGreaterThan(0.75);
  });
});
