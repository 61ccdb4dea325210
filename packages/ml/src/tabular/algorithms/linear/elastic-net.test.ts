import { describe, expect, it } from 'vitest';
import breastCancer from '../../../../../testkit/data/breast-cancer.csv?raw';
import diabetes from '../../../../../testkit/data/diabetes.csv?raw';
import { createRandom } from '../../../random/random.ts';
import { createPredictor } from '../../predictor.ts';
import { normal, numericTable, parseCsv } from '../../testing/sample-tables.ts';
import { train } from '../../train.ts';
import type { Parameters, Table, TrainOptions } from '../../types.ts';

function fit(table: Table, goal: Pick<TrainOptions, 'task' | 'target'>, parameters: Parameters) {
  return train(table, { ...goal, algorithm: 'linear', parameters, validation: { holdout: 0.3 }, seed: 1 });
}

function predict(csv: string, goal: Pick<TrainOptions, 'task' | 'target'>, parameters: Parameters) {
  const table = parseCsv(csv);
  return createPredictor(fit(table, goal, parameters).model).predictTable(table);
}

// Reference values: scikit-learn 1.2.1, StandardScaler and Lasso, ElasticNet or LogisticRegression(solver='saga').
describe('sparse linear models agree with the reference', () => {
  const progression = { task: 'regression', target: 'progression' } as const;

  it('in the lasso', () => {
    const { values } = predict(diabetes, progression, { penalty: 'l1', strength: 2 });
    [202.82779675, 73.52000477, 175.42401147].forEach((v, row) => expect(values?.[row]).toBeCloseTo(v, 4));
  });

  it('in the elastic net', () => {
    const parameters = { penalty: 'elastic_net', strength: 1, l1Share: 0.5 };
    const { values } = predict(diabetes, progression, parameters);
    [189.05740432, 83.29191575, 168.17442917].forEach((v, row) => expect(values?.[row]).toBeCloseTo(v, 4));
  });

  it('in logistic regression with absolute values as its penalty', () => {
    const goal = { task: 'classification', target: 'diagnosis' } as const;
    const { probabilities } = predict(breastCancer, goal, { penalty: 'l1', strength: 0.02 });
    expect(probabilities?.[1]).toBeCloseTo(0.99937908, 4);
    expect(probabilities?.[41]).toBeCloseTo(0.04161244, 3);
    expect(probabilities?.[81]).toBeCloseTo(0.25907016, 3);
  });
});

describe('the lasso', () => {
  const random = createRandom(5);
  const noise = Array.from({ length: 30 }, () => Array.from({ length: 120 }, () => normal(random)));
  const y = Array.from({ length: 120 }, (_, row) => 3 * noise[0][row] - 2 * noise[1][row] + normal(random));
  const columns = Object.fromEntries(noise.map((values, j) => [`x${j}`, values]));
  const table = numericTable({ ...columns, y });
  const goal = { task: 'regression', target: 'y' } as const;

  it('leaves most of what does not matter out, by a strength of its own choice', () => {
    const lasso = fit(table, goal, { penalty: 'l1' });
    expect(lasso.parameters.strength).toBeGreaterThan(0);
    const state = lasso.model.fitted.state() as { estimator: { weights: Float64Array } };
    const { weights } = state.estimator;
    expect(weights.filter((weight) => weight === 0).length).toBeGreaterThan(10);
    expect(weights[0]).toBeGreaterThan(2);
    expect(weights[1]).toBeLessThan(-1);
  });

  it('predicts held-out rows better than ridge where few features matter', () => {
    const rmse = (parameters: Parameters) => fit(table, goal, parameters).metrics.rmse ?? NaN;
    expect(rmse({ penalty: 'l1' })).toBeLessThan(rmse({ penalty: 'l2' }));
  });

  it('finds a strength for a target of large numbers too, with squares in the penalty', () => {
    const large = numericTable({ ...columns, y: y.map((value) => 1e9 * value) });
    const { metrics } = fit(large, goal, { penalty: 'elastic_net' });
    expect(metrics.r2).toBeGreaterThan(0.8);
  });

  it('takes three classes and chooses by their log loss', () => {
    const classes = y.map((value) => (value > 1.5 ? 2 : value > -1.5 ? 1 : 0));
    const grades = numericTable({ ...columns, grade: classes });
    const { metrics } = fit(grades, { task: 'classification', target: 'grade' }, { penalty: 'elastic_net' });
    expect(metrics.accuracy).toBeGreaterThan(0.7);
  });
});
