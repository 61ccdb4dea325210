import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { registry, type Registry } from './algorithms/registry.ts';
import { createPredictor, decodeModel, encodeModel, train } from './index.ts';
import { mixedFeatures, mixedTable, normal } from './testing/sample-tables.ts';
import { trainWith } from './train.ts';
import type { Table, TrainOptions } from './types.ts';

/** So much of the rows, `fraud`, told by one number and not surely; the others are `fine`, or `zero`. */
function sides(share: number, common: 'fine' | 'zero' = 'zero'): Table {
  const random = createRandom(8);
  const rows = 800;
  const rare = Array.from({ length: rows }, (_, row) => row % 100 < 100 * share);
  const x = Float64Array.from(rare, (is) => (is ? 1.2 : 0) + normal(random));
  const categories = ['fraud', common].sort();
  const codes = Int32Array.from(rare, (is) => categories.indexOf(is ? 'fraud' : common));
  return {
    rows,
    columns: [
      { name: 'x', kind: 'numeric', values: x },
      { name: 'side', kind: 'categorical', codes, categories },
    ],
  };
}

const options: TrainOptions = {
  task: 'classification',
  target: 'side',
  algorithm: 'linear',
  parameters: { l2: 1 },
  validation: { folds: 4 },
  seed: 1,
};
const fit = (table: Table, more: Partial<TrainOptions> = {}) => train(table, { ...options, ...more });
const codesOf = ({ warnings }: ReturnType<typeof train>) => warnings.map(({ code }) => code);
const recallOf = ({ metrics }: ReturnType<typeof train>, label: string) => {
  const { labels = [], matrix = [] } = metrics.confusion ?? {};
  const k = labels.indexOf(label);
  return matrix[k][k] / matrix[k].reduce((sum, count) => sum + count, 0);
};

describe('a rare class', () => {
  const table = sides(0.13);
  const model = fit(table);
  const half = fit(table, { threshold: 'half' });

  it('is answered unless asked otherwise, by the threshold that is best for its F1', () => {
    expect(model.labelling).toEqual({
      positive: 'fraud',
      rule: 'f1',
      threshold: model.curves.threshold?.chosen,
    });
    expect(recallOf(model, 'fraud')).toBeGreaterThan(0.4);
    expect(recallOf(half, 'fraud')).toBeLessThan(0.2);
    expect(model.metrics.f1).toBeGreaterThan((half.metrics.f1 ?? 1) + 0.15);
  });

  it('is left to the likelier class where accuracy is asked for, which that is best for', () => {
    const accurate = fit(table, { metric: 'accuracy' });
    expect(accurate.labelling).toMatchObject({ positive: 'fraud', rule: 'half' });
    expect(accurate.metrics.accuracy).toBe(half.metrics.accuracy);
  });

  it('changes no probability by that', () => {
    const read = createPredictor(decodeModel(encodeModel(model.model)));
    const { probabilities } = createPredictor(half.model).predictTable(table);
    expect(read.predictTable(table).probabilities).toEqual(probabilities);
    expect(model.metrics.logLoss).toBe(half.metrics.logLoss);
  });

  it('is the positive one, whatever comes first in order; F1, curves and threshold are its', () => {
    for (const common of ['fine', 'zero'] as const) {
      const { labelling, curves, metrics } = fit(sides(0.13, common));
      expect(labelling?.positive).toBe('fraud');
      expect(curves.pr?.map(({ label }) => label)).toEqual(['fraud']);
      expect(curves.calibration?.[0].label).toBe('fraud');
      expect(labelling?.threshold).toBeCloseTo(model.labelling?.threshold ?? 0, 1);
      expect(metrics.f1).toBeCloseTo(model.metrics.f1 ?? 0, 1);
    }
  });

  it('labels rows one by one and in a table as its threshold says, also where it comes first', () => {
    const { model: fitted, labelling } = fit(table, { threshold: 0.25 });
    const predictor = createPredictor(decodeModel(encodeModel(fitted)));
    const { labels, probabilities } = predictor.predictTable(table);
    const [, side] = table.columns;
    const first = side.kind === 'categorical' ? side.categories.indexOf('fraud') : -1;
    expect([first, labelling?.threshold]).toEqual([0, 0.25]);
    let positives = 0;
    for (let row = 0; row < table.rows; row++) {
      const isPositive = (probabilities?.[2 * row] ?? 0) >= 0.25;
      positives += Number(isPositive);
      expect(labels?.[row]).toBe(isPositive ? 0 : 1);
    }
    expect(positives).toBeGreaterThan(20);
    const one = predictor.predictRow({ x: 2 });
    expect(one.label).toBe((one.probabilities?.fraud ?? 0) >= 0.25 ? 'fraud' : 'zero');
  });

  it('gives way to the other where that is to be the positive one, and is answered all the same', () => {
    const turned = fit(table, { positive: 'zero' });
    expect(turned.labelling).toMatchObject({ positive: 'zero', rule: 'balanced_accuracy' });
    expect(turned.metrics.f1).toBeGreaterThan(0.7);
    expect(recallOf(turned, 'fraud')).toBeGreaterThan(0.4);
  });

  it('is warned of where held-out rows are never answered so, with what to set', () => {
    const none = fit(sides(0.02), { threshold: 'half' });
    const warning = none.warnings.find(({ code }) => code === 'NEVER_PREDICTED');
    expect(warning?.message).toMatch(/^The class fraud was (never )?predicted .*Set the threshold to/);
    expect(codesOf(fit(sides(0.02)))).not.toContain('NEVER_PREDICTED');
    expect(codesOf(half)).toContain('IMBALANCED');
  });

  it('is found in a search by F1, whose candidates are compared with a threshold each', () => {
    const found = fit(table, { algorithm: 'auto', parameters: {}, metric: 'f1', budgetMs: 3_000 });
    expect(found.leaderboard[0].mean).toBeGreaterThan(0.3);
    expect(found.labelling?.rule).toBe('f1');
  });
});

