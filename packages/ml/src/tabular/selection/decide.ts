import { calibrateRows, fitCalibration } from '../evaluation/calibration.ts';
import { classScore } from '../evaluation/metrics.ts';
import { measure, scoreOf, takeTarget } from '../evaluation/score.ts';
import { bestThreshold, thresholdCurve } from '../evaluation/threshold.ts';
import type { Decision, ThresholdCurve, ThresholdMetric, TrainOptions } from '../types.ts';
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

/** Whether the options ask for anything but the likeliest class. */
export function wantsDecision({ threshold = 'half', calibrate = 'none' }: TrainOptions): boolean {
  return threshold !== 'half' || calibrate !== 'none';
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
  if (!wantsDecision(options)) {
    const { scores, positive } = pooled(session, folds);
    return { folds, curve: thresholdCurve(scores, positive, 0.5) };
  }
  const decided = folds.map((fold, left) => {
    const others = inner ?? folds.filter((_, index) => index !== left);
    return applyDecision(session, fold, learn(session, others, options));
  });
  const decision = learn(session, inner ?? folds, options);
  const { scores, positive } = pooled(session, decided);
  return { folds: decided, decision, curve: thresholdCurve(scores, positive, decision.threshold) };
}

function learn(session: Session, folds: readonly FoldFit[], options: TrainOptions): Decision {
  const { threshold = 'half', calibrate = 'none' } = options;
  const { scores, positive, predicted } = pooled(session, folds);
  const calibration = calibrate === 'none' ? undefined : fitCalibration(calibrate, scores, positive);
  const corrected = calibration ? classScore(calibrateRows(calibration, predicted), 2, 1) : scores;
  const cut = chooseThreshold(threshold, corrected, positive);
  return { threshold: cut, ...(calibration && { calibration }) };
}

const metricOf: Readonly<Record<'f1' | 'balanced_accuracy', ThresholdMetric>> = {
  f1: 'f1',
  balanced_accuracy: 'balancedAccuracy',
};

function chooseThreshold(
  wanted: NonNullable<TrainOptions['threshold']>,
  scores: Float64Array,
  positive: Float64Array,
): number {
  if (typeof wanted === 'number') return wanted;
  return wanted === 'half' ? 0.5 : bestThreshold(metricOf[wanted], scores, positive);
}

function applyDecision(session: Session, fold: FoldFit, decision: Decision): DecidedFold {
  const { threshold, calibration } = decision;
  const predicted = calibration ? calibrateRows(calibration, fold.predicted) : fold.predicted;
  const target = takeTarget(session.dataset.target, fold.split.test);
  const metrics = measure(target, predicted, session.schema.classes, threshold);
  return { ...fold, ...decision, predicted, metrics, score: scoreOf(metrics, session.metric) };
}

function pooled(
  { dataset }: Session,
  folds: readonly FoldFit[],
): { scores: Float64Array; positive: Float64Array; predicted: Float64Array } {
  const rows = Int32Array.from(folds.flatMap(({ split }) => Array.from(split.test)));
  const predicted = Float64Array.from(folds.flatMap((fold) => Array.from(fold.predicted)));
  return {
    scores: classScore(predicted, 2, 1),
    positive: takeTarget(dataset.target, rows).values,
    predicted,
  };
}
