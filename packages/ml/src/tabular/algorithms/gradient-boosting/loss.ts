import type { Target } from '../../data/frame.ts';
import { logitCount, logitsToProbabilities } from '../linear/logistic.ts';
import { classShares, weightedMean } from '../baseline/baseline.ts';
import { overRows, type Workspace } from './workspace.ts';
import { blockRows } from '../../../kernels/boosting-kernels.ts';
import { orderOf } from '../../../order/order.ts';

/** What is minimised. `alpha`: the share of rows that shall lie below a predicted quantile. */
export type Loss =
  | { readonly kind: 'squared' | 'logistic' | 'softmax' | 'poisson' }
  | { readonly kind: 'quantile'; readonly alpha: number };

/** The numbers that `assembly/boosting-losses.ts` knows them by. */
const codes: Record<Loss['kind'], number> = { squared: 0, logistic: 1, softmax: 2, quantile: 3, poisson: 4 };

const tiny = 1e-15;
/** Integers of gradients stay within 16 bits with their sign, those of hessians within 16 without one. */
const largestGradient = 32_766;
const largestHessian = 65_534;
/** What the sums of all rows must stay below, with some room as they are known to four digits. */
const gradientSum = 0.99 * 2 ** 31;
const hessianSum = 0.99 * 2 ** 32;

/** What rounded gradients and hessians are multiplied by. */
export interface Scales {
  readonly gradient: number;
  readonly hessian: number;
}

/** Where boosting begins: the mean or its logarithm, the quantile, or the log odds of the classes. */
export function initialScores(loss: Loss, { classes, values, weights }: Target): Float64Array {
  if (loss.kind === 'quantile') return Float64Array.of(weightedQuantile(values, weights, loss.alpha));
  if (loss.kind === 'poisson') {
    return Float64Array.of(Math.log(Math.max(weightedMean(values, weights), 1e-9)));
  }
  if (classes === 0) return Float64Array.of(weightedMean(values, weights));
  const shares = classShares(classes, values, weights).map((share) => Math.max(share, 1e-9));
  if (classes === 2) return Float64Array.of(Math.log(shares[1] / shares[0]));
  return shares.map((share) => Math.log(share));
}

/** With three or more classes, the probabilities that all trees of a round start from. */
export function startRound(workspace: Workspace, loss: Loss): void {
  if (loss.kind !== 'softmax') return;
  const { scoresAt, probabilitiesAt, stride, scores } = workspace;
  overRows(workspace, 'softmax', (from, to) => [scoresAt, probabilitiesAt, stride, scores.length, from, to]);
}

/**
 * Writes gradients and hessians of the loss with respect to the score of `output` into the workspace, exact and
 * rounded. `tree` numbers the trees: it decides how is rounded.
 */
export function writeGradients(workspace: Workspace, loss: Loss, output: number, tree: number): Scales {
  const { scoresAt, probabilitiesAt, stride, targetAt, weightsAt, slopesAt, totalsAt } = workspace;
  const from0 = (loss.kind === 'softmax' ? probabilitiesAt : scoresAt) + output * stride;
  const argument = loss.kind === 'quantile' ? loss.alpha : output;
  const code = codes[loss.kind];
  overRows(workspace, 'writeSlopes', (from, to) => {
    return [code, argument, from0, targetAt, weightsAt, from, to, slopesAt, totalsAt];
  });
  const { scales, isExact } = scalesOf(workspace, loss);
  const { gradient, hessian } = scales;
  const seed = Math.imul(tree + 1, 0x2545f491);
  overRows(workspace, 'roundSlopes', (from, to) => {
    return [slopesAt, workspace.gradientsAt, from, to, gradient, hessian, seed, isExact ? 1 : 0];
  });
  return scales;
}

function scalesOf({ totals, rows }: Workspace, { kind }: Loss): { scales: Scales; isExact: boolean } {
  const sums = [0, 0, 0, 0];
  for (let block = 0; block < Math.ceil(rows / blockRows); block++) {
    const [sumG, maxG, sumH, maxH] = totals.subarray(4 * block, 4 * block + 4);
    sums[0] += sumG;
    sums[1] = Math.max(sums[1], maxG);
    sums[2] += sumH;
    sums[3] = Math.max(sums[3], maxH);
  }
  const [sumG, maxG, sumH, maxH] = sums;
  const scale = (most: number, largest: number, sum: number, limit: number): number =>
    most > 0 ? Math.min(largest / most, (limit - rows) / sum) : 1;
  const gradient = scale(maxG, largestGradient, sumG, gradientSum);
  // Equal weights count rows, exactly.
  const isExact = (kind === 'squared' || kind === 'quantile') && sumH === maxH * rows;
  const hessian = isExact ? 1 / maxH : scale(maxH, largestHessian, sumH, hessianSum);
  return { scales: { gradient, hessian }, isExact };
}

/** Weighted mean loss of every `step`-th row: squared error, log loss, pinball loss or half the Poisson deviance. */
export function meanLoss(loss: Loss, target: Target, scores: readonly Float64Array[], step: number): number {
  const { classes, values, weights } = target;
  const out = new Float64Array(Math.max(1, classes));
  const outputs = classes === 0 ? 1 : logitCount(classes);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i += step) {
    for (let k = 0; k < outputs; k++) out[k] = scores[k][i];
    if (classes > 0) logitsToProbabilities(out);
    const one = classes > 0 ? -Math.log(Math.max(tiny, out[values[i]])) : errorOf(loss, values[i], out[0]);
    sum += weights[i] * one;
    total += weights[i];
  }
  return total > 0 ? sum / total : 0;
}

function errorOf(loss: Loss, actual: number, score: number): number {
  if (loss.kind === 'poisson') {
    return Math.exp(score) - actual * score + (actual > 0 ? actual * Math.log(actual) - actual : 0);
  }
  const error = actual - score;
  if (loss.kind === 'quantile') return error >= 0 ? loss.alpha * error : (loss.alpha - 1) * error;
  return error * error;
}

/** The least value that rows of at least a share `alpha` of the weight do not exceed. */
export function weightedQuantile(values: Float64Array, weights: Float64Array, alpha: number): number {
  const order = orderOf(values);
  const aim = alpha * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (const row of order) {
    sum += weights[row];
    if (sum >= aim && weights[row] > 0) return values[row];
  }
  return values[order[order.length - 1]] ?? 0;
}
