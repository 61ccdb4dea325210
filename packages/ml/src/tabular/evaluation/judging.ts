import type { Target } from '../data/frame.ts';
import { TabularError } from '../errors.ts';
import { metricFor } from '../options.ts';
import type { ThresholdRule, TrainOptions } from '../types.ts';

/** What predictions are judged as. */
export interface Judging {
  /** Names of the classes; none for numbers. */
  readonly labels: readonly string[];
  /** Of two classes: the index of the one that counts as positive. */
  readonly positive: number;
  /** Of numbers: the share of rows that shall lie below, where that is asked for. */
  readonly alpha?: number | undefined;
  /** Of numbers: whether they are counts. */
  readonly counts?: boolean | undefined;
}

/** The rarer of two classes is rare where it has a smaller share of the rows. */
const rareShare = 0.2;

/** How the options ask for predictions to be judged. Throws `INVALID_OPTION` for a metric that the target does not allow. */
export function judgingFor(options: TrainOptions, labels: readonly string[], target: Target): Judging {
  if (target.classes > 0) return { labels, positive: positiveFor(options, labels, target) };
  const metric = metricFor(options);
  const { loss, alpha = 0.5 } = options.parameters ?? {};
  const counts = metric === 'poissonDeviance' || loss === 'poisson';
  if (metric === 'poissonDeviance' && target.values.some((value) => value < 0)) {
    throw negativeCounts();
  }
  if (loss === 'quantile') return { labels, positive: 1, alpha: Number(alpha), counts };
  return { labels, positive: 1, counts, ...(metric === 'pinball' && { alpha: 0.5 }) };
}

/** What is said of a target that cannot be counts. */
export const negativeCounts = (): TabularError =>
  new TabularError(
    'INVALID_OPTION',
    'The metric poissonDeviance needs a target without negative numbers. Choose rmse.',
    'metric',
  );

/** The class asked for; else the rarer of two where it is rare, or the second. */
function positiveFor({ positive }: TrainOptions, labels: readonly string[], target: Target): number {
  if (positive !== undefined) return labels.indexOf(positive);
  return rareClass(target) ?? 1;
}

/** Of two classes, the index of one that has less than a fifth of the rows. */
function rareClass({ classes, values }: Target): number | undefined {
  if (classes !== 2) return undefined;
  const share = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (share < rareShare) return 1;
  return share > 1 - rareShare ? 0 : undefined;
}

/**
 * The rule that `threshold` stands for. `auto` goes by the metric where that is of labels, so that a model is the best
 * it can be by it; where a class is rare, by its F1, or by balanced accuracy if the other one counts as positive, since
 * the likelier class would nearly always be the common one. Of a baseline it is a half: all its rows are alike.
 */
export function thresholdRule(options: TrainOptions, target: Target, { positive }: Judging): ThresholdRule {
  const { threshold = 'auto', algorithm, metric } = options;
  if (threshold !== 'auto') return threshold;
  if (target.classes !== 2 || algorithm === 'baseline') return 'half';
  if (metric === 'f1') return 'f1';
  if (metric === 'balancedAccuracy') return 'balanced_accuracy';
  // The likelier class is the one that is right more often.
  if (metric === 'accuracy') return 'half';
  const rare = rareClass(target);
  if (rare === undefined) return 'half';
  return rare === positive ? 'f1' : 'balanced_accuracy';
}
