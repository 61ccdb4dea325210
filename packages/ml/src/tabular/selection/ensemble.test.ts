import { describe, expect, it } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { foldSplits } from '../evaluation/splits.ts';
import { chooseAverage, type Contender } from './ensemble.ts';
import { createSession } from './session.ts';

const rows = 400;
const random = createRandom(11);
const normal = (): number =>
  Array.from({ length: 12 }, () => random.uniform()).reduce((sum, value) => sum + value, -6);
const values = Float64Array.from({ length: rows }, () => 10 * normal());
const weights = new Float64Array(rows).fill(1);
const dataset = { frame: { rows, features: [], columns: [] }, target: { classes: 0, values, weights } };
const schema = { task: 'regression', target: 'y', features: [], classes: [] } as const;
const session = createSession({ dataset, schema, metric: 'rmse', seed: 1 }, {});
const splits = foldSplits(values, 0, 5, random);
const folds = splits.map((_, fold) => fold);

/** Predicts each row with an error of its own. */
function contender(trial: string, errorOf: (row: number) => number): Contender<string> {
  const predicted = splits.map(({ test }) => Float64Array.from(test, (row) => values[row] + errorOf(row)));
  return { trial, predicted };
}

const errors = (scale: number): Float64Array => Float64Array.from({ length: rows }, () => scale * normal());
const noisy = (trial: string, scale: number): Contender<string> => {
  const own = errors(scale);
  return contender(trial, (row) => own[row]);
};

describe('an average of candidates', () => {
  it('is taken where their errors cancel, with shares that add up to 1', () => {
    const decision = chooseAverage(session, [noisy('a', 1), noisy('b', 1), noisy('c', 1)], splits, folds);
    expect(decision.map(({ trial }) => trial).sort()).toEqual(['a', 'b', 'c']);
    expect(decision.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(decision[0].share).toBeLessThan(0.6);
  });

  it('is not taken where one is best and the others know nothing more', () => {
    const own = errors(1);
    const best = contender('best', (row) => own[row]);
    const worse = contender('worse', (row) => 3 * own[row]);
    expect(chooseAverage(session, [worse, best], splits, folds)).toEqual([{ trial: 'best', share: 1 }]);
  });

  it('is chosen without the folds that do not count', () => {
    const flawed = (row: number): number => (splits[4].test.includes(row) ? 0 : 5);
    const decision = chooseAverage(
      session,
      [noisy('fair', 1), contender('lucky', flawed)],
      splits,
      [0, 1, 2, 3],
    );
    expect(decision).toEqual([{ trial: 'fair', share: 1 }]);
  });

  it('weighs rows as the data does', () => {
    const half = (row: number): boolean => row % 2 === 0;
    const weighed = { ...dataset.target, weights: Float64Array.from(values, (_, row) => Number(half(row))) };
    const heedful = createSession(
      { dataset: { ...dataset, target: weighed }, schema, metric: 'rmse', seed: 1 },
      {},
    );
    const first = contender('first half', (row) => (half(row) ? 0.1 : 50));
    const second = contender('second half', (row) => (half(row) ? 5 : 0));
    expect(chooseAverage(heedful, [second, first], splits, folds)).toEqual([
      { trial: 'first half', share: 1 },
    ]);
  });

  it('has five members at most, none of a share that does not matter', () => {
    const many = Array.from({ length: 12 }, (_, i) => noisy(String(i), 1));
    const decision = chooseAverage(session, many, splits, folds);
    expect(decision).toHaveLength(5);
    expect(Math.min(...decision.map(({ share }) => share))).toBeGreaterThan(0.05);
    expect(decision.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('is the first where no row is held out', () => {
    expect(chooseAverage(session, [noisy('a', 1), noisy('b', 1)], splits, [])).toEqual([
      { trial: 'a', share: 1 },
    ]);
  });
});
