import { describe, expect, it } from 'vitest';
import breastCancer from '../../../../../testkit/data/breast-cancer.csv?raw';
import diabetes from '../../../../../testkit/data/diabetes.csv?raw';
import { createRandom } from '../../../random/random.ts';
import { createPredictor } from '../../predictor.ts';
import { numericTable, parseCsv } from '../../testing/sample-tables.ts';
import { train } from '../../train.ts';
import type { Parameters, Table, TrainOptions } from '../../types.ts';
import { nearestNeighbors } from './nearest-neighbors.ts';
import { createNeighborSearch } from './neighbor-search.ts';

function fit(table: Table, goal: Pick<TrainOptions, 'task' | 'target'>, parameters: Parameters) {
  const options = { ...goal, parameters, validation: { holdout: 0.3 }, seed: 1 } as const;
  return createPredictor(train(table, { ...options, algorithm: 'nearest_neighbors' }).model);
}

// Reference values: scikit-learn 1.2.1, StandardScaler and KNeighborsRegressor or KNeighborsClassifier.
describe('nearest neighbours agree with the reference', () => {
  it.each([
    [{ neighbors: 10 }, [191.8, 96.7, 156.2, 197.6, 93.1, 117.6]],
    [{ neighbors: 5, metric: 'manhattan' }, [181.4, 75.2, 157.8, 203.4, 119.4, 102.8]],
  ])('in regression, %j', (parameters, expected) => {
    const { values } = fit(
      parseCsv(diabetes),
      { task: 'regression', target: 'progression' },
      parameters,
    ).predictTable(parseCsv(diabetes));
    expected.forEach((value, row) => expect(values?.[row]).toBeCloseTo(value, 3));
  });

  it('in classification', () => {
    const goal = { task: 'classification', target: 'diagnosis' } as const;
    const { probabilities } = fit(parseCsv(breastCancer), goal, { neighbors: 10 }).predictTable(
      parseCsv(breastCancer),
    );
    const malignant = Array.from({ length: 60 }, (_, row) => probabilities?.[2 * row + 1]);
    expect(malignant.map((share) => Math.round(10 * (share ?? NaN)))).toEqual([
      10, 10, 10, 10, 10, 9, 10, 10, 10, 10, 8, 10, 10, 6, 10, 10, 8, 10, 10, 0, 0, 0, 9, 10, 10, 10, 10, 10,
      10, 10, 10, 10, 10, 10, 10, 10, 8, 0, 4, 8, 2, 5, 10, 8, 8, 10, 0, 9, 0, 3, 0, 0, 0, 10, 8, 0, 10, 10,
      0, 0,
    ]);
  });
});

describe('the search', () => {
  const random = createRandom(7);
  const dimensions = 5;
  const points = Float32Array.from({ length: 203 * dimensions }, () => random.uniform());
  const query = Float64Array.from({ length: dimensions }, () => random.uniform());

  it.each(['euclidean', 'manhattan'] as const)('finds what sorting all %s distances finds', (metric) => {
    const distance = (i: number): number => {
      const gaps = Array.from(query, (q, j) => Math.abs(q - points[i * dimensions + j]));
      if (metric === 'manhattan') return gaps.reduce((sum, gap) => sum + gap, 0);
      return Math.hypot(...gaps);
    };
    const sorted = Array.from({ length: 203 }, (_, i) => i).sort((a, b) => distance(a) - distance(b));
    const { indices, distances } = createNeighborSearch(points, dimensions, 203, metric).find(query);
    expect(Array.from(indices)).toEqual(sorted);
    expect(distances[0]).toBeCloseTo(distance(sorted[0]), 5);
  });

  it('prefers the earlier of equal points', () => {
    const same = new Float32Array(20).fill(0.5);
    const { indices } = createNeighborSearch(same, 1, 4, 'euclidean').find(Float64Array.of(0.2));
    expect(Array.from(indices)).toEqual([0, 1, 2, 3]);
  });
});

describe('a model of nearest neighbours', () => {
  it('answers for a value that no row is near', () => {
    const table = numericTable({ x: [1, 2, 3, 4, 5, 6], y: [1, 2, 3, 4, 5, 6] });
    const predictor = fit(table, { task: 'regression', target: 'y' }, { neighbors: 2 });
    expect(predictor.predictRow({ x: 1e300 }).value).toEqual(expect.any(Number));
  });

  it('says how large it would be where that is too large', () => {
    const rows = 1_000_000;
    const columns = Array.from({ length: 16 }, () => ({ kind: 'numeric' }) as const);
    const target = { classes: 0, values: new Float64Array(0), weights: new Float64Array(0) };
    const context = { seed: 1, checkAborted: () => undefined };
    const design = { rows, columns, values: new Float64Array(0) };
    expect(() => nearestNeighbors.estimator.fit(design, target, {}, context)).toThrow(
      /would make one of 77 MB/,
    );
  });
});
