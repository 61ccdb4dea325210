import type { Target } from '../data/frame.ts';
import type { CalibrationCurve, ClassCurve, Curves, Residuals } from '../types.ts';
import type { Random } from '../../random/random.ts';
import type { Judging } from './judging.ts';
import { classScore } from './metrics.ts';
import { orderOf } from '../../order/order.ts';

/** Points of a ROC or PR curve at most. */
const curvePoints = 200;
const calibrationBins = 10;
const residualPoints = 1000;
const residualBins = 30;

/** Curves of predictions (rows × outputs) that were made for rows unknown to the predicting model. */
export function curvesOf(
  target: Target,
  predicted: Float64Array,
  { labels, positive }: Pick<Judging, 'labels' | 'positive'>,
  random: Random,
): Curves {
  if (target.classes === 0) return { residuals: residualsOf(target.values, predicted, random) };
  const positives = labels.length === 2 ? [positive] : labels.map((_, k) => k);
  const binary = positives.map((k) => ({
    label: labels[k],
    actual: target.values.map((value) => (value === k ? 1 : 0)),
    score: classScore(predicted, labels.length, k),
  }));
  return {
    roc: binary.flatMap(({ label, actual, score }) => rocCurve(label, actual, score) ?? []),
    pr: binary.flatMap(({ label, actual, score }) => prCurve(label, actual, score) ?? []),
    calibration: binary.map(({ label, actual, score }) => calibrationCurve(label, actual, score)),
  };
}

/** Positives and negatives at or above each threshold, thresholds falling. */
interface Cumulative {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

function cumulate(actual: Float64Array, score: Float64Array): Cumulative {
  const order = orderOf(score).toReversed();
  const positives: number[] = [];
  const negatives: number[] = [];
  let positive = 0;
  order.forEach((row, i) => {
    positive += actual[row];
    if (i + 1 < order.length && score[order[i + 1]] === score[row]) return;
    positives.push(positive);
    negatives.push(i + 1 - positive);
  });
  return { positives, negatives };
}

function rocCurve(label: string, actual: Float64Array, score: Float64Array): ClassCurve | undefined {
  const { positives, negatives } = cumulate(actual, score);
  const allPositive = positives.at(-1) ?? 0;
  const allNegative = negatives.at(-1) ?? 0;
  if (allPositive === 0 || allNegative === 0) return undefined;
  const kept = thin(positives.length);
  return {
    label,
    x: [0, ...kept.map((i) => negatives[i] / allNegative)],
    y: [0, ...kept.map((i) => positives[i] / allPositive)],
  };
}

function prCurve(label: string, actual: Float64Array, score: Float64Array): ClassCurve | undefined {
  const { positives, negatives } = cumulate(actual, score);
  const allPositive = positives.at(-1) ?? 0;
  if (allPositive === 0) return undefined;
  const kept = thin(positives.length);
  return {
    label,
    x: kept.map((i) => positives[i] / allPositive),
    y: kept.map((i) => positives[i] / (positives[i] + negatives[i])),
  };
}

/** Evenly spaced indices below `count`, first and last among them. */
function thin(count: number): number[] {
  if (count <= curvePoints) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: curvePoints }, (_, i) => Math.round((i * (count - 1)) / (curvePoints - 1)));
}

/** Mean prediction and observed share in ten bins of equal width; empty bins are left out. */
function calibrationCurve(label: string, actual: Float64Array, score: Float64Array): CalibrationCurve {
  const bins = Array.from({ length: calibrationBins }, () => ({ predicted: 0, observed: 0, count: 0 }));
  score.forEach((probability, row) => {
    const bin = bins[Math.min(calibrationBins - 1, Math.floor(probability * calibrationBins))];
    bin.predicted += probability;
    bin.observed += actual[row];
    bin.count++;
  });
  const filled = bins.filter(({ count }) => count > 0);
  return {
    label,
    predicted: filled.map(({ predicted, count }) => predicted / count),
    observed: filled.map(({ observed, count }) => observed / count),
    count: filled.map(({ count }) => count),
  };
}

function residualsOf(actual: Float64Array, predicted: Float64Array, random: Random): Residuals {
  const rows = random.shuffle(Int32Array.from(actual.keys())).subarray(0, residualPoints).sort();
  const points = Array.from(rows, (row) => ({ predicted: predicted[row], actual: actual[row] }));
  return { points, histogram: histogramOf(actual.map((value, row) => value - predicted[row])) };
}

function histogramOf(residuals: Float64Array): Residuals['histogram'] {
  const low = residuals.reduce((least, value) => Math.min(least, value), Infinity);
  const high = residuals.reduce((most, value) => Math.max(most, value), -Infinity);
  const width = (high - low) / residualBins || 1;
  const counts = Array.from({ length: residualBins }, () => 0);
  for (const value of residuals) counts[Math.min(residualBins - 1, Math.floor((value - low) / width))]++;
  return { edges: Array.from({ length: residualBins + 1 }, (_, i) => low + i * width), counts };
}
