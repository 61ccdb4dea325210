import type { Target } from '../../data/frame.ts';
import { logitCount, logitsToProbabilities } from '../linear/logistic.ts';
import { classShares, weightedMean } from '../baseline/baseline.ts';

const tiny = 1e-15;
const leastHessian = 1e-16;

/** Where boosting begins: the mean, or the log odds of the classes. */
export function initialScores({ classes, values, weights }: Target): Float64Array {
  if (classes === 0) return Float64Array.of(weightedMean(values, weights));
  const shares = classShares(classes, values, weights).map((share) => Math.max(share, 1e-9));
  if (classes === 2) return Float64Array.of(Math.log(shares[1] / shares[0]));
  return shares.map((share) => Math.log(share));
}

/**
 * Writes gradient and hessian pairs of squared error or log loss with respect to the score of `output`, and returns
 * their sums. `scores` holds one array for each output; with three or more classes, the probabilities of
 * `softmaxInto`, since all trees of a round start from the same ones.
 */
export function writeGradients(
  target: Target,
  scores: readonly Float64Array[],
  output: number,
  gradients: Float64Array,
): { gradient: number; hessian: number } {
  if (target.classes === 0) return squaredGradients(target, scores[0], gradients);
  if (target.classes === 2) return binaryGradients(target, scores[0], gradients);
  return softmaxGradients(target, scores, output, gradients);
}

function squaredGradients({ values, weights }: Target, score: Float64Array, gradients: Float64Array) {
  let gradient = 0;
  let hessian = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = weights[i];
    const slope = weight * (score[i] - values[i]);
    gradients[2 * i] = slope;
    gradients[2 * i + 1] = weight;
    gradient += slope;
    hessian += weight;
  }
  return { gradient, hessian };
}

function binaryGradients({ values, weights }: Target, score: Float64Array, gradients: Float64Array) {
  let gradient = 0;
  let hessian = 0;
  for (let i = 0; i < values.length; i++) {
    const probability = 1 / (1 + Math.exp(-score[i]));
    const slope = weights[i] * (probability - values[i]);
    const curvature = weights[i] * Math.max(leastHessian, probability * (1 - probability));
    gradients[2 * i] = slope;
    gradients[2 * i + 1] = curvature;
    gradient += slope;
    hessian += curvature;
  }
  return { gradient, hessian };
}

/** Takes the probabilities that `softmaxInto` made, not scores. */
function softmaxGradients(
  { values, weights }: Target,
  probabilities: readonly Float64Array[],
  output: number,
  gradients: Float64Array,
) {
  const own = probabilities[output];
  let gradient = 0;
  let hessian = 0;
  for (let i = 0; i < values.length; i++) {
    const slope = weights[i] * (own[i] - (values[i] === output ? 1 : 0));
    const curvature = weights[i] * Math.max(leastHessian, own[i] * (1 - own[i]));
    gradients[2 * i] = slope;
    gradients[2 * i + 1] = curvature;
    gradient += slope;
    hessian += curvature;
  }
  return { gradient, hessian };
}

/** Class probabilities of all rows, one array for each class. */
export function softmaxInto(scores: readonly Float64Array[], probabilities: readonly Float64Array[]): void {
  const out = new Float64Array(scores.length);
  for (let i = 0; i < scores[0].length; i++) {
    for (let k = 0; k < out.length; k++) out[k] = scores[k][i];
    logitsToProbabilities(out);
    for (let k = 0; k < out.length; k++) probabilities[k][i] = out[k];
  }
}

/** Weighted mean loss of every `step`-th row: squared error or log loss. */
export function meanLoss(target: Target, scores: readonly Float64Array[], step: number): number {
  const { classes, values, weights } = target;
  const out = new Float64Array(Math.max(1, classes));
  const outputs = classes === 0 ? 1 : logitCount(classes);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i += step) {
    for (let k = 0; k < outputs; k++) out[k] = scores[k][i];
    if (classes > 0) logitsToProbabilities(out);
    const loss = classes > 0 ? -Math.log(Math.max(tiny, out[values[i]])) : (out[0] - values[i]) ** 2;
    sum += weights[i] * loss;
    total += weights[i];
  }
  return total > 0 ? sum / total : 0;
}
