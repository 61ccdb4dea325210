import { describe, expect, it } from 'vitest';
import { createPredictor, decodeModel, encodeModel, TabularError, type TrainOptions } from '../index.ts';
import {
  letterTable,
  mixedFeatures,
  mixedTable,
  pickTableRows,
  recordOf,
  withColumns,
} from '../testing/sample-tables.ts';
import type { Table } from '../types.ts';
import { trainWith } from '../train.ts';
import { registry, type Registry } from './registry.ts';

const algorithms = [...(Object.keys(registry) as (keyof typeof registry)[]), 'auto' as const];
const goals = [
  { task: 'classification', target: 'sold' },
  { task: 'classification', target: 'grade' },
  { task: 'regression', target: 'price' },
] as const;
const cases = algorithms.flatMap((algorithm) => goals.map((goal) => ({ algorithm, ...goal })));

/** Columns of every kind, text among them. */
const size = 60;
const table = withColumns(mixedTable(size), { ...letterTable(size).columns[0], name: 'note' });
const features = [...mixedFeatures, 'note'];

/** Less than the default, where that takes long and shows no more. */
const quick: Partial<Record<TrainOptions['algorithm'], TrainOptions['parameters']>> = {
  random_forest: { trees: 10 },
  extra_trees: { trees: 10 },
  neural_network: { epochs: 20, units: 16 },
};

/** What `auto` tries here: enough to average, and quick. */
const { baseline, linear, nearest_neighbors } = registry;
const few = { baseline, linear, nearest_neighbors } as unknown as Registry;

const train = (rows: Table, options: TrainOptions) =>
  trainWith(options.algorithm === 'auto' ? few : registry, rows, options);

function optionsFor(part: Pick<TrainOptions, 'algorithm' | 'task' | 'target'>): TrainOptions {
  const parameters = quick[part.algorithm];
  return {
    ...part,
    ...(parameters && { parameters }),
    features,
    validation: { folds: 3 },
    seed: 5,
  };
}

describe.each(cases)('$algorithm on $target', { timeout: 60_000 }, (part) => {
  const options = optionsFor(part);
  const before = written(table);
  const result = train(table, options);
  const after = written(table);

  it('gives the same result to the bit for the same seed', () => {
    const again = train(table, options);
    expect(encodeModel(again.model)).toEqual(encodeModel(result.model));
    const told = ({ metrics, metricsStd, curves, importance, learningCurve }: typeof result): unknown => {
      return { metrics, metricsStd, curves, importance, learningCurve };
    };
    expect(told(again)).toEqual(told(result));
  });

  it('leaves its input as it was', () => {
    expect(after).toBe(before);
  });

  it('gives a finite prediction where every value is missing', () => {
    const { value, probabilities } = createPredictor(result.model).predictRow({});
    const numbers = probabilities ? Object.values(probabilities) : [value];
    expect(numbers.every((number) => Number.isFinite(number))).toBe(true);
  });

  it('predicts one record as it predicts a table', () => {
    const predictor = createPredictor(result.model);
    const many = predictor.predictTable(table);
    const { classes } = result.schema;
    for (const row of rowNumbers(table)) {
      const one = predictor.predictRow(recordOf(table, row, features));
      const expected = many.values
        ? { value: many.values[row] }
        : {
            label: classes[many.labels?.[row] ?? -1],
            probabilities: Object.fromEntries(
              classes.map((label, k) => [label, many.probabilities?.[row * classes.length + k]]),
            ),
          };
      expect(one).toEqual(expected);
    }
  });

  it('gives probabilities that add up to one, and the label of the largest', () => {
    const predictor = createPredictor(result.model);
    for (const row of [0, 1, 2, 3, 4]) {
      const { label, value, probabilities } = predictor.predictRow(recordOf(table, row, features));
      // A regression gives one number, and a classification none.
      expect(value === undefined).toBe(part.task === 'classification');
      const shares = Object.values(probabilities ?? { whole: 1 });
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(probabilities?.[label ?? '']).toBe(probabilities && Math.max(...shares));
    }
  });

  it('is the same after being written and read', () => {
    const bytes = encodeModel(result.model);
    const read = decodeModel(bytes);
    expect(encodeModel(read)).toEqual(bytes);
    expect(createPredictor(read).predictTable(table)).toEqual(
      createPredictor(result.model).predictTable(table),
    );
  });

  it('takes duplicate rows', () => {
    const half = rowNumbers(table).slice(0, size / 2);
    const { rowsUsed, model } = train(pickTableRows(table, [...half, ...half]), {
      ...options,
      validation: { folds: 2 },
    });
    expect(rowsUsed).toBe(size);
    const predicted = createPredictor(model).predictTable(table);
    const numbers = predicted.values ?? predicted.probabilities ?? new Float64Array([NaN]);
    expect(numbers.every((number) => Number.isFinite(number))).toBe(true);
  });

  it('does without a column that never varies or is empty', () => {
    const wider = withColumns(
      table,
      { name: 'same', kind: 'numeric', values: new Float64Array(size).fill(3) },
      { name: 'none', kind: 'categorical', codes: new Int32Array(size).fill(-1), categories: ['x'] },
    );
    const { model, warnings } = train(wider, { ...options, features: [...features, 'same', 'none'] });
    expect(warnings.map(({ code, column }) => ({ code, column }))).toEqual([
      { code: 'CONSTANT_COLUMN', column: 'same' },
      { code: 'EMPTY_COLUMN', column: 'none' },
      ...result.warnings.map(({ code, column }) => ({ code, column })),
    ]);
    expect(encodeModel(model)).toEqual(encodeModel(result.model));
  });

  it('refuses a table with no rows', () => {
    const empty = pickTableRows(table, []);
    expect(() => train(empty, options)).toThrow(TabularError);
    expect(() => train(empty, options)).toThrow(/No row has a value/);
  });

  it('heeds the weights of rows', () => {
    const weights = Float64Array.from({ length: size }, (_, row) => (row < (2 * size) / 3 ? 1 : 0));
    const weighted = withColumns(table, { name: 'w', kind: 'numeric', values: weights });
    const { model } = train(weighted, { ...options, weights: 'w', validation: { folds: 2 } });
    const predicted = createPredictor(model).predictTable(table);
    const unweighted = createPredictor(result.model).predictTable(table);
    expect(predicted).not.toEqual(unweighted);
  });
});

