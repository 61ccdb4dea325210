import { describe, expect, it } from 'vitest';
import { createRandom } from '../random/random.ts';
import { linear } from './algorithms/linear/linear.ts';
import { type Registry, registry } from './algorithms/registry.ts';
import type { Preprocessor } from './preprocessing/preprocessor.ts';
import { assess } from './selection/assess.ts';
import { singleCandidate } from './selection/candidate.ts';
import { createSession } from './selection/session.ts';
import { letterTable, mixedFeatures, mixedTable, withColumns } from './testing/sample-tables.ts';
import { train, trainWith } from './train.ts';
import { prepare } from './data/prepare.ts';
import { resolveParameters } from './algorithms/parameters.ts';
import { foldSplits, type Split } from './evaluation/splits.ts';
import { validationSplits } from './evaluation/validation.ts';
import type { AlgorithmName, Table, TrainOptions, TrainResult } from './types.ts';

const rows = 1000;
const levels = 500;

/** 500 categories and a coin toss: nothing can be learnt. `row` numbers the rows. */
function noiseTable(): Table {
  const random = createRandom(42);
  const codes = Int32Array.from({ length: rows }, () => random.below(levels));
  const coin = Int32Array.from({ length: rows }, () => random.below(2));
  const categories = Array.from({ length: levels }, (_, k) => `c${k}`);
  return {
    rows,
    columns: [
      { name: 'row', kind: 'numeric', values: Float64Array.from({ length: rows }, (_, row) => row) },
      { name: 'category', kind: 'categorical', codes, categories },
      { name: 'coin', kind: 'categorical', codes: coin, categories: ['heads', 'tails'] },
    ],
  };
}

const noise = noiseTable();
const options: TrainOptions = {
  task: 'classification',
  target: 'coin',
  algorithm: 'linear',
  parameters: { l2: 1 },
  validation: { folds: 5 },
  seed: 3,
};

/** Encodes `category` by its mean target in the rows it is fitted on or, leaking, in those of `everything`. */
function targetEncoder(everything: boolean, seen: number[][] = []): Preprocessor {
  return {
    fit(frame, target) {
      const [row, category] = frame.columns;
      seen.push(Array.from(row));
      const codes = everything ? columnOf('category') : category;
      const means = meanByCode(codes, everything ? columnOf('coin') : target.values);
      return {
        columns: [{ kind: 'numeric' }],
        features: Int32Array.of(1),
        transformRow: (raw, x) => {
          x[0] = means.get(raw[1]) ?? 0;
        },
        state: () => null,
      };
    },
    revive: () => {
      throw new Error('This encoder is not kept.');
    },
  };
}

/** What the frame holds for a categorical column of the noise: only categories that occur, in their order. */
function columnOf(name: string): Float64Array {
  const { dataset, schema } = prepare(noise, options);
  if (name === 'coin') return dataset.target.values;
  return dataset.frame.columns[schema.features.findIndex((feature) => feature.name === name)];
}

function meanByCode(codes: Float64Array, target: Float64Array): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  codes.forEach((code, i) => {
    const { sum, count } = sums.get(code) ?? { sum: 0, count: 0 };
    sums.set(code, { sum: sum + target[i], count: count + 1 });
  });
  return new Map(Array.from(sums, ([code, { sum, count }]) => [code, sum / count - 0.5]));
}

function withPreprocessor(preprocessor: Preprocessor): Registry {
  return { ...registry, linear: { ...linear, preprocessor } };
}

