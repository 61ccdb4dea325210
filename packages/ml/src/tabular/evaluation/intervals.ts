import type { Random } from '../../random/random.ts';
import { gather, type Target } from '../data/frame.ts';
import type { Intervals, Metrics } from '../types.ts';
import type { Judging } from './judging.ts';
import { meanMetrics, measure, scalarMetrics } from './score.ts';

const resamples = 500;
/** Rows drawn for a resample at most, over the number of curves that its areas take. */
const maxRows = 4_000;
const leastRows = 500;

/** Held-out rows of one fold and what was predicted for them, rows × outputs. */
export interface HeldOut {
  readonly target: Target;
  readonly predicted: Float64Array;
  readonly threshold?: number | undefined;
}

/**
 * 95 % intervals of the metrics' means over the folds, by the percentile bootstrap (Efron 1979) of each fold's held-out
 * rows. Of many rows fewer are drawn, and the interval is narrowed accordingly (m out of n; Bickel, Götze & van Zwet
 * 1997). They tell the chance in the rows held out, not in those trained on.
 */
export function bootstrapIntervals(
  folds: readonly HeldOut[],
  judging: Judging,
  reported: Metrics,
  random: Random,
): Intervals {
  const rows = folds.reduce((sum, { target }) => sum + target.values.length, 0);
  const affordable = Math.max(leastRows, Math.floor(maxRows / Math.max(1, judging.labels.length - 1)));
  const share = Math.min(1, affordable / rows);
  const drawn = Array.from({ length: resamples }, () =>
    meanMetrics(folds.map((fold) => resampled(fold, judging, share, random))),
  );
  const intervals = scalarMetrics.flatMap((metric) => {
    const value = reported[metric];
    const values = drawn.map((metrics) => metrics[metric]).filter((one) => one !== undefined);
    if (value === undefined || values.length < resamples / 2) return [];
    const [low, high] = middle(values);
    const narrowed = (bound: number): number => value + (bound - value) * Math.sqrt(share);
    return [[metric, [narrowed(low), narrowed(high)]]] as const;
  });
  return Object.fromEntries(intervals);
}

function resampled(
  { target, predicted, threshold }: HeldOut,
  judging: Judging,
  share: number,
  random: Random,
): Metrics {
  const { classes, values, weights } = target;
  const outputs = Math.max(1, classes);
  const count = Math.max(1, Math.round(values.length * share));
  const rows = Int32Array.from({ length: count }, () => random.below(values.length));
  const picked = new Float64Array(count * outputs);
  rows.forEach((row, i) => {
    for (let k = 0; k < outputs; k++) picked[i * outputs + k] = predicted[row * outputs + k];
  });
  const drawn = { classes, values: gather(values, rows), weights: gather(weights, rows) };
  return measure(drawn, picked, judging, threshold);
}

/** Between which the middle 95 % of the values lie. */
function middle(values: readonly number[]): [number, number] {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  return [at(0.025), at(0.975)];
}
