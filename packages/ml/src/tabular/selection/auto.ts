import { TabularError } from '../errors.ts';
import type { PipelineSpec } from '../algorithms/pipeline.ts';
import type { Registry } from '../algorithms/registry.ts';
import { mean, scoreOf, standardDeviation, takeTarget } from '../evaluation/score.ts';
import type { Split } from '../evaluation/splits.ts';
import type { EnsembleMember, LeaderboardEntry, SearchPlan, TrainOptions, Warning } from '../types.ts';
import { type FoldFit, fitFold, measureCompared } from './assess.ts';
import { type Candidate, candidateParameters } from './candidate.ts';
import { average, chooseAverage, type Contender, type Decision } from './ensemble.ts';
import { type Halving, ranked, successiveHalving } from './halving.ts';
import { keepTime, type Pace, replay } from './pace.ts';
import type { Step } from './rungs.ts';
import type { Session } from './session.ts';
import { predictionsOf, type Trial, trialEntry } from './trial.ts';

export const defaultBudgetMs = 120_000;
const defaultMemoryMb = 4096;
/** Candidates that an average is chosen among, in all and of each algorithm. */
const mostContenders = 12;
const mostOfAKind = 3;

/** What the search ended with: the candidate to refit, and the folds that stand for it. */
export interface Found {
  readonly candidate: Candidate;
  readonly folds: readonly FoldFit[];
  readonly leaderboard: readonly LeaderboardEntry[];
  readonly warnings: readonly Warning[];
  readonly members?: readonly EnsembleMember[] | undefined;
  readonly plan?: SearchPlan | undefined;
}

export interface Ground {
  readonly registry: Registry;
  readonly classWeights: PipelineSpec['classWeights'];
  /** Of the validation asked for: what the result is measured on. */
  readonly splits: readonly Split[];
  /** What candidates are compared on: splits of the training rows of a holdout, or the folds of the validation. */
  readonly searched: readonly Split[];
}

/**
 * Searches, and measures what was found on rows that had no say in it: those of a holdout, or, with folds, each fold by
 * what is best on all the others (compare Tibshirani & Tibshirani 2009 on the bias of the best cross-validated score).
 */
export function searchCandidates(session: Session, ground: Ground, options: TrainOptions): Found {
  const { budgetMs = defaultBudgetMs, memoryMb = defaultMemoryMb, plan, finished = [] } = options;
  const pace = plan ? replay(session, plan) : keepTime(session, budgetMs);
  const { registry, classWeights, splits, searched } = ground;
  const halving = successiveHalving(session, {
    registry,
    classWeights,
    splits: searched,
    pace,
    finished,
    memoryMb,
  });
  if (halving.trials.length === 0)
    throw new TabularError('INVALID_OPTION', 'The plan names no candidate that a search of this data tries.');
  const isNested = splits === searched;
  const final = settle(session, halving, pace, isNested ? splits : []);
  session.expect(splits.length);
  const folds = splits.map((split, fold) => {
    const decision = isNested ? final.byFold[fold] : final.decision;
    const fit = fitFold(session, candidateOf(decision), split, session.context);
    session.advance(1, 'validate');
    return fit;
  });
  return {
    candidate: candidateOf(final.decision),
    folds,
    leaderboard: leaderboardOf(session, halving, final.decision),
    warnings: pace.isShort ? [budgetWarning(budgetMs, halving.trials.length)] : [],
    members: final.decision.length > 1 ? final.decision.map(memberOf) : undefined,
    plan: planOf(halving, final.ensemble),
  };
}

interface Settled {
  readonly decision: Decision<Trial>;
  /** What each fold is measured with. */
  readonly byFold: readonly Decision<Trial>[];
  readonly ensemble: boolean;
}

/** Averages where there is time to fit all their members once more, else single candidates. */
function settle(session: Session, { trials, last }: Halving, pace: Pace, nested: readonly Split[]): Settled {
  const folds = last.splits.map((_, fold) => fold);
  const reached = trials.filter(({ results }) => results.length > last.index);
  const inTheRunning = reached.filter((trial) => trial.isInTheRunning);
  const choose = (most: number): Pick<Settled, 'decision' | 'byFold'> => {
    const chosen = (among: readonly Trial[], counted: readonly number[]): Decision<Trial> => {
      const best = variedBest(ranked(session, among, counted)).slice(0, most);
      if (best.length === 1) return [{ trial: best[0], share: 1 }];
      const contenders = best.map((trial) => contender(session, trial, last));
      return chooseAverage(session, contenders, last.splits, counted);
    };
    const byFold = nested.map((_, left) => {
      const counted = folds.filter((fold) => fold !== left);
      const among = reached.filter(({ standsFor }) => standsFor.has(left));
      return chosen(among.length > 0 ? among : inTheRunning, counted);
    });
    return { decision: chosen(inTheRunning, folds), byFold };
  };
  const averaged = choose(mostContenders);
  if (isSingle(averaged)) return { ...averaged, ensemble: true };
  if (pace.allowsEnsemble(finishMs(averaged, last))) return { ...averaged, ensemble: true };
  return { ...choose(1), ensemble: false };
}