describe('validation', () => {
  it('scores a target encoding of noise at chance, since it learns from training rows alone', () => {
    const { metrics } = trainWith(withPreprocessor(targetEncoder(false)), noise, options);
    expect(metrics.rocAuc).toBeGreaterThan(0.42);
    expect(metrics.rocAuc).toBeLessThan(0.58);
  });

  it('would score the same encoding far above chance if held-out rows reached it', () => {
    const { metrics } = trainWith(withPreprocessor(targetEncoder(true)), noise, options);
    expect(metrics.rocAuc).toBeGreaterThan(0.75);
  });

  it('shows a preprocessor no held-out row', () => {
    const seen: number[][] = [];
    trainWith(withPreprocessor(targetEncoder(false, seen)), noise, options);
    const folds = seen.slice(0, 5);
    expect(folds.map((fold) => fold.length)).toEqual([800, 800, 800, 800, 800]);
    // Each row is held out once, so that five training sets hold it four times.
    const times = new Int32Array(rows);
    for (const row of folds.flat()) times[row]++;
    expect(times.every((count) => count === 4)).toBe(true);
    expect(folds.every((fold) => new Set(fold).size === fold.length)).toBe(true);
  });

  it('shows a preprocessor no row of the holdout, whatever auto tries', { timeout: 60_000 }, () => {
    const seen: number[][] = [];
    const only = { linear: { ...linear, preprocessor: targetEncoder(false, seen) } };
    const auto = { ...options, algorithm: 'auto', parameters: {}, validation: { holdout: 0.3 } } as const;
    trainWith(only as unknown as Registry, noise, auto);
    const refit = seen.findIndex((rows) => rows.length === 1000);
    const trained = new Set(seen.slice(0, refit).flat());
    expect(trained.size).toBe(700);
    // After the fits for the score on the holdout come those of the model itself, and of its learning curve.
    expect(seen.every((rows) => rows.length === 1000 || rows.every((row) => trained.has(row)))).toBe(true);
  });

  it(
    'has auto choose the same, shares and all, whatever the rows of the holdout hold',
    { timeout: 60_000 },
    () => {
      const mixed = mixedTable(160);
      const auto = {
        task: 'regression',
        target: 'price',
        features: ['size', 'weight'],
        algorithm: 'auto',
        validation: { holdout: 0.25 },
        seed: 5,
      } as const;
      const { dataset } = prepare(mixed, auto);
      const [{ test, train: others }] = validationSplits(
        dataset.target,
        {},
        auto.validation,
        createRandom(5, 0x73706c69),
      );
      const found = ({ plan, members, leaderboard }: TrainResult) => {
        return { plan, members, scores: leaderboard.map(({ scores }) => scores) };
      };
      const { baseline, gradient_boosting, nearest_neighbors } = registry;
      const few = { baseline, linear, gradient_boosting, nearest_neighbors } as unknown as Registry;
      const before = found(trainWith(few, mixed, auto));
      expect(found(trainWith(few, garble(mixed, test), auto))).toEqual(before);
      expect(found(trainWith(few, garble(mixed, others.subarray(0, 1)), auto))).not.toEqual(before);
    },
  );

  const learners = ['linear', 'gradient_boosting', 'random_forest', 'nearest_neighbors', 'auto'] as const;
  it.each(learners)('%s finds nothing in noise', { timeout: 120_000 }, (algorithm) => {
    // A search that is validated by folds judges each candidate on each of them.
    const validation = { folds: algorithm === 'auto' ? 3 : 5 };
    const goal = { features: ['category'], algorithm, parameters: {}, validation };
    const { metrics } = train(noise, { ...options, ...goal });
    expect(metrics.rocAuc).toBeGreaterThan(0.42);
    expect(metrics.rocAuc).toBeLessThan(0.58);
  });
});

describe('a model of one fold', () => {
  const table = withColumns(mixedTable(200), { ...letterTable(200).columns[0], name: 'note' });

  it.each([
    'baseline',
    'linear',
    'gradient_boosting',
    'extra_trees',
    'nearest_neighbors',
    'neural_network',
  ] as const)(
    '%s is the same to the bit when all held-out rows are garbled',
    { timeout: 60_000 },
    (algorithm) => {
      const splits = foldSplits(new Float64Array(200), 0, 4, createRandom(9));
      for (const split of splits) {
        expect(foldState(algorithm, garble(table, split.test), split)).toEqual(
          foldState(algorithm, table, split),
        );
      }
    },
  );

  it('differs when a training row is garbled', () => {
    const [split] = foldSplits(new Float64Array(200), 0, 4, createRandom(9));
    const garbled = garble(table, split.train.subarray(0, 1));
    expect(foldState('linear', garbled, split)).not.toEqual(foldState('linear', table, split));
  });
});

function foldState(name: AlgorithmName, table: Table, split: Split): unknown {
  const goal = {
    ...options,
    target: 'price',
    task: 'regression',
    features: [...mixedFeatures, 'note'],
  } as const;
  const { dataset, schema } = prepare(table, goal);
  const session = createSession({ dataset, schema, metric: 'rmse', seed: 1 }, {});
  const algorithm = registry[name];
  const parameters = resolveParameters(algorithm.parameters, name === 'extra_trees' ? { trees: 20 } : {});
  const candidate = singleCandidate({ algorithm, parameters, classWeights: 'none' });
  return assess(session, candidate, [split], session.context).folds[0].fit.fitted.state();
}

/** Other numbers, categories, dates and targets in the given rows. */
function garble(table: Table, garbled: Int32Array): Table {
  const rowsToChange = new Set(garbled);
  const columns = table.columns.map((column) => {
    if (column.kind === 'text') {
      return {
        ...column,
        values: column.values.map((v, row) => (rowsToChange.has(row) ? `other ${row}` : v)),
      };
    }
    if (column.kind === 'categorical') {
      const { length } = column.categories;
      return {
        ...column,
        codes: column.codes.map((code, row) => (rowsToChange.has(row) ? (code + 2) % length : code)),
      };
    }
    return { ...column, values: column.values.map((v, row) => (rowsToChange.has(row) ? 7 * row - 3 : v)) };
  });
  return { rows: table.rows, columns };
}
