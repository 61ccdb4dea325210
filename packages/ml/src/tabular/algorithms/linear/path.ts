import { createRandom } from '../../../random/random.ts';
import { allRows, gather, type Target } from '../../data/frame.ts';
import { foldSplits, type Split } from '../../evaluation/splits.ts';
import type { Design } from '../../preprocessing/design.ts';
import type { FitContext } from '../algorithm.ts';
import { fitLogistic, logLossOf } from './logistic.ts';
import { sampleRows } from './matrix.ts';
import { accumulate, solveRidge, squaredError, withoutPart } from './ridge.ts';

/** Penalties tried, strongest first; each is on the sum of losses, for standardised columns. */
const path = [1e4, 3e3, 1e3, 300, 100, 30, 10, 3, 1, 0.3, 0.1, 0.03, 0.01, 1e-3];
/** The path ends once this many penalties in a row brought nothing. */
const patience = 3;
const innerFolds = 5;
/** More rows than this hardly change the choice; fewer are used where there are many coefficients. */
const maxRows = 10_000;
const leastRows = 1_000;
const maxProducts = 5_000_000;

/** The penalty of the path with the least loss in cross-validation within the training rows. */
export function choosePenalty(design: Design, target: Target, context: FitContext): number {
  const splits = innerSplits(design, target, context);
  if (splits.length === 0) return 1;
  const lossAt =
    target.classes > 0
      ? logisticLosses(design, target, splits, context)
      : ridgeLosses(design, target, splits, context);
  return walk(path, lossAt, context);
}

/** Folds of the training rows, or of as many as a choice of penalty is worth; none of too few rows. */
export function innerSplits(design: Design, target: Target, context: FitContext): Split[] {
  const random = createRandom(context.seed, 0x70617468);
  const coefficients = design.columns.length * Math.max(1, target.classes);
  const affordable = Math.max(leastRows, Math.min(maxRows, Math.floor(maxProducts / coefficients)));
  const rows = random.shuffle(allRows(design.rows)).subarray(0, affordable).sort();
  const folds = Math.min(innerFolds, rows.length);
  if (folds < 2) return [];
  const splits = foldSplits(gather(target.values, rows), target.classes, folds, random);
  return splits.map(({ train, test }) => ({
    train: train.map((i) => rows[i]),
    test: test.map((i) => rows[i]),
  }));
}

/** The penalty with the least loss; ends once several in a row brought nothing. */
export function walk(
  penalties: readonly number[],
  lossAt: (penalty: number) => number,
  context: FitContext,
): number {
  let best = penalties[0];
  let least = Infinity;
  let since = 0;
  for (const penalty of penalties) {
    context.checkAborted();
    const loss = lossAt(penalty);
    since = loss < least ? 0 : since + 1;
    if (loss < least) {
      least = loss;
      best = penalty;
    }
    if (since === patience) break;
  }
  return best;
}

/** Each call starts every fold from its solution for the previous, stronger penalty. */
function logisticLosses(
  design: Design,
  target: Target,
  splits: readonly Split[],
  context: FitContext,
): (l2: number) => number {
  const { classes, values, weights } = target;
  const folds = splits.map(({ train, test }) => ({
    train: sampleRows(design, values, weights, train),
    test: sampleRows(design, values, weights, test),
  }));
  const starts: (Float64Array | undefined)[] = folds.map(() => undefined);
  return (penalty) => {
    const losses = folds.map(({ train, test }, fold) => {
      const beta = fitLogistic(train, {
        classes,
        l2: penalty,
        precision: 'rough',
        start: starts[fold],
        checkAborted: context.checkAborted,
      });
      starts[fold] = beta;
      return logLossOf(test, classes, beta);
    });
    return mean(losses);
  };
}

function ridgeLosses(
  design: Design,
  target: Target,
  splits: readonly Split[],
  context: FitContext,
): (l2: number) => number {
  const parts = splits.map(({ test }) => sampleRows(design, target.values, target.weights, test));
  const equations = parts.map(accumulate);
  const kept = parts.map((_, fold) => withoutPart(equations, fold));
  return (penalty) =>
    mean(
      parts.map((part, fold) => {
        context.checkAborted();
        return squaredError(part, solveRidge(kept[fold], penalty));
      }),
    );
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