/** Without those of an algorithm that come after enough of its own. */
function variedBest(trials: readonly Trial[]): Trial[] {
  const ofKind = ({ spec }: Trial, before: readonly Trial[]): number =>
    before.filter((other) => other.spec.algorithm === spec.algorithm).length;
  return trials.filter((trial, i) => ofKind(trial, trials.slice(0, i)) < mostOfAKind);
}

const isSingle = ({ decision, byFold }: Pick<Settled, 'decision' | 'byFold'>): boolean =>
  [decision, ...byFold].every(({ length }) => length === 1);

/** About how long the final fits take, each on all rows: one of each fold, or of the holdout, and the last. */
function finishMs({ decision, byFold }: Pick<Settled, 'decision' | 'byFold'>, last: Step): number {
  const fitMs = ({ trial }: Decision<Trial>[number]): number =>
    trial.results[last.index].elapsedMs / last.splits.length / last.share;
  const folds = byFold.length > 0 ? byFold : [decision];
  return [decision, ...folds].flat().reduce((sum, member) => sum + 1.5 * fitMs(member), 0);
}

function contender(session: Session, trial: Trial, last: Step): Contender<Trial> {
  return { trial, predicted: predictionsOf(session, trial, last) };
}

function candidateOf(decision: Decision<Trial>): Candidate {
  const members = decision.map(({ trial, share }) => ({ spec: trial.spec, share }));
  return { algorithm: members.length > 1 ? 'blend' : members[0].spec.algorithm.name, members };
}

function memberOf({ trial, share }: Decision<Trial>[number]): EnsembleMember {
  return { algorithm: trial.spec.algorithm.name, share, parameters: trial.spec.parameters };
}

/** The average, if one was chosen, then those that got furthest, best first. */
function leaderboardOf(
  session: Session,
  { trials, steps, last }: Halving,
  decision: Decision<Trial>,
): LeaderboardEntry[] {
  const entries = steps.toReversed().flatMap((step) => {
    const here = trials.filter(({ results }) => results.length === step.index + 1);
    const folds = step.splits.map((_, fold) => fold);
    return ranked(session, here, folds).map((trial) => trialEntry(session, trial, step));
  });
  if (decision.length > 1) return [averageEntry(session, decision, last), ...entries];
  const { trial } = decision[0];
  const chosen = entries.findIndex(({ parameters }) => parameters === trial.spec.parameters);
  return [entries[chosen], ...entries.filter((_, i) => i !== chosen)];
}

function averageEntry(session: Session, decision: Decision<Trial>, last: Step): LeaderboardEntry {
  const members = decision.map(({ trial }) => contender(session, trial, last));
  const shares = decision.map(({ share }) => share);
  const scores = last.splits.map(({ test }, fold) => {
    const target = takeTarget(session.dataset.target, test);
    return scoreOf(measureCompared(session, target, average(members, shares, fold)), session.metric);
  });
  const elapsed = decision.map(({ trial }) => trial.results[last.index].elapsedMs);
  return {
    algorithm: 'blend',
    parameters: candidateParameters(candidateOf(decision)),
    metric: session.metric,
    mean: mean(scores),
    std: standardDeviation(scores),
    scores,
    elapsedMs: elapsed.reduce((sum, one) => sum + one, 0),
    rung: { index: last.index, count: last.count, rows: last.rows },
  };
}

function planOf({ trials }: Halving, ensemble: boolean): SearchPlan {
  return {
    trials: trials.map(({ spec, results }) => ({
      algorithm: spec.algorithm.name,
      parameters: spec.parameters,
      rungs: results.length,
    })),
    ensemble,
  };
}

function budgetWarning(budgetMs: number, tried: number): Warning {
  const seconds = Math.round(budgetMs / 1000);
  const message = `The search ended at its time budget of ${seconds} s with ${tried} candidates tried. A longer one may find a better model.`;
  return { code: 'BUDGET_REACHED', count: tried, message };
}
