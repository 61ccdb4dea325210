import { describe, expect, it } from 'vitest';
import breastCancer from '../../../../../testkit/data/breast-cancer.csv?raw';
import diabetes from '../../../../../testkit/data/diabetes.csv?raw';
import { createRandom } from '../../../random/random.ts';
import { numericTable, parseCsv } from '../../testing/sample-tables.ts';
import { train } from '../../train.ts';
import type { Parameters, Table, TrainOptions } from '../../types.ts';
import { createNetwork, type Layer } from './network.ts';

function fit(table: Table, goal: Pick<TrainOptions, 'task' | 'target'>, parameters: Parameters) {
  return train(table, {
    ...goal,
    algorithm: 'neural_network',
    parameters,
    validation: { folds: 5 },
    seed: 1,
  });
}

describe('a neural network', { timeout: 60_000 }, () => {
  it('tells malignant from benign', () => {
    const goal = { task: 'classification', target: 'diagnosis' } as const;
    expect(fit(parseCsv(breastCancer), goal, {}).metrics.accuracy).toBeGreaterThan(0.96);
  });

  it('predicts the progression of diabetes', () => {
    const goal = { task: 'regression', target: 'progression' } as const;
    expect(fit(parseCsv(diabetes), goal, {}).metrics.rmse).toBeLessThan(57);
  });

  it('learns what no line tells apart, with up to three layers and units that drop out', () => {
    const random = createRandom(2);
    const a = Array.from({ length: 400 }, () => random.uniform() - 0.5);
    const b = Array.from({ length: 400 }, () => random.uniform() - 0.5);
    const y = a.map((value, i) => (value * b[i] > 0 ? 1 : 0));
    const goal = { task: 'classification', target: 'y' } as const;
    const accuracy = (parameters: Parameters) =>
      fit(numericTable({ a, b, y }), goal, parameters).metrics.accuracy;
    expect(accuracy({ learningRate: 0.01 })).toBeGreaterThan(0.92);
    expect(accuracy({ layers: 3, units: 32, learningRate: 0.01, dropout: 0.1 })).toBeGreaterThan(0.92);
  });

  it('shows its loss, and keeps the epoch at which that of held rows was least', () => {
    const goal = { task: 'regression', target: 'progression' } as const;
    const { curves, parameters } = fit(parseCsv(diabetes), goal, { patience: 5 });
    const { train: seen = [], validation = [] } = curves.loss ?? {};
    expect(validation).toHaveLength(seen.length);
    expect(parameters.epochs).toBe(1 + validation.indexOf(Math.min(...validation)));
  });
});

describe('the slopes of a network', () => {
  // One row, squared error, plain arithmetic.
  const x = [0.5, -1, 2];
  const actual = 0.3;

  function outputOf(layers: readonly Layer[]): number {
    const units = layers.reduce<number[]>((input, { weights, biases }, i) => {
      const sums = Array.from(biases, (bias, o) =>
        input.reduce((sum, value, j) => sum + value * weights[j * biases.length + o], bias),
      );
      return i < layers.length - 1 ? sums.map((sum) => Math.max(0, sum)) : sums;
    }, x);
    return units[0];
  }

  it('go down, for every weight, where the loss does', () => {
    const network = createNetwork([3, 6, 5, 1], 4, createRandom(4));
    const before = network.layers();
    network.input.set(x);
    network.forward(1, 0);
    expect(network.output[0]).toBeCloseTo(outputOf(before), 5);
    const error = network.output[0] - actual;
    network.slopes[0] = error;
    network.step(1, { rate: 1e-3, l2: 0, dropout: 0 });
    // The first step of Adam goes by the sign of each slope.
    const after = network.layers();
    before.forEach(({ weights, biases }, i) => {
      weights.forEach((weight, j) => {
        const nudged = weights.slice();
        nudged[j] += 1e-3;
        const slope = (outputOf(before.with(i, { weights: nudged, biases })) - outputOf(before)) * error;
        const moved = after[i].weights[j] - weight;
        if (Math.abs(slope) < 1e-6) expect(Math.abs(moved)).toBeLessThan(1e-6);
        else expect(Math.sign(moved)).toBe(-Math.sign(slope));
      });
    });
  });
});
