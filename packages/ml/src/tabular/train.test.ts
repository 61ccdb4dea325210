import { describe, expect, it } from 'vitest';
import { createPredictor } from './predictor.ts';
import { mixedFeatures, mixedTable, numericTable, withColumns } from './testing/sample-tables.ts';
import { train } from './train.ts';
import type { Progress, Table, TrainOptions } from './types.ts';

const table = mixedTable(120);
const classify: TrainOptions = {
  task: 'classification',
  target: 'sold',
  features: mixedFeatures,
  algorithm: 'linear',
  parameters: { l2: 1 },
  validation: { folds: 3 },
  seed: 1,
};
const regress: TrainOptions = { ...classify, task: 'regression', target: 'price' };

/** The code and field of the TabularError that training ends with. */
function refusal(options: Partial<TrainOptions>, on: Table = table): unknown {
  try {
    train(on, { ...classify, ...options });
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('train refuses', () => {
  it.each([
    ['UNKNOWN_COLUMN', 'nowhere', { target: 'nowhere' }],
    ['UNKNOWN_COLUMN', 'nowhere', { features: ['size', 'nowhere'] }],
    ['UNKNOWN_COLUMN', 'nowhere', { weights: 'nowhere' }],
    ['INVALID_WEIGHTS', 'colour', { weights: 'colour' }],
    ['INVALID_OPTION', 'sold', { features: ['sold', 'size'] }],
    ['INVALID_TARGET', 'sold', { task: 'regression' }],
    ['INVALID_TARGET', 'made', { target: 'made' }],
    ['INVALID_OPTION', 'validation.folds', { validation: { folds: 1 } }],
    ['INVALID_OPTION', 'validation.holdout', { validation: { holdout: 1 } }],
    ['TOO_FEW_ROWS', 'validation', { validation: { folds: 121 } }],
    ['INVALID_OPTION', 'metric', { metric: 'rmse' }],
    ['INVALID_OPTION', 'seed', { seed: 0.5 }],
    ['INVALID_OPTION', 'parameters', { algorithm: 'auto' }],
    ['INVALID_OPTION', 'classWeights', { classWeights: { maybe: 2 } }],
    ['INVALID_PARAMETER', 'depth', { parameters: { depth: 3 } }],
    ['INVALID_PARAMETER', 'l2', { parameters: { l2: -1 } }],
    ['INVALID_PARAMETER', 'leaves', { algorithm: 'gradient_boosting', parameters: { leaves: 2.5 } }],
  ] as const)('%s, naming %s', (code, field, options) => {
    expect(refusal(options)).toMatchObject({ name: 'TabularError', code, field });
  });

  it('a target with a single class', () => {
    const one = withColumns(table, {
      name: 'sold',
      kind: 'categorical',
      codes: new Int32Array(120),
      categories: ['no', 'yes'],
    });
    expect(refusal({}, one)).toMatchObject({ code: 'SINGLE_CLASS', field: 'sold' });
  });

  it('an identifier as the target of classification', () => {
    const id = {
      name: 'id',
      kind: 'numeric',
      values: Float64Array.from({ length: 300 }, (_, i) => i),
    } as const;
    expect(refusal({ target: 'id' }, withColumns(mixedTable(300), id))).toMatchObject({
      code: 'TOO_MANY_CLASSES',
    });
  });

  it('a table without a column that varies', () => {
    const flat = numericTable({ x: [1, 1, 1, 1, 1], y: [1, 2, 3, 4, 5] });
    expect(refusal({ ...regress, features: ['x'], target: 'y' }, flat)).toMatchObject({
      code: 'NO_FEATURES',
    });
  });

  it('columns of different length, or of the same name', () => {
    const short = withColumns(table, { name: 'size', kind: 'numeric', values: new Float64Array(3) });
    expect(refusal({}, short)).toMatchObject({ code: 'INVALID_TABLE', field: 'size' });
    const twice = { rows: table.rows, columns: [...table.columns, table.columns[0]] };
    expect(refusal({}, twice)).toMatchObject({ code: 'INVALID_TABLE', field: 'size' });
  });
});

describe('train warns', () => {
  it('of rows without a target, and leaves them out', () => {
    const price = Float64Array.from({ length: 120 }, (_, i) => (i < 7 ? NaN : i));
    const { warnings, rowsUsed, rowsDropped } = train(
      withColumns(table, { name: 'price', kind: 'numeric', values: price }),
      regress,
    );
    expect(warnings).toContainEqual(
      expect.objectContaining({ code: 'MISSING_TARGET', column: 'price', count: 7 }),
    );
    expect([rowsUsed, rowsDropped]).toEqual([113, 7]);
  });

  it('of infinite values, and takes them as missing', () => {
    const base = Float64Array.from({ length: 120 }, (_, i) => Math.sin(i));
    const make = (odd: number) =>
      withColumns(table, { name: 'size', kind: 'numeric', values: base.map((v, i) => (i < 4 ? odd : v)) });
    const infinite = train(make(-Infinity), regress);
    expect(infinite.warnings).toContainEqual(
      expect.objectContaining({ code: 'INFINITE_VALUES', column: 'size', count: 4 }),
    );
    expect(infinite.metrics).toEqual(train(make(NaN), regress).metrics);
  });

  it('of infinite values in the target, and leaves their rows out', () => {
    const price = Float64Array.from({ length: 120 }, (_, i) => (i === 5 ? Infinity : i));
    const { warnings, rowsUsed } = train(
      withColumns(table, { name: 'price', kind: 'numeric', values: price }),
      regress,
    );
    expect(warnings.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        '1 infinite value of price was taken as missing.',
        '1 row has no price and was left out of training.',
      ]),
    );
    expect(rowsUsed).toBe(119);
  });

  it('of a class whose rows all have weight 0', () => {
    const weight = Float64Array.from({ length: 120 }, (_, i) => (i % 2 ? 0 : 1));
    const codes = Int32Array.from({ length: 120 }, (_, i) => i % 2);
    const weighted = withColumns(
      table,
      { name: 'weight', kind: 'numeric', values: weight },
      { name: 'sold', kind: 'categorical', codes, categories: ['no', 'yes'] },
    );
    const { warnings } = train(weighted, { ...classify, features: ['size'], weights: 'weight' });
    expect(warnings).toContainEqual(
      expect.objectContaining({
        code: 'UNWEIGHTED_CLASS',
        message: 'Every row of the class yes has weight 0: it is never learnt.',
      }),
    );
  });

  it.for([
    [3, 'Every row of the class b (and of 1 other class) has weight 0: they are never learnt.'],
    [4, 'Every row of the class b (and of 2 other classes) has weight 0: they are never learnt.'],
  ] as const)('of all but one of %i classes whose rows all have weight 0', ([classes, message]) => {
    const codes = Int32Array.from({ length: 120 }, (_, i) => i % classes);
    const weighted = withColumns(
      table,
      { name: 'weight', kind: 'numeric', values: Float64Array.from(codes, (code) => Number(code === 0)) },
      { name: 'kind', kind: 'categorical', codes, categories: ['a', 'b', 'c', 'd'].slice(0, classes) },
    );
    const { warnings } = train(weighted, {
      ...classify,
      target: 'kind',
      features: ['size'],
      weights: 'weight',
    });
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'UNWEIGHTED_CLASS', message }));
  });

  it('of a feature that repeats the target', () => {
    const [, , , , sold, , price] = table.columns;
    const copies = withColumns(table, { ...sold, name: 'copy' }, { ...price, name: 'euro' });
    const codes = (options: TrainOptions) =>
      train(copies, options).warnings.map(({ code, column }) => [code, column]);
    expect(codes({ ...classify, features: ['size', 'copy'] })).toContainEqual(['LIKELY_LEAK', 'copy']);
    expect(codes({ ...regress, features: ['size', 'euro'] })).toContainEqual(['LIKELY_LEAK', 'euro']);
    expect(codes({ ...regress, features: ['size', 'weight'] })).toEqual([]);
  });

  it('of texts that only number the rows, which it does not use', () => {
    const values = Array.from({ length: 120 }, (_, i) => `id${i * 7919}`);
    const text = { name: 'note', kind: 'text', values } as const;
    const { warnings, schema } = train(withColumns(table, text), { ...regress, features: ['size', 'note'] });
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'TEXT_COLUMN_IGNORED', column: 'note' }));
    expect(schema.features.map(({ name }) => name)).toEqual(['size']);
  });

  it('of a rare class', () => {
    const codes = Int32Array.from({ length: 120 }, (_, i) => (i < 3 ? 1 : 0));
    const rare = withColumns(table, { name: 'sold', kind: 'categorical', codes, categories: ['no', 'yes'] });
    expect(train(rare, classify).warnings).toContainEqual(
      expect.objectContaining({ code: 'RARE_CLASS', count: 3 }),
    );
  });
});

