import type { Target } from '../../data/frame.ts';
import type { Design } from '../../preprocessing/design.ts';
import type { FitContext } from '../algorithm.ts';
import {
  centre,
  descend,
  fitSparseLogistic,
  shareIntercepts,
  strongest,
  strongestLogistic,
  withIntercept,
} from './elastic-net.ts';
import { logLossOf } from './logistic.ts';
import { sampleRows } from './matrix.ts';
import { innerSplits, mean, walk } from './path.ts';
import { accumulate, squaredError, withoutPart } from './ridge.ts';

/** Strengths tried, from that at which nothing is left, evenly on a logarithmic scale. */
const regressionSteps = 60;
const logisticSteps = 20;
const least = 1e-4;
const leastLogistic = 1e-3;
const roughTolerance = 1e-3;
/** Where columns say the same, the last digits take thousands of sweeps; which strength is best shows long before. */
const pathSweeps = 200;

/** The strength with the least loss in cross-validation within the training rows, along a path with warm starts. */
export function chooseStrength(design: Design, target: Target, l1Share: number, context: FitContext): number {
  const splits = innerSplits(design, target, context);
  if (splits.length === 0) return 0.01;
  const { classes, values, weights } = target;
  if (classes === 0) {
    const parts = splits.map(({ test }) => sampleRows(design, values, weights, test));
    const equations = parts.map(accumulate);
    const centred = parts.map((_, fold) => centre(withoutPart(equations, fold)));
    const starts = parts.map(({ width }) => new Float64Array(width));
    const most = Math.max(...centred.map((fold) => strongest(fold, l1Share)));
    const lossAt = (strength: number): number =>
      mean(
        parts.map((part, fold) => {
          descend(centred[fold], { strength, l1Share }, starts[fold], pathSweeps);
          return squaredError(part, withIntercept(centred[fold], starts[fold]));
        }),
      );
    // The squares have no unit: of a target of large numbers they alone would hold all coefficients down.
    const share = l1Share < 1 ? least / Math.max(1, most) : least;
    const steps = Math.ceil((regressionSteps * Math.log(share)) / Math.log(least));
    return walk(pathFrom(most, share, steps), lossAt, context);
  }
  const folds = splits.map(({ train, test }) => ({
    train: sampleRows(design, values, weights, train),
    test: sampleRows(design, values, weights, test),
  }));
  const starts = folds.map(({ train }) => shareIntercepts(train, classes));
  const most = Math.max(...folds.map(({ train }) => strongestLogistic(train, classes, l1Share)));
  const { checkAborted } = context;
  const lossAt = (strength: number): number =>
    mean(
      folds.map(({ train, test }, fold) => {
        const options = { classes, strength, l1Share, checkAborted, tolerance: roughTolerance };
        starts[fold] = fitSparseLogistic(train, { ...options, start: starts[fold] });
        return logLossOf(test, classes, starts[fold]);
      }),
    );
  return walk(pathFrom(most, leastLogistic, logisticSteps), lossAt, context);
}

function pathFrom(most: number, share: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => (most || 1e-12) * share ** (i / (steps - 1)));
}