// Not of auto: it tries the elastic net, of whose two penalties one has the unit of the target and the other has none.
const withParameters = [
  ...algorithms.filter((algorithm) => algorithm !== 'auto').map((name) => [name, quick[name] ?? {}] as const),
  ['linear', { penalty: 'l1' }],
  ['gradient_boosting', { loss: 'quantile', alpha: 0.7 }],
] as const;

describe.each(withParameters)('%s %o', (algorithm, parameters) => {
  const predictIn = (unit: number): number[] => {
    const price = table.columns.find(({ name }) => name === 'price');
    if (price?.kind !== 'numeric') throw new Error('The price is no number.');
    const values = price.values.map((value) => value * unit);
    const inUnits = withColumns(table, { ...price, values });
    const goal = { task: 'regression', target: 'price', algorithm } as const;
    const { model } = train(inUnits, { ...optionsFor(goal), parameters });
    return Array.from(createPredictor(model).predictTable(table).values ?? [], (value) => value / unit);
  };

  it.each([2 ** -60, 2 ** 200])('predicts the same in units of %d', { timeout: 60_000 }, (unit) => {
    const usual = predictIn(1);
    const other = predictIn(unit);
    expect(usual).toHaveLength(size);
    other.forEach((value, row) => expect(value / usual[row]).toBeCloseTo(1, 9));
  });
});

describe.each(goals)('$target on one and on two threads', (goal) => {
  it('gives the identical model file', { timeout: 60_000 }, () => {
    // Wide enough for a second thread to be started, and to find something to do.
    const many = mixedTable(100_000, 3);
    const options: TrainOptions = {
      ...optionsFor({ ...goal, algorithm: 'gradient_boosting' }),
      features: mixedFeatures,
      parameters: { iterations: 6, earlyStopping: 'off' },
      validation: { holdout: 0.1 },
    };
    const files = [1, 2].map((threads) => encodeModel(train(many, { ...options, threads }).model));
    expect(files[1]).toEqual(files[0]);
  });
});

function rowNumbers({ rows }: Table): number[] {
  return Array.from({ length: rows }, (_, row) => row);
}

function written(rows: Table): string {
  return JSON.stringify(rows, plain);
}

function plain(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float64Array, String) : value;
}
