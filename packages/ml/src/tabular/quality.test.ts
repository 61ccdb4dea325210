import { describe, expect, it } from 'vitest';
import breastCancer from '../../../testkit/data/breast-cancer.csv?raw';
import diabetes from '../../../testkit/data/diabetes.csv?raw';
import wine from '../../../../apps/server/samples/wine.csv?raw';
import { parseCsv } from './testing/sample-tables.ts';
import { train } from './train.ts';
import type { TrainOptions } from './types.ts';

/** The figures of README.md are means over five: bench/tabular.ts --only auto. */
const seeds = [1];

/** Mean of five-fold cross-validation, each fold by what was chosen without it. */
function meanScore(
  csv: string,
  metric: 'accuracy' | 'rmse',
  goal: Pick<TrainOptions, 'task' | 'target'>,
): number {
  const table = parseCsv(csv);
  const scores = seeds.map((seed) => {
    const { metrics } = train(table, { ...goal, algorithm: 'auto', validation: { folds: 5 }, seed });
    return metrics[metric] ?? NaN;
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

describe('auto, over 5 folds', () => {
  it('tells malignant from benign with an accuracy of at least 0.96', { timeout: 240_000 }, () => {
    const accuracy = meanScore(breastCancer, 'accuracy', { task: 'classification', target: 'diagnosis' });
    expect(accuracy).toBeGreaterThanOrEqual(0.96);
  });

  it('predicts the progression of diabetes with an RMSE of at most 57', { timeout: 240_000 }, () => {
    const rmse = meanScore(diabetes, 'rmse', { task: 'regression', target: 'progression' });
    expect(rmse).toBeLessThanOrEqual(57);
  });

  it('tells three wines apart with an accuracy of at least 0.96', { timeout: 240_000 }, () => {
    const accuracy = meanScore(wine, 'accuracy', { task: 'classification', target: 'cultivar' });
    expect(accuracy).toBeGreaterThanOrEqual(0.96);
  });
});
