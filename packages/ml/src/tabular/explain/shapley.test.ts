import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { blendPipelines } from '../algorithms/blend.ts';
import { type Forest, goesRight } from '../trees/forest.ts';
import { reviveForest } from '../trees/forest.ts';
import {
  type AlgorithmName,
  createPredictor,
  createRecordExplainer,
  decodeModel,
  encodeModel,
  type State,
  type Table,
  train,
  type TrainOptions,
} from '../index.ts';
import { mixedFeatures, mixedTable, numericTable } from '../testing/sample-tables.ts';
import { attributionOf } from './record-explainer.ts';
import { treeAttribution } from './tree-shap.ts';

const rows = 160;
const targets = { price: 'regression', sold: 'classification', grade: 'classification' } as const;
const quick: Partial<Record<AlgorithmName, TrainOptions['parameters']>> = {
  gradient_boosting: { iterations: 12, leaves: 6, minLeafRows: 5, earlyStopping: 'off' },
  random_forest: { trees: 6 },
  extra_trees: { trees: 6 },
  neural_network: { units: 4, epochs: 5 },
};
const exact: readonly AlgorithmName[] = ['gradient_boosting', 'random_forest', 'extra_trees', 'linear'];
const sampled: readonly AlgorithmName[] = ['nearest_neighbors', 'neural_network', 'baseline'];

function fitted(algorithm: AlgorithmName, target: keyof typeof targets, table: Table = mixedTable(rows)) {
  return train(table, {
    task: targets[target],
    target,
    features: mixedFeatures,
    algorithm,
    parameters: quick[algorithm] ?? {},
    validation: { holdout: 0.3 },
    seed: 7,
  });
}

/** Rows as the model takes them, missing values included. */
function rawRows(count: number): Float64Array[] {
  const random = createRandom(5);
  return Array.from({ length: count }, () =>
    Float64Array.of(
      random.uniform() < 0.2 ? NaN : 4 * random.uniform() - 2,
      random.uniform() < 0.2 ? NaN : 30 + 40 * random.uniform(),
      random.uniform() < 0.2 ? NaN : random.below(4),
      random.uniform() < 0.2 ? NaN : Date.UTC(2020, random.below(12), 1 + random.below(28), random.below(24)),
    ),
  );
}

/** What a tree is expected to come to when only the players in the coalition are known: the game's own definition. */
function expected(
  { forest, node, players }: { forest: Forest; node: number; players: Int32Array },
  x: Float64Array,
  known: number,
): number {
  const column = forest.columns[node];
  if (column < 0) return forest.thresholds[node];
  const [left, right] = [forest.children[2 * node], forest.children[2 * node + 1]];
  const follow = (child: number): number => expected({ forest, node: child, players }, x, known);
  if ((known >> players[column]) & 1) return follow(goesRight(forest, node, x[column]) === 1 ? right : left);
  const share = forest.covers[left] / forest.covers[node];
  return share * follow(left) + (1 - share) * follow(right);
}

/** Shapley values by their definition, over all coalitions. */
function shapley(count: number, worth: (known: number) => number): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return Array.from({ length: count }, (_, player) => {
    let value = 0;
    for (let known = 0; known < 2 ** count; known++) {
      if ((known >> player) & 1) continue;
      const size = known.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(count - size - 1)) / factorial(count);
      value += weight * (worth(known | (1 << player)) - worth(known));
    }
    return value;
  });
}

function forestOf(state: State): Forest {
  const { estimator } = state as { estimator: { forest: State } };
  return reviveForest(estimator.forest);
}