describe('the target of classification', () => {
  it('may be numeric; its labels are text in the order of the numbers', () => {
    const values = Float64Array.from({ length: 120 }, (_, i) => [10, 9, -1][i % 3]);
    const { schema } = train(withColumns(table, { name: 'sold', kind: 'numeric', values }), classify);
    expect(schema.classes).toEqual(['-1', '9', '10']);
  });

  it('may be categorical in any order; its labels are sorted', () => {
    const codes = Int32Array.from({ length: 120 }, (_, i) => i % 2);
    const target = {
      name: 'sold',
      kind: 'categorical',
      codes,
      categories: ['true', 'false', 'unused'],
    } as const;
    expect(train(withColumns(table, target), classify).schema.classes).toEqual(['false', 'true']);
  });
});

describe('the result of training', () => {
  it('averages the folds, and tells their spread', () => {
    const { metrics, metricsStd, leaderboard } = train(table, classify);
    expect(leaderboard).toHaveLength(1);
    expect(metrics.logLoss).toBe(leaderboard[0].mean);
    expect(metricsStd.logLoss).toBe(leaderboard[0].std);
    const counts = metrics.confusion?.matrix.flat() ?? [];
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(120);
  });

  it('measures a holdout on the rows held out', () => {
    const { metrics, metricsStd } = train(table, { ...classify, validation: { holdout: 0.25 } });
    const counts = metrics.confusion?.matrix.flat() ?? [];
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(metricsStd).toEqual({});
  });

  it('holds a model fitted on every usable row', () => {
    const all = train(table, { ...regress, validation: { folds: 3 } });
    const other = train(table, { ...regress, validation: { holdout: 0.5 } });
    expect(createPredictor(all.model).predictTable(table)).toEqual(
      createPredictor(other.model).predictTable(table),
    );
  });

  it('ranks the features that matter first', () => {
    const { importance } = train(table, { ...regress, algorithm: 'gradient_boosting', parameters: {} });
    expect(importance[0].feature).toBe('size');
    expect(importance.map(({ feature }) => feature).sort()).toEqual([...mixedFeatures].sort());
  });

  it('shows a learning curve of growing size, and curves for the task', () => {
    const classified = train(table, { ...classify, algorithm: 'gradient_boosting', parameters: {} });
    const sizes = classified.learningCurve.points.map(({ rows }) => rows);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(sizes.at(-1)).toBe(80);
    expect(classified.curves.roc?.[0]).toMatchObject({ label: 'yes' });
    expect(classified.curves.loss?.train.length).toBeGreaterThan(1);
    const regressed = train(table, regress);
    expect(regressed.curves.residuals?.points).toHaveLength(120);
    expect(regressed.curves.residuals?.histogram.counts.reduce((a, b) => a + b, 0)).toBe(120);
  });

  it('balances classes when it is asked to, and by no metric', () => {
    const codes = Int32Array.from({ length: 120 }, (_, i) => (i % 8 === 0 ? 1 : 0));
    const rare = withColumns(table, { name: 'sold', kind: 'categorical', codes, categories: ['no', 'yes'] });
    const share = (asked: Partial<TrainOptions>) => {
      const { model } = train(rare, { ...classify, algorithm: 'baseline', parameters: {}, ...asked });
      return createPredictor(model).predictRow({}).probabilities?.yes;
    };
    for (const metric of ['logLoss', 'balancedAccuracy', 'f1'] as const) {
      expect(share({ metric })).toBeCloseTo(1 / 8, 10);
    }
    expect(share({ classWeights: 'balanced' })).toBeCloseTo(1 / 2, 10);
  });
});

describe('hooks', () => {
  it('see progress rise to its end', () => {
    const seen: Progress[] = [];
    train(table, classify, { progress: (progress) => seen.push(progress) });
    const done = seen.map((progress) => progress.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(seen.at(-1)).toEqual({ done: 11, total: 11, stage: 'done' });
  });

  it('end training when they say so', () => {
    let asked = 0;
    const aborted = () => ++asked > 5;
    expect(() => train(table, { ...classify, parameters: {} }, { aborted })).toThrow(
      expect.objectContaining({ code: 'ABORTED' }),
    );
  });
});
