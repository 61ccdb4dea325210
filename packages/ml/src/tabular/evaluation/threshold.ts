import type { ThresholdCurve, ThresholdMetric, ThresholdRule } from '../types.ts';
import { classScore } from './metrics.ts';
import { orderOf } from '../../order/order.ts';

const curvePoints = 200;

/** What a rule that learns a threshold makes the most of. */
export const thresholdMetric: Readonly<Record<'f1' | 'balanced_accuracy', ThresholdMetric>> = {
  f1: 'f1',
  balanced_accuracy: 'balancedAccuracy',
};

/** From which probability of the second class a row is labelled so, where `threshold` is one of the positive. */
export function thresholdOfSecond(threshold: number, positive: number): number {
  // Just above: a row whose probability is the threshold itself is labelled as the positive.
  return positive === 1 ? threshold : 1 - threshold + Number.EPSILON;
}

/**
 * The threshold, of the second class, by which a candidate is compared with others on the rows it was predicted for:
 * where the metric is what the rule makes the most of, the best of these rows, as each would be given its own.
 * Undefined: the likeliest class.
 */
export function comparedThreshold(
  rule: ThresholdRule,
  metric: string,
  positive: number,
  actual: Float64Array,
  predicted: Float64Array,
): number | undefined {
  if (rule === 'half') return undefined;
  if (typeof rule === 'number') return thresholdOfSecond(rule, positive);
  if (thresholdMetric[rule] !== metric) return undefined;
  const isPositive = actual.map((value) => Number(value === positive));
  const best = bestThreshold(thresholdMetric[rule], classScore(predicted, 2, positive), isPositive);
  return thresholdOfSecond(best, positive);
}

/** Scores of labelling as positive what has at least a threshold. */
interface ThresholdPoint {
  readonly threshold: number;
  readonly f1: number;
  readonly balancedAccuracy: number;
}

/**
 * The threshold half way between two neighbouring scores that has the best metric: the one nearest to a half among
 * equals.
 */
export function bestThreshold(metric: ThresholdMetric, scores: Float64Array, positive: Float64Array): number {
  const points = thresholdPoints(scores, positive);
  const best = points.reduce((found, next) => {
    const gain = next[metric] - found[metric];
    const isNearer = Math.abs(next.threshold - 0.5) < Math.abs(found.threshold - 0.5);
    return gain > 1e-12 || (Math.abs(gain) <= 1e-12 && isNearer) ? next : found;
  });
  return best.threshold;
}

/** F1 and balanced accuracy by threshold, at most 200 points of it, rising. */
export function thresholdCurve(scores: Float64Array, positive: Float64Array, chosen: number): ThresholdCurve {
  const points = thresholdPoints(scores, positive);
  const step = Math.max(1, (points.length - 1) / (curvePoints - 1));
  const count = Math.min(points.length, curvePoints);
  const kept = Array.from({ length: count }, (_, i) => points[Math.round(i * step)]);
  return {
    chosen,
    threshold: kept.map((point) => point.threshold),
    f1: kept.map((point) => point.f1),
    balancedAccuracy: kept.map((point) => point.balancedAccuracy),
  };
}

/** Scores no further apart are told apart by rounding alone; a threshold of either class has room between all others. */
const rounding = 4 * Number.EPSILON;

/** One point between every two different scores, and one below all of them. */
function thresholdPoints(scores: Float64Array, positive: Float64Array): ThresholdPoint[] {
  const order = orderOf(scores);
  const positives = positive.reduce((sum, value) => sum + value, 0);
  const negatives = positive.length - positives;
  const points: ThresholdPoint[] = [];
  let [missed, rejected] = [0, 0];
  order.forEach((row, i) => {
    const before = i === 0 ? 0 : scores[order[i - 1]];
    if (i === 0 || scores[row] - before > rounding) {
      const found = positives - missed;
      const wrong = negatives - rejected;
      const recalls = [
        ...(positives > 0 ? [found / positives] : []),
        ...(negatives > 0 ? [rejected / negatives] : []),
      ];
      points.push({
        threshold: (before + scores[row]) / 2,
        f1: found > 0 ? (2 * found) / (2 * found + wrong + missed) : 0,
        balancedAccuracy: recalls.reduce((sum, recall) => sum + recall, 0) / Math.max(1, recalls.length),
      });
    }
    if (positive[row] === 1) missed++;
    else rejected++;
  });
  return points;
}
