import { gather, type Target } from '../data/frame.ts';
import type { Decision, Metrics, ScalarMetric } from '../types.ts';
import { calibrateRows } from './calibration.ts';
import type { Judging } from './judging.ts';
import { classificationMetrics, regressionMetrics } from './metrics.ts';

/** Metrics of predictions (rows × outputs) for a target; of two classes, the second from a threshold on if there is one. */
export function measure(
  target: Target,
  predicted: Float64Array,
  judging: Judging,
  threshold?: number,
): Metrics {
  if (target.classes === 0) return regressionMetrics(target.values, predicted, judging);
  return classificationMetrics(target.values, predicted, judging, threshold);
}

/** Metrics of what a fitted pipeline predicts, calibrated and labelled as a decision has it. */
export function measureDecided(
  target: Target,
  predicted: Float64Array,
  judging: Judging,
  { calibration, threshold }: Partial<Decision>,
): Metrics {
  const corrected = calibration ? calibrateRows(calibration, predicted) : predicted;
  return measure(target, corrected, judging, threshold);
}

/** The metric, or its worst value where it is undefined on the data. */
export function scoreOf(metrics: Metrics, metric: ScalarMetric): number {
  return metrics[metric] ?? (metric === 'rocAuc' ? 0.5 : 0);
}

/** The target of the given rows. */
export function takeTarget({ classes, values, weights }: Target, rows: Int32Array): Target {
  return { classes, values: gather(values, rows), weights: gather(weights, rows) };
}

export const scalarMetrics = [
  'accuracy',
  'balancedAccuracy',
  'f1',
  'rocAuc',
  'logLoss',
  'rmse',
  'mae',
  'r2',
  'pinball',
  'coverage',
  'poissonDeviance',
] as const;

/** Mean of each metric over the folds that define it; confusion matrices add up. */
export function meanMetrics(folds: readonly Metrics[]): Metrics {
  return { ...summarise(folds, mean), ...sumConfusion(folds) };
}

/** Sample standard deviation of each metric over the folds; nothing for a single one. */
export function stdMetrics(folds: readonly Metrics[]): Metrics {
  return folds.length > 1 ? summarise(folds, standardDeviation) : {};
}

function summarise(folds: readonly Metrics[], statistic: (values: readonly number[]) => number): Metrics {
  const entries = scalarMetrics.map((metric) => {
    const values = folds.map((fold) => fold[metric]).filter((value) => value !== undefined);
    return [metric, values] as const;
  });
  const defined = entries.filter(([, values]) => values.length > 0);
  return Object.fromEntries(defined.map(([metric, values]) => [metric, statistic(values)]));
}

function sumConfusion(folds: readonly Metrics[]): Metrics {
  const [first, ...rest] = folds.flatMap(({ confusion }) => (confusion ? [confusion] : []));
  if (!first) return {};
  const matrix = first.matrix.map((row, i) =>
    row.map((count, j) => rest.reduce((sum, other) => sum + other.matrix[i][j], count)),
  );
  return { confusion: { labels: first.labels, matrix } };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation; 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}
