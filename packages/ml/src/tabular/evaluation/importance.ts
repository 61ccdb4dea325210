import { createRandom } from '../../random/random.ts';
import { gather, takeFrameRows } from '../data/frame.ts';
import type { DecidedFold } from '../selection/decide.ts';
import type { Session } from '../selection/session.ts';
import type { Importance } from '../types.ts';
import { isGain } from './metrics.ts';
import { mean, measureDecided, scoreOf, standardDeviation, takeTarget } from './score.ts';

const repeats = 5;
/** Rows predicted, over all columns, folds and repeats, beyond which only some of the held-out rows are used. */
const maxPredictions = 400_000;
const leastRows = 200;
/** Multiplications that predicting costs, beyond which fewer rows are used still. */
const maxCost = 2e10;
const leastCostlyRows = 20;

/**
 * Permutation importance (Breiman 2001) of every feature on held-out rows, most important first. Each repeat shuffles
 * the column among the held-out rows of each fold, which are labelled by the fold's decision; `value` and `std` are over
 * the repeats of all folds.
 */
export function permutationImportance(session: Session, folds: readonly DecidedFold[]): Importance[] {
  const { features } = session.dataset.frame;
  const rounds = features.length * folds.length * repeats;
  const affordable = Math.max(leastRows, Math.floor(maxPredictions / rounds));
  const rowCost = folds[0].fit.fitted.rowCost ?? 1;
  const rowsPerFold = Math.min(
    affordable,
    Math.max(leastCostlyRows, Math.floor(maxCost / (rounds * rowCost))),
  );
  const drops: number[][] = features.map(() => []);
  folds.forEach((fold, index) => {
    session.context.checkAborted();
    collectDrops(session, fold, createRandom(session.seed, 0x7065726d, index), rowsPerFold, drops);
  });
  const importance = features.map(({ name }, i) => {
    return { feature: name, value: mean(drops[i]), std: standardDeviation(drops[i]) };
  });
  return importance.sort((a, b) => b.value - a.value);
}

function collectDrops(
  session: Session,
  fold: DecidedFold,
  random: ReturnType<typeof createRandom>,
  maxRows: number,
  drops: readonly number[][],
): void {
  const { split, fit } = fold;
  const rows = random.shuffle(split.test.slice()).subarray(0, maxRows);
  const { columns } = takeFrameRows(session.dataset.frame, rows);
  const target = takeTarget(session.dataset.target, rows);
  const sign = isGain(session.metric) ? 1 : -1;
  const score = (changed: readonly Float64Array[]): number => {
    const predicted = fit.fitted.predict(changed, rows.length);
    const metrics = measureDecided(target, predicted, session.judging, fold);
    return sign * scoreOf(metrics, session.metric);
  };
  const intact = score(columns);
  columns.forEach((column, i) => {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = random.shuffle(Int32Array.from(rows.keys()));
      drops[i].push(intact - score(columns.with(i, gather(column, order))));
    }
  });
}