describe('a search that finds nothing', () => {
  it('answers by the likelier class, instead of everything as the rare one', () => {
    const random = createRandom(4);
    const rows = 300;
    const [, side] = sides(0.1).columns;
    if (side.kind !== 'categorical') throw new Error('The sides are categories.');
    const noise = Float64Array.from({ length: rows }, () => normal(random));
    const table: Table = {
      rows,
      columns: [
        { name: 'x', kind: 'numeric', values: noise },
        { ...side, codes: side.codes.slice(0, rows) },
      ],
    };
    const { baseline } = registry;
    const only = { baseline } as unknown as Registry;
    const found = trainWith(only, table, { ...options, algorithm: 'auto', parameters: {} });
    expect(found.algorithm).toBe('baseline');
    expect(found.labelling?.rule).toBe('half');
    expect(found.metrics.accuracy).toBeCloseTo(0.9, 2);
  });
});

describe('two classes of about as many rows', () => {
  it('are labelled by the likelier one, the second in order being positive', () => {
    const model = fit(sides(0.4));
    expect(model.labelling).toEqual({ positive: 'zero', rule: 'half', threshold: 0.5 });
    expect(model.model.decision).toBeUndefined();
    expect(codesOf(model)).not.toContain('IMBALANCED');
  });

  it('get the threshold of the metric that is asked for, if that is one of labels', () => {
    const rules = (['f1', 'balancedAccuracy', 'accuracy'] as const).map(
      (metric) => fit(sides(0.4), { metric }).labelling?.rule,
    );
    expect(rules).toEqual(['f1', 'balanced_accuracy', 'half']);
  });
});

