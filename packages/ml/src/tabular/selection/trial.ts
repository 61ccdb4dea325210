import type { FitContext } from '../algorithms/algorithm.ts';
import type { PipelineSpec } from '../algorithms/pipeline.ts';
import { TabularError } from '../errors.ts';
import { mean, standardDeviation } from '../evaluation/score.ts';
import type { FinishedTrial, LeaderboardEntry } from '../types.ts';
import { fitFold } from './assess.ts';
import { singleCandidate } from './candidate.ts';
import { parametersOn, type Step } from './rungs.ts';
import type { Session } from './session.ts';

/** A candidate on its way up: what it came to on each step so far. */
export interface Trial {
  readonly spec: PipelineSpec;
  /** Of each step it was judged on: the metric on each fold, and the time it took. */
  readonly results: { readonly scores: readonly number[]; readonly elapsedMs: number }[];
  /** Of the last of them: held-out rows × outputs of each fold; undefined where another process judged it. */
  predicted: readonly Float64Array[] | undefined;
  /**
   * Folds that it may stand for: those without which it would have got here too. So a fold has no say in the candidates
   * that are chosen for it.
   */
  standsFor: ReadonlySet<number>;
  /** Whether it got here with all folds counted. */
  isInTheRunning: boolean;
}

/** Numbers predicted beyond which a trial's are not kept, but found anew where they are needed. */
const mostKept = 4_000_000;

/** Thrown out of a fit when the search's time is over. */
export class BudgetReached extends Error {}

/** What names a candidate on a step. */
export function trialKey({ algorithm, parameters }: Pick<FinishedTrial, 'algorithm' | 'parameters'>): string {
  return `${algorithm} ${JSON.stringify(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

export function keyOf({ algorithm, parameters }: PipelineSpec): string {
  return trialKey({ algorithm: algorithm.name, parameters });
}

export function createTrial(spec: PipelineSpec, folds: number): Trial {
  const standsFor = new Set(Array.from({ length: folds }, (_, fold) => fold));
  return { spec, results: [], predicted: undefined, standsFor, isInTheRunning: true };
}

/** The metric on each fold, on the last step that it was judged on. */
export function scoresOf({ results }: Trial): readonly number[] {
  return results[results.length - 1].scores;
}

/**
 * Judges a candidate on a step, by what `known` says or by fitting it on each fold. False: it cannot be fitted on this
 * data, or comes to nothing. Throws `BudgetReached`.
 */
export function judge(
  session: Session,
  trial: Trial,
  step: Step,
  context: FitContext,
  known: FinishedTrial | undefined,
): boolean {
  if (known && known.scores.length === step.splits.length) {
    trial.results.push({ scores: known.scores, elapsedMs: known.elapsedMs });
    trial.predicted = undefined;
    session.advance(step.share * step.splits.length, 'validate');
    return true;
  }
  const started = session.elapsed();
  try {
    const folds = fitFolds(session, trial, step, context);
    if (!folds.every(({ score }) => Number.isFinite(score))) return false;
    const scores = folds.map(({ score }) => score);
    trial.results.push({ scores, elapsedMs: session.elapsed() - started });
    const numbers = folds.reduce((sum, { predicted }) => sum + predicted.length, 0);
    trial.predicted = numbers <= mostKept ? folds.map(({ predicted }) => predicted) : undefined;
  } catch (error) {
    if (!(error instanceof TabularError) || error.code === 'ABORTED') throw error;
    session.log.leftOut(trial.spec.algorithm.name, error.message);
    return false;
  }
  const entry = trialEntry(session, trial, step);
  session.log.tried(entry);
  session.hooks.candidate?.(entry);
  return true;
}

/** Predictions for the held-out rows of a step that the trial was judged on. */
export function predictionsOf(session: Session, trial: Trial, step: Step): readonly Float64Array[] {
  trial.predicted ??= fitFolds(session, trial, step, session.context, 0).map(({ predicted }) => predicted);
  return trial.predicted;
}

function fitFolds(
  session: Session,
  { spec }: Trial,
  step: Step,
  context: FitContext,
  weight = step.share,
): { readonly score: number; readonly predicted: Float64Array }[] {
  const candidate = singleCandidate({ ...spec, parameters: parametersOn(step, spec.parameters) });
  return step.splits.map((split) => {
    context.checkAborted();
    const { score, predicted } = fitFold(session, candidate, split, context);
    session.advance(weight, 'validate');
    return { score, predicted };
  });
}

export function trialEntry(session: Session, { spec, results }: Trial, step: Step): LeaderboardEntry {
  const { scores, elapsedMs } = results[step.index];
  return {
    algorithm: spec.algorithm.name,
    parameters: spec.parameters,
    metric: session.metric,
    mean: mean(scores),
    std: standardDeviation(scores),
    scores,
    elapsedMs,
    rung: { index: step.index, count: step.count, rows: step.rows },
  };
}
