import { describe, expect, it } from 'vitest';
import breastCancer from '../../../../../testkit/data/breast-cancer.csv?raw';
import diabetes from '../../../../../testkit/data/diabetes.csv?raw';
import { createPredictor } from '../../predictor.ts';
import { numericTable, parseCsv, pickTableRows } from '../../testing/sample-tables.ts';
import { train } from '../../train.ts';
import type { Table, TrainOptions } from '../../types.ts';

function fit(table: Table, goal: Pick<TrainOptions, 'task' | 'target'>, l2: number, weights?: string) {
  const options = {
    ...goal,
    algorithm: 'linear',
    parameters: { l2 },
    validation: { holdout: 0.3 },
    seed: 1,
  } as const;
  return createPredictor(train(table, weights ? { ...options, weights } : options).model).predictTable(table);
}

// Reference values: scikit-learn 1.2.1, StandardScaler and Ridge or LogisticRegression(C = 1 / l2).
describe('linear models agree with the reference', () => {
  it('in ridge regression', () => {
    const { values } = fit(parseCsv(diabetes), { task: 'regression', target: 'progression' }, 30);
    expect(values?.[0]).toBeCloseTo(201.0740515, 6);
    expect(values?.[1]).toBeCloseTo(72.37839611, 6);
    expect(values?.[2]).toBeCloseTo(173.3765665, 6);
  });

  it('in logistic regression', () => {
    const { probabilities } = fit(parseCsv(breastCancer), { task: 'classification', target: 'diagnosis' }, 1);
    const malignant = [0, 20, 40].map((row) => probabilities?.[2 * row + 1]);
    expect(malignant[0]).toBeCloseTo(0.9999999988, 8);
    expect(malignant[1]).toBeCloseTo(0.001308155076, 5);
    expect(malignant[2]).toBeCloseTo(0.1142028714, 4);
  });

  it('in softmax regression', () => {
    const table = numericTable({ a: [0, 1, 2, 3, 4, 5], b: [1, 0, 1, 3, 2, 5], y: [0, 0, 1, 1, 2, 2] });
    const { probabilities } = fit(table, { task: 'classification', target: 'y' }, 1);
    const expected = [
      [0.68457038, 0.2705994, 0.04483022],
      [0.41146266, 0.41028434, 0.178253],
      [0.01300495, 0.21553821, 0.77145684],
    ];
    [0, 2, 5].forEach((row, i) =>
      expected[i].forEach((share, k) => expect(probabilities?.[3 * row + k]).toBeCloseTo(share, 5)),
    );
  });
});

describe('a linear model', () => {
  it('finds the line through points that lie on one', () => {
    const x = Array.from({ length: 30 }, (_, i) => i);
    const { values } = fit(
      numericTable({ x, y: x.map((v) => 3 * v - 7) }),
      { task: 'regression', target: 'y' },
      0,
    );
    values?.forEach((value, i) => expect(value).toBeCloseTo(3 * i - 7, 6));
  });

  it('survives columns that say the same', () => {
    const x = Array.from({ length: 30 }, (_, i) => i);
    const table = numericTable({ x, twice: x.map((v) => 2 * v), y: x.map((v) => v * v) });
    expect(fit(table, { task: 'regression', target: 'y' }, 0).values?.every(Number.isFinite)).toBe(true);
  });

  it('counts a row of weight 2 as two rows', () => {
    const x = [0, 1, 2, 3, 4, 5, 6, 7];
    const y = [1, 0, 2, 5, 3, 4, 8, 6];
    const heavy = x.map((v) => (v === 3 ? 2 : 1));
    const goal = { task: 'regression', target: 'y' } as const;
    // Dummies for even and odd keep mean and spread of x the same whether or not the row is repeated.
    const parity = { even: x.map((v) => 1 - (v % 2)), y, w: heavy };
    const weighted = fit(numericTable(parity), goal, 0, 'w').values;
    const repeated = fit(
      pickTableRows(numericTable(parity), [0, 1, 2, 3, 3, 4, 5, 6, 7]),
      { ...goal },
      0,
      'w',
    );
    expect(weighted?.[0]).toBeCloseTo((1 + 2 + 3 + 8) / 4, 6);
    expect(weighted?.[1]).toBeCloseTo((0 + 2 * 5 + 4 + 6) / 5, 6);
    expect(repeated.values?.[1]).toBeCloseTo((0 + 4 * 5 + 4 + 6) / 7, 6);
  });

  it('chooses a strong penalty for noise and a weak one for signal', () => {
    const x = Array.from({ length: 60 }, (_, i) => Math.sin(i * 12.9898) * 5);
    const noise = Array.from({ length: 60 }, (_, i) => Math.cos(i * 78.233) * 5);
    const penalty = (y: readonly number[]) => {
      const goal = {
        task: 'regression',
        target: 'y',
        algorithm: 'linear',
        validation: { folds: 3 },
        seed: 1,
      } as const;
      return train(numericTable({ x, y }), goal).parameters.l2;
    };
    expect(penalty(noise)).toBeGreaterThan(100);
    expect(penalty(x.map((v, i) => v + noise[i] / 1000))).toBeLessThan(1);
  });
});