describe('class weights', () => {
  const table = sides(0.13);
  const logLoss = (more: Partial<TrainOptions>) => fit(table, { threshold: 'half', ...more }).metrics.logLoss;

  it('are none unless asked, whatever the metric', () => {
    const plain = logLoss({});
    expect(logLoss({ metric: 'f1' })).toBe(plain);
    expect(logLoss({ metric: 'balancedAccuracy' })).toBe(plain);
    expect(logLoss({ classWeights: 'balanced' })).toBeGreaterThan((plain ?? 0) + 0.1);
  });

  it('heed a class of any name', () => {
    const [x, side] = table.columns;
    if (side.kind !== 'categorical') throw new Error('The sides are categories.');
    const named = { ...table, columns: [x, { ...side, categories: ['constructor', 'zero'] }] };
    const loss = fit(named, { threshold: 'half', classWeights: { zero: 1 } }).metrics.logLoss;
    expect(loss).toBe(logLoss({}));
  });

  it('may be given by class, alike to balanced ones where they are the same', () => {
    const given = logLoss({ classWeights: { fraud: 0.5 / 0.13, zero: 0.5 / 0.87 } });
    expect(given).toBeCloseTo(logLoss({ classWeights: 'balanced' }) ?? 0, 6);
  });

  it.each([
    ['classWeights', { classWeights: { nobody: 2 } }],
    ['classWeights', { classWeights: { fraud: -1 } }],
    ['classWeights', { classWeights: { fraud: 0, zero: 0 } }],
    ['positive', { positive: 'nobody' }],
  ] as const)('%s is refused by name where it makes no sense: %o', (field, more) => {
    expect(() => fit(table, more)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', field }));
  });

  it.each([
    ['classWeights', { target: 'price', task: 'regression', classWeights: 'balanced' }],
    ['positive', { target: 'grade', positive: 'A' }],
  ] as const)('%s is refused where the target has no two classes', (field, more) => {
    const goal = { ...options, features: mixedFeatures, ...more };
    expect(() => train(mixedTable(60), goal)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', field }),
    );
  });
});

describe('goals of numbers', () => {
  const goal = {
    task: 'regression',
    target: 'price',
    features: mixedFeatures,
    algorithm: 'gradient_boosting',
    validation: { folds: 3 },
    seed: 1,
  } as const;
  const table = mixedTable(300);

  it('of a quantile are judged by pinball loss, and tell how many rows are not above it', () => {
    const high = train(table, { ...goal, parameters: { loss: 'quantile', alpha: 0.9 } });
    expect(high.leaderboard[0].metric).toBe('pinball');
    expect(high.leaderboard[0].mean).toBeCloseTo(high.metrics.pinball ?? 0, 12);
    expect(high.metrics.coverage).toBeGreaterThan(0.8);
    expect(high.intervals.pinball?.[0]).toBeLessThan(high.metrics.pinball ?? 0);
    const low = train(table, { ...goal, parameters: { loss: 'quantile', alpha: 0.1 } });
    expect(low.metrics.coverage).toBeLessThan(0.25);
  });

  it('of counts are judged by the mean Poisson deviance', () => {
    const counts = train(table, { ...goal, parameters: { loss: 'poisson' } });
    expect(counts.leaderboard[0].metric).toBe('poissonDeviance');
    expect(counts.metrics.poissonDeviance).toBeGreaterThan(0);
    expect(counts.metrics.pinball).toBeUndefined();
  });

  it('may be what a search compares by, whose boosting minimises them', () => {
    for (const [metric, loss] of [
      ['poissonDeviance', 'poisson'],
      ['pinball', 'quantile'],
    ] as const) {
      const found = train(table, { ...goal, algorithm: 'auto', metric, budgetMs: 3_000 });
      const boosting = found.leaderboard.find(({ algorithm }) => algorithm === 'gradient_boosting');
      expect(boosting?.parameters.loss).toBe(loss);
      expect(found.metrics[metric]).toBeGreaterThan(0);
    }
  });

  it('of counts are refused for a target with negative numbers', () => {
    const negative = { ...goal, algorithm: 'linear', target: 'size', metric: 'poissonDeviance' } as const;
    expect(() => train(table, { ...negative, features: ['price'] })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', field: 'metric' }),
    );
  });
});
