import type { Metrics, ScalarMetric } from '../types.ts';
import type { Judging } from './judging.ts';
import { orderOf } from '../../order/order.ts';

/** Probabilities below this are raised to it in the log loss, which stays finite. */
const tiny = 1e-15;

const losses: ReadonlySet<ScalarMetric> = new Set(['logLoss', 'rmse', 'mae', 'pinball', 'poissonDeviance']);

/** Whether a larger value of the metric is better. */
export function isGain(metric: ScalarMetric): boolean {
  return !losses.has(metric);
}

/**
 * Metrics of predicted probabilities (rows × classes, row-major) against class indices. The confusion matrix counts;
 * `labels` names its sides. Of two classes, the second is predicted from `threshold` on where there is one, and F1 is of
 * the positive.
 */
export function classificationMetrics(
  actual: Float64Array,
  probabilities: Float64Array,
  { labels, positive }: Pick<Judging, 'labels' | 'positive'>,
  threshold?: number,
): Metrics {
  const matrix = confusionMatrix(actual, labelled(probabilities, labels.length, threshold), labels.length);
  const rocAuc = rocAucOf(actual, probabilities, labels.length);
  return {
    accuracy: matrix.reduce((sum, row, i) => sum + row[i], 0) / actual.length,
    balancedAccuracy: balancedAccuracy(matrix),
    f1: f1(matrix, positive),
    ...(rocAuc === undefined ? {} : { rocAuc }),
    logLoss: logLoss(actual, probabilities, labels.length),
    confusion: { labels, matrix },
  };
}

/**
 * Root mean squared error, mean absolute error and R², which is absent where the actual values do not vary; of a goal
 * besides, pinball loss and coverage (Koenker & Bassett 1978) or the mean Poisson deviance.
 */
export function regressionMetrics(
  actual: Float64Array,
  predicted: Float64Array,
  { alpha, counts }: Pick<Judging, 'alpha' | 'counts'> = {},
): Metrics {
  const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length;
  let squares = 0;
  let absolute = 0;
  let spread = 0;
  let varies = false;
  for (let i = 0; i < actual.length; i++) {
    squares += (actual[i] - predicted[i]) ** 2;
    absolute += Math.abs(actual[i] - predicted[i]);
    spread += (actual[i] - mean) ** 2;
    varies ||= actual[i] !== actual[0];
  }
  const rmse = Math.sqrt(squares / actual.length);
  const mae = absolute / actual.length;
  return {
    rmse,
    mae,
    // The mean of equal numbers is rounded: their spread alone does not tell.
    ...(varies && spread > 0 && { r2: 1 - squares / spread }),
    ...(alpha !== undefined && quantileMetrics(actual, predicted, alpha)),
    ...(counts && { poissonDeviance: poissonDeviance(actual, predicted) }),
  };
}

function quantileMetrics(actual: Float64Array, predicted: Float64Array, alpha: number): Metrics {
  let loss = 0;
  let below = 0;
  for (let i = 0; i < actual.length; i++) {
    const error = actual[i] - predicted[i];
    loss += error > 0 ? alpha * error : (alpha - 1) * error;
    if (error <= 0) below++;
  }
  return { pinball: loss / actual.length, coverage: below / actual.length };
}

/** What is predicted counts as just above 0 where it is not. */
function poissonDeviance(actual: Float64Array, predicted: Float64Array): number {
  let total = 0;
  for (let i = 0; i < actual.length; i++) {
    const mean = Math.max(tiny, predicted[i]);
    const log = actual[i] > 0 ? actual[i] * Math.log(actual[i] / mean) : 0;
    total += 2 * (log - actual[i] + mean);
  }
  return total / actual.length;
}

/** Class indices by the threshold of the second of two classes, or the likeliest without one. */
export function labelled(probabilities: Float64Array, classes: number, threshold?: number): Int32Array {
  if (threshold === undefined || classes !== 2) return likeliest(probabilities, classes);
  return Int32Array.from(classScore(probabilities, 2, 1), (score) => (score >= threshold ? 1 : 0));
}

/** Index of the largest probability of each row; the first among equals. */
export function likeliest(probabilities: Float64Array, classes: number): Int32Array {
  const picked = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < picked.length; row++) {
    const at = row * classes;
    for (let k = 1; k < classes; k++) {
      if (probabilities[at + k] > probabilities[at + picked[row]]) picked[row] = k;
    }
  }
  return picked;
}

/** matrix[actual][predicted]. */
export function confusionMatrix(actual: Float64Array, predicted: Int32Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (let i = 0; i < actual.length; i++) matrix[actual[i]][predicted[i]]++;
  return matrix;
}

function balancedAccuracy(matrix: readonly (readonly number[])[]): number {
  const recalls = matrix.flatMap((row, k) => {
    const total = sum(row);
    return total > 0 ? [row[k] / total] : [];
  });
  return sum(recalls) / recalls.length;
}

/** Of the positive class where there are two, else the mean over the classes that occur or were predicted. */
function f1(matrix: readonly (readonly number[])[], positive: number): number {
  const scores = matrix.flatMap((row, k) => {
    const involved = sum(row) + sum(matrix.map((other) => other[k]));
    return involved > 0 ? [(2 * row[k]) / involved] : [undefined];
  });
  if (matrix.length === 2) return scores[positive] ?? 0;
  const defined = scores.filter((score) => score !== undefined);
  return sum(defined) / defined.length;
}

function logLoss(actual: Float64Array, probabilities: Float64Array, classes: number): number {
  let total = 0;
  for (let i = 0; i < actual.length; i++)
    total -= Math.log(Math.max(tiny, probabilities[i * classes + actual[i]]));
  return total / actual.length;
}

function rocAucOf(actual: Float64Array, probabilities: Float64Array, classes: number): number | undefined {
  const positives = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  const areas = positives.map((k) => {
    const score = classScore(probabilities, classes, k);
    return binaryRocAuc(
      actual.map((label) => (label === k ? 1 : 0)),
      score,
    );
  });
  const defined = areas.filter((area) => area !== undefined);
  return defined.length > 0 ? sum(defined) / defined.length : undefined;
}

/** Column k of rows × classes probabilities. */
export function classScore(probabilities: Float64Array, classes: number, k: number): Float64Array {
  return Float64Array.from(
    { length: probabilities.length / classes },
    (_, row) => probabilities[row * classes + k],
  );
}

/**
 * Area under the ROC curve by ranks (Mann–Whitney), ties counting half. `labels` are 0 or 1; undefined where one of
 * them does not occur.
 */
export function binaryRocAuc(labels: Float64Array, scores: Float64Array): number | undefined {
  const order = orderOf(scores);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    const rank = (start + end + 1) / 2;
    for (let i = start; i < end; i++) {
      if (labels[order[i]] !== 1) continue;
      rankSum += rank;
      positives++;
    }
    start = end;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