describe('TreeSHAP', () => {
  it.each(['gradient_boosting', 'random_forest', 'extra_trees'] as const)(
    'gives the Shapley values that all coalitions of columns give: %s',
    (algorithm) => {
      const state = fitted(algorithm, 'price').model.fitted.state();
      const forest = forestOf(state);
      const trees = forest.roots.length;
      const { parts } = (state as { preprocessor: { parts: string[][] } }).preprocessor;
      // A size, a weight, a colour, a date and the parts of it: columns that play for themselves.
      const width = 4 + (parts[0]?.length ?? 0);
      const alone = Int32Array.from({ length: width }, (_, i) => i);
      // The parts of the date play as one with it.
      const together = alone.map((i) => Math.min(i, 3));
      const random = createRandom(9);
      for (const players of [alone, together]) {
        const count = new Set(players).size;
        const sum = { forest, base: Float64Array.of(10), factor: 1 / trees, scale: 'value' } as const;
        const attribution = treeAttribution(sum, players);
        if (!attribution) throw new Error('The forest keeps no covers.');
        const phi = new Float64Array(count);
        for (let round = 0; round < 8; round++) {
          const x = Float64Array.from({ length: width }, (_, i) =>
            random.uniform() < 0.15
              ? NaN
              : i === 2
                ? random.below(4)
                : i === 1
                  ? 30 + 40 * random.uniform()
                  : i < 4
                    ? 3 * random.uniform() - 1.5
                    : random.below(12),
          );
          attribution.attribute(x, phi);
          const worth = (known: number): number =>
            forest.roots.reduce(
              (total, node) => total + expected({ forest, node, players }, x, known) / trees,
              10,
            );
          const defined = shapley(count, worth);
          defined.forEach((value, i) => expect(phi[i]).toBeCloseTo(value, 8));
          expect(attribution.base[0]).toBeCloseTo(worth(0), 8);
        }
      }
    },
    30_000,
  );

  it('treats columns that cannot be told apart alike, and gives an unused one nothing', () => {
    const random = createRandom(2);
    const a = Array.from({ length: 200 }, () => random.below(2));
    const b = Array.from({ length: 200 }, () => random.below(2));
    const noise = Array.from({ length: 200 }, () => 0.5);
    noise[0] = 0.6;
    const table = numericTable({ a, b, noise, y: a.map((value, i) => value * b[i]) });
    const { model } = train(table, {
      task: 'regression',
      target: 'y',
      algorithm: 'gradient_boosting',
      parameters: { iterations: 40, minLeafRows: 2, earlyStopping: 'off' },
      validation: { holdout: 0.2 },
      seed: 1,
    });
    const { values } = createRecordExplainer(model)?.explain({ a: 1, b: 1, noise: 0.5 }) ?? { values: [] };
    const byName = Object.fromEntries(values.map(({ feature, contribution }) => [feature, contribution]));
    expect(byName['noise']).toBe(0);
    expect(byName['a']).toBeGreaterThan(0.2);
    // Rows differ by chance only: 200 throws of two coins.
    expect(Math.abs(byName['a'] - byName['b'])).toBeLessThan(0.08);
  });
});

describe('contributions and base add up to what the model computes', () => {
  const cases = [...exact, ...sampled].flatMap((algorithm) =>
    (Object.keys(targets) as (keyof typeof targets)[]).map((target) => ({ algorithm, target })),
  );

  it.each(cases)('$algorithm of $target', { timeout: 20_000 }, ({ algorithm, target }) => {
    const { model } = fitted(algorithm, target);
    const attribution = attributionOf(model);
    if (!attribution) throw new Error('There is no attribution.');
    const { margins, base, scale } = attribution;
    const phi = new Float64Array(4 * margins);
    const out = new Float64Array(model.fitted.outputs);
    for (const raw of rawRows(25)) {
      attribution.attribute(raw, phi);
      model.fitted.predictRow(raw, out);
      const sums = Array.from(base, (start, k) =>
        phi.reduce((sum, value, i) => (i % margins === k ? sum + value : sum), start),
      );
      const told = scale.endsWith('log-odds') ? linked(sums) : sums;
      const answered = out.length === 2 ? [out[1]] : Array.from(out);
      told.forEach((value, k) => expect(Math.abs(value - answered[k])).toBeLessThan(1e-6));
    }
  });

  function linked(scores: readonly number[]): number[] {
    if (scores.length === 1) return [1 / (1 + Math.exp(-scores[0]))];
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    return scores.map((score) => Math.exp(score) / total);
  }
});

