import { calibrateRows, fitCalibration } from '../evaluation/calibration.ts';
import { classScore } from '../evaluation/metrics.ts';
import { measure, scoreOf, takeTarget } from '../evaluation/score.ts';
import {
  bestThreshold,
  thresholdCurve,
  thresholdMetric,
  thresholdOfSecond,
} from '../evaluation/threshold.ts';
import type { Decision, ThresholdCurve, TrainOptions } from '../types.ts';
import type { FoldFit } from './assess.ts';
import type { Session } from './session.ts';

/** A fold whose predictions, metrics and score are as its decision has them. Its `fit` predicts without one. */
export type DecidedFold = FoldFit & Partial<Decision>;

/** Folds as the decision has them, the decision to keep, and what other thresholds would give. */
export interface Decided {
  readonly folds: readonly DecidedFold[];
  /** Absent where labels are the likeliest class and probabilities stay as they are. */
  readonly decision?: Decision;
  readonly curve?: ThresholdCurve;
}

/** Whether labels are to be anything but the likeliest class by probabilities as they are. */
export function wantsDecision({ rule }: Session, { calibrate = 'none' }: TrainOptions): boolean {
  return rule !== 'half' || calibrate !== 'none';
}

/**
 * Learns calibration and threshold from predictions of held-out rows. What is told of a fold is by a decision learnt
 * without it: from the other folds, or from `inner`, predictions of a holdout's training rows by models of others.
 */
export function decide(
  session: Session,
  folds: readonly FoldFit[],
  options: TrainOptions,
  inner: readonly FoldFit[] | undefined,
): Decided {
  if (session.dataset.target.classes !== 2) return { folds };
  if (!wantsDecision(session, options)) {
    const { scores, positive } = pooled(session, folds);
    return { folds, curve: thresholdCurve(scores, positive, 0.5) };
  }
  const decided = folds.map((fold, left) => {
    const others = inner ?? folds.filter((_, index) => index !== left);
    return applyDecision(session, fold, learn(session, others, options));
  });
  const { chosen, ...decision } = learn(session, inner ?? folds, options);
  const { scores, positive } = pooled(session, decided);
  return { folds: decided, decision, curve: thresholdCurve(scores, positive, chosen) };
}

/** A decision, and its threshold as one of the positive class. */
interface Learnt extends Decision {
  readonly chosen: number;
}

function learn(session: Session, folds: readonly FoldFit[], options: TrainOptions): Learnt {
  const { calibrate = 'none' } = options;
  const { judging, rule } = session;
  const { scores, positive, second, predicted } = pooled(session, folds);
  const calibration =
    calibrate === 'none' ? undefined : fitCalibration(calibrate, classScore(predicted, 2, 1), second);
  const corrected = calibration
    ? classScore(calibrateRows(calibration, predicted), 2, judging.positive)
    : scores;
  const chosen = chooseThreshold(rule, corrected, positive);
  const threshold = thresholdOfSecond(chosen, judging.positive);
  return { chosen, threshold, ...(calibration && { calibration }) };
}

function chooseThreshold(rule: Session['rule'], scores: Float64Array, positive: Float64Array): number {
  if (typeof rule === 'number') return rule;
  return rule === 'half' ? 0.5 : bestThreshold(thresholdMetric[rule], scores, positive);
}

function applyDecision(session: Session, fold: FoldFit, decision: Learnt): DecidedFold {
  const { threshold, calibration } = decision;
  const predicted = calibration ? calibrateRows(calibration, fold.predicted) : fold.predicted;
  const target = takeTarget(session.dataset.target, fold.split.test);
  const metrics = measure(target, predicted, session.judging, threshold);
  return { ...fold, threshold, calibration, predicted, metrics, score: scoreOf(metrics, session.metric) };
}

function pooled(
  { dataset, judging }: Session,
  folds: readonly FoldFit[],
): Record<'scores' | 'positive' | 'second' | 'predicted', Float64Array> {
  const rows = Int32Array.from(folds.flatMap(({ split }) => Array.from(split.test)));
  const predicted = Float64Array.from(folds.flatMap((fold) => Array.from(fold.predicted)));
  const second = takeTarget(dataset.target, rows).values;
  return {
    scores: classScore(predicted, 2, judging.positive),
    positive: second.map((value) => Number(value === judging.positive)),
    second,
    predicted,
  };
}
