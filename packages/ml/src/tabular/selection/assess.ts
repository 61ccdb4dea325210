import type { FitContext } from '../algorithms/algorithm.ts';
import type { PipelineFit } from '../algorithms/pipeline.ts';
import { takeFrameRows, takeRows, type Target } from '../data/frame.ts';
import { mean, measure, scoreOf, standardDeviation, takeTarget } from '../evaluation/score.ts';
import type { Split } from '../evaluation/splits.ts';
import { comparedThreshold } from '../evaluation/threshold.ts';
import type { LeaderboardEntry, Metrics } from '../types.ts';
import { type Candidate, candidateParameters, fitCandidate } from './candidate.ts';
import type { Session } from './session.ts';

/** A candidate fitted on the training rows of one split and measured on the held-out ones. */
export interface FoldFit {
  readonly split: Split;
  readonly fit: PipelineFit;
  /** Held-out rows × outputs. */
  readonly predicted: Float64Array;
  readonly metrics: Metrics;
  /** Of the second of two classes, where labels are not the likeliest class. */
  readonly threshold?: number;
  /** Value of the session's metric. */
  readonly score: number;
}

/** A candidate on every split. */
export interface Assessment {
  readonly candidate: Candidate;
  readonly folds: readonly FoldFit[];
  readonly elapsedMs: number;
}

/** Fits and measures a candidate on each split. `purpose`: what for, where it is not to be told how good it is. */
export function assess(
  session: Session,
  candidate: Candidate,
  splits: readonly Split[],
  context: FitContext,
  purpose?: string,
): Assessment {
  const started = session.elapsed();
  const folds = splits.map((split, index) => {
    const fold = fitFold(session, candidate, split, context);
    session.log.judged(fold, index, splits.length, purpose);
    session.advance(1, 'validate');
    return fold;
  });
  return { candidate, folds, elapsedMs: session.elapsed() - started };
}

/**
 * Fits on copies of the training rows and predicts the held-out ones, whose target no pipeline ever sees: whatever is
 * learnt, preprocessing included, comes from what `takeRows` copied.
 */
export function fitFold(session: Session, candidate: Candidate, split: Split, context: FitContext): FoldFit {
  const fit = fitCandidate(candidate, takeRows(session.dataset, split.train), context);
  const heldOut = takeFrameRows(session.dataset.frame, split.test);
  return measureFold(session, split, fit, fit.fitted.predict(heldOut.columns, heldOut.rows));
}

export function leaderboardEntry(
  session: Session,
  { candidate, folds, elapsedMs }: Assessment,
): LeaderboardEntry {
  const scores = folds.map((fold) => fold.score);
  return {
    algorithm: candidate.algorithm,
    parameters: candidateParameters(candidate),
    metric: session.metric,
    mean: mean(scores),
    std: standardDeviation(scores),
    scores,
    elapsedMs,
  };
}

/** Metrics by which candidates compare: those that count are measured again once a threshold is decided on. */
export function measureCompared(session: Session, target: Target, predicted: Float64Array): Metrics {
  const { judging, metric, rule } = session;
  const threshold =
    target.classes === 2
      ? comparedThreshold(rule, metric, judging.positive, target.values, predicted)
      : undefined;
  return measure(target, predicted, judging, threshold);
}

function measureFold(session: Session, split: Split, fit: PipelineFit, predicted: Float64Array): FoldFit {
  const target = takeTarget(session.dataset.target, split.test);
  const metrics = measureCompared(session, target, predicted);
  return { split, fit, predicted, metrics, score: scoreOf(metrics, session.metric) };
}