describe('an explained record', () => {
  it('explains the class that is predicted, the largest contribution first, and stays so when the model is kept', () => {
    const { model } = fitted('gradient_boosting', 'sold');
    const kept = decodeModel(encodeModel(model));
    for (const size of [-2, 2]) {
      const record = { size, weight: 50, colour: 'red', made: '2021-05-01' };
      const { label, probabilities } = createPredictor(model).predictRow(record);
      const explained = createRecordExplainer(model)?.explain(record);
      expect(explained?.label).toBe(label);
      const sizes = (explained?.values ?? []).map(({ contribution }) => Math.abs(contribution));
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
      const margin = (explained?.values ?? []).reduce(
        (sum, { contribution }) => sum + contribution,
        explained?.base ?? NaN,
      );
      expect(1 / (1 + Math.exp(-margin))).toBeCloseTo(probabilities?.[label ?? ''] ?? NaN, 9);
      expect(createRecordExplainer(kept)?.explain(record)).toEqual(explained);
    }
  });

  it('of an average is exact where its parts are, and measured in what is averaged', () => {
    const blendOf = (first: AlgorithmName, second: AlgorithmName, target: keyof typeof targets) =>
      blendPipelines([
        { algorithm: first, share: 0.25, fitted: fitted(first, target).model.fitted },
        { algorithm: second, share: 0.75, fitted: fitted(second, target).model.fitted },
      ]);
    const blend = blendOf('random_forest', 'linear', 'price');
    const attribution = blend.attribution?.();
    const out = new Float64Array(1);
    const phi = new Float64Array(mixedFeatures.length);
    for (const raw of rawRows(10)) {
      blend.predictRow(raw, out);
      attribution?.attribute(raw, phi);
      const sum = phi.reduce((total, value) => total + value, attribution?.base[0] ?? NaN);
      expect(sum).toBeCloseTo(out[0], 9);
    }
    expect(blendOf('random_forest', 'extra_trees', 'sold').attribution?.()?.scale).toBe('probability');
    expect(blendOf('random_forest', 'linear', 'sold').attribution).toBeUndefined();
    expect(blendOf('nearest_neighbors', 'linear', 'price').attribution).toBeUndefined();
  });

  it('keeps the rows that explanations by sampling need', () => {
    const { model } = fitted('nearest_neighbors', 'grade');
    const kept = decodeModel(encodeModel(model));
    const record = { size: 1, weight: 50, colour: null, made: '2021-05-01' };
    const explained = createRecordExplainer(model)?.explain(record);
    expect(explained?.values.map(({ feature, value }) => [feature, value])).toContainEqual(['colour', null]);
    expect(createRecordExplainer(kept)?.explain(record)).toEqual(explained);
  });

  it('is not there for trees that do not know their rows', () => {
    const { model } = fitted('gradient_boosting', 'price');
    const { preprocessor, estimator } = model.fitted.state() as {
      preprocessor: State;
      estimator: { forest: Record<string, State> };
    };
    const { covers: _forgotten, ...forest } = estimator.forest;
    const old = {
      ...model,
      fitted: {
        ...model.fitted,
        attribution: undefined,
        state: () => ({ preprocessor, estimator: { ...estimator, forest } }),
      },
    };
    const kept = decodeModel(encodeModel(old));
    expect(createRecordExplainer(kept)).toBeUndefined();
    expect(createPredictor(kept).example()).toEqual(createPredictor(model).example());
  });
});

describe('what training tells of a model', () => {
  it.each(['gradient_boosting', 'linear'] as const)(
    '%s ranks what the target was made of first',
    (algorithm) => {
      const { explanation } = fitted(algorithm, 'price');
      expect(explanation?.importance[0]).toMatchObject({ feature: 'size' });
      expect(explanation?.importance[0].value).toBeGreaterThan(8);
      expect(explanation?.labels).toEqual([]);
      expect(explanation?.rows).toBe(rows);
      const [size] = explanation?.features ?? [];
      expect(size.values).toHaveLength(rows);
      expect(size.contributions[0]).toHaveLength(rows);
    },
  );

  it('follows the target along a feature and leaves it flat along another', () => {
    const { explanation } = fitted('linear', 'price');
    const along = (name: string) => explanation?.dependence.find(({ feature }) => feature === name);
    const size = along('size');
    const [first, last] = [size?.grid[0], size?.grid.at(-1)].map(Number);
    const [low, high] = [size?.mean[0][0] ?? NaN, size?.mean[0].at(-1) ?? NaN];
    // price was made of 20 × size.
    expect((high - low) / (last - first)).toBeCloseTo(20, -0.5);
    const made = along('made')?.mean[0] ?? [];
    expect(Math.max(...made) - Math.min(...made)).toBeLessThan(15);
    expect(size?.lines[0].length).toBe(50);
    const colour = along('colour');
    expect(colour?.grid).toEqual(['blue', 'green', 'red', 'white']);
    const [blue, , red] = colour?.mean[0] ?? [];
    expect(red - blue).toBeGreaterThan(20);
  });

  it('tells of each class, and of the second of two', () => {
    expect(fitted('gradient_boosting', 'grade').explanation).toMatchObject({ scale: 'centred-log-odds' });
    expect(fitted('random_forest', 'grade').explanation).toMatchObject({
      labels: ['A', 'B', 'C'],
      scale: 'probability',
    });
    expect(fitted('gradient_boosting', 'sold').explanation).toMatchObject({
      labels: ['yes'],
      scale: 'log-odds',
    });
  });

  it('is the same for the same seed', { timeout: 20_000 }, () => {
    const told = () => fitted('nearest_neighbors', 'grade', mixedTable(80)).explanation;
    expect(told()).toEqual(told());
  });
});
