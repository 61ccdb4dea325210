import { describe, expect, it } from 'vitest';
import { createPredictor, decodeModel, encodeModel, TabularError, train } from '../index.ts';
import {
  letterTable,
  mixedFeatures,
  mixedTable,
  pickTableRows,
  withColumns,
} from '../testing/sample-tables.ts';
import type { AlgorithmName, Column, Table, TrainOptions, TrainResult } from '../types.ts';
import { registry } from './registry.ts';

const algorithms = Object.keys(registry) as AlgorithmName[];
const table = mixedTable(90);
const { rows } = table;

const quick: Partial<Record<AlgorithmName, TrainOptions['parameters']>> = {
  linear: { l2: 1 },
  gradient_boosting: { iterations: 5 },
  random_forest: { trees: 5 },
  extra_trees: { trees: 5 },
  neural_network: { epochs: 5 },
};

/** Every number a model answers with, for all rows of a table and for a record without a value. */
function answers({ model }: TrainResult, of: Table): number[] {
  const predictor = createPredictor(decodeModel(encodeModel(model)));
  const many = predictor.predictTable(of);
  const one = predictor.predictRow({});
  const single = one.probabilities ? Object.values(one.probabilities) : [one.value ?? NaN];
  return [...(many.probabilities ?? many.values ?? [NaN]), ...single];
}

/** What training ends with: a result whose answers are finite, or a refusal that says why. */
function outcome(of: Table, options: TrainOptions): string {
  try {
    const result = train(of, options);
    return answers(result, of).every(Number.isFinite) ? 'finite' : 'not finite';
  } catch (error) {
    return error instanceof TabularError ? error.code : String(error);
  }
}

const categorical = (name: string, codes: Int32Array, categories: string[]): Column => ({
  name,
  kind: 'categorical',
  codes,
  categories,
});
const numeric = (name: string, value: (row: number) => number, count = rows): Column => ({
  name,
  kind: 'numeric',
  values: Float64Array.from({ length: count }, (_, row) => value(row)),
});

describe.each(algorithms)('%s', { timeout: 60_000 }, (algorithm) => {
  const parameters = quick[algorithm];
  const options: TrainOptions = {
    task: 'classification',
    target: 'sold',
    features: mixedFeatures,
    algorithm,
    ...(parameters && { parameters }),
    validation: { folds: 3 },
    seed: 2,
  };
  const regression: TrainOptions = { ...options, task: 'regression', target: 'price' };

  it.each([options, regression])('does without columns that hold one value or none: $task', (goal) => {
    const wider = withColumns(
      table,
      numeric('same', () => 7),
      numeric('nothing', () => NaN),
      { name: 'noDate', kind: 'datetime', values: new Float64Array(rows).fill(NaN) },
      { name: 'noText', kind: 'text', values: Array.from({ length: rows }, () => null) },
      { name: 'sameText', kind: 'text', values: Array.from({ length: rows }, () => 'as ever') },
      categorical('noCategory', new Int32Array(rows).fill(-1), []),
    );
    const extra = ['same', 'nothing', 'noDate', 'noText', 'sameText', 'noCategory'];
    const result = train(wider, { ...goal, features: [...mixedFeatures, ...extra] });
    expect(result.warnings.map(({ column }) => column)).toEqual(expect.arrayContaining(extra));
    expect(result.schema.features.map(({ name }) => name)).toEqual(mixedFeatures);
    expect(answers(result, table).every(Number.isFinite)).toBe(true);
  });

  it('takes columns that are constant or empty in a fold alone', () => {
    const odd = withColumns(
      table,
      numeric('once', (row) => (row === 4 ? 1 : 0)),
      numeric('seldom', (row) => (row === 5 ? 2 : NaN)),
      categorical(
        'rare',
        Int32Array.from({ length: rows }, (_, row) => (row === 6 ? 1 : 0)),
        ['a', 'b'],
      ),
    );
    const features = ['size', 'once', 'seldom', 'rare'];
    expect(outcome(odd, { ...options, features })).toBe('finite');
    expect(outcome(odd, { ...regression, features })).toBe('finite');
  });

  it('takes a fold in which nothing varies', () => {
    const odd = withColumns(
      table,
      numeric('once', (row) => (row === 4 ? 1 : 0)),
    );
    expect(outcome(odd, { ...options, features: ['once'] })).toBe('finite');
    expect(outcome(odd, { ...regression, features: ['once'] })).toBe('finite');
  });

  it('takes infinite values as missing', () => {
    const values = (row: number): number => (row % 9 === 0 ? Infinity : row % 9 === 1 ? -Infinity : row);
    const result = train(withColumns(table, numeric('size', values)), options);
    expect(result.warnings).toContainEqual(expect.objectContaining({ code: 'INFINITE_VALUES', count: 20 }));
    expect(answers(result, table).every(Number.isFinite)).toBe(true);
  });

  it('takes values of any size', () => {
    const huge = withColumns(
      table,
      numeric('size', (row) => (row % 2 ? 1e300 : -1e300) * (1 + row)),
    );
    expect(outcome(huge, options)).toBe('finite');
    const tiny = withColumns(
      table,
      numeric('size', (row) => row * 1e-300),
    );
    expect(outcome(tiny, regression)).toBe('finite');
  });

  it('takes as many classes as rows, or says why not', () => {
    const few = pickTableRows(table, [0, 1, 2, 3, 4, 5]);
    const each = categorical('sold', Int32Array.of(0, 1, 2, 3, 4, 5), ['a', 'b', 'c', 'd', 'e', 'f']);
    expect(['finite', 'SINGLE_CLASS', 'TOO_FEW_ROWS']).toContain(outcome(withColumns(few, each), options));
  });

  it('refuses a single row, and two of two classes', () => {
    const goal: TrainOptions = { ...options, validation: { holdout: 0.5 } };
    expect(['SINGLE_CLASS', 'TOO_FEW_ROWS', 'NO_FEATURES']).toContain(
      outcome(pickTableRows(table, [0]), goal),
    );
    const codes = Int32Array.of(0, 1);
    const two = withColumns(pickTableRows(table, [0, 1]), categorical('sold', codes, ['no', 'yes']));
    expect(outcome(two, goal)).toBe('TOO_FEW_ROWS');
  });

  it('learns from four rows, with text too', () => {
    const letters = letterTable(4);
    const spam = categorical('spam', Int32Array.of(0, 1, 0, 1), ['ham', 'spam']);
    const texts: Column = { name: 'letter', kind: 'text', values: ['a b c', 'a b d', 'a c d', 'b c d'] };
    const goal: TrainOptions = { ...options, target: 'spam', features: ['letter'], validation: { folds: 2 } };
    expect(outcome(withColumns(letters, spam, texts), goal)).toBe('finite');
  });
});

describe('a feature that gives the target away is warned of', () => {
  const goal: TrainOptions = {
    task: 'regression',
    target: 'price',
    algorithm: 'baseline',
    validation: { holdout: 0.3 },
    seed: 1,
  };
  const warned = (features: string[], ...columns: Column[]): unknown[] =>
    train(withColumns(table, ...columns), { ...goal, features })
      .warnings.filter(({ code }) => code === 'LIKELY_LEAK')
      .map(({ column }) => column);

  it('by its values, as numbers, categories or text', () => {
    const price = table.columns.find(({ name }) => name === 'price');
    if (price?.kind !== 'numeric') throw new Error('The table has a price.');
    const twin: Column = { ...price, name: 'euro' };
    expect(warned(['size', 'euro'], twin)).toEqual(['euro']);
  });

  it('by its name, whatever its values', () => {
    const named = ['price_eur', 'logPrice', 'Price', 'appraised', 'priceless'];
    const columns = named.map((name) => numeric(name, (row) => Math.sin(row * 7)));
    expect(warned(named, ...columns)).toEqual(['price_eur', 'logPrice', 'Price']);
  });
});

describe('weights are refused by the name of their column', () => {
  const options: TrainOptions = {
    task: 'regression',
    target: 'price',
    features: mixedFeatures,
    algorithm: 'baseline',
    validation: { holdout: 0.3 },
    weights: 'w',
    seed: 1,
  };
  it.each([
    ['negative', (row: number) => (row === 3 ? -1 : 1)],
    ['all zero', () => 0],
  ])('%s', (_, weight) => {
    expect(() => train(withColumns(table, numeric('w', weight)), options)).toThrow(
      expect.objectContaining({ code: 'INVALID_WEIGHTS', field: 'w' }),
    );
  });
});
