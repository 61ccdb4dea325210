import type { FitContext } from '../algorithms/algorithm.ts';
import type { SearchPlan } from '../types.ts';
import type { Step } from './rungs.ts';
import type { Session } from './session.ts';
import { BudgetReached, keyOf, type Trial, trialKey } from './trial.ts';

/** Share of the budget that the search may use; the rest is for the final fits and for explaining them. */
const searchShare = 0.6;
/** Share of a round's time that all steps before the last may use. */
const earlyShare = 0.5;
/** Fits become slower by a little more than their rows. */
const growth = 1.1;
const finishShare = 0.95;

/** Decides what there is time for: by the clock, or by what an earlier search had time for. */
export interface Pace {
  /** Begins a round of so many candidates. False: there is no time for it. */
  round(trials: readonly Trial[]): boolean;
  allows(trial: Trial, step: Step): boolean;
  /** For fits of the given step. */
  context(step: Step): FitContext;
  /** Whether so many milliseconds of final fits are within the budget, averages of several among them. */
  allowsEnsemble(finishMs: number): boolean;
  /** Whether something was left out for want of time. */
  readonly isShort: boolean;
}

/** Runs what the plan ran. */
export function replay(session: Session, plan: SearchPlan): Pace {
  const rungs = new Map(plan.trials.map((trial) => [trialKey(trial), trial.rungs]));
  const allowed = ({ spec }: Trial): number => rungs.get(keyOf(spec)) ?? 0;
  return {
    round: (trials) => trials.some((trial) => allowed(trial) > 0),
    allows: (trial, step) => allowed(trial) > step.index,
    context: () => session.context,
    allowsEnsemble: () => plan.ensemble,
    isShort: false,
  };
}

/** Keeps to a budget, by the clock and by what fits took so far. The baseline is always allowed. */
export function keepTime(session: Session, budgetMs: number): Pace {
  const searchEnd = budgetMs * searchShare;
  let roundStart = session.elapsed();
  let lastRound: { readonly trials: number } | undefined;
  let isShort = false;
  const short = (): false => {
    isShort = true;
    return false;
  };
  const endOf = ({ index, count }: Step): number => {
    if (index === count - 1) return searchEnd;
    return roundStart + ((searchEnd - roundStart) * earlyShare * (index + 1)) / (count - 1);
  };
  return {
    round(trials) {
      const now = session.elapsed();
      if (lastRound) {
        const predicted = ((now - roundStart) * trials.length) / lastRound.trials;
        if (now + predicted > searchEnd) return short();
      }
      roundStart = now;
      lastRound = { trials: trials.length };
      return true;
    },
    allows(trial, step) {
      if (trial.spec.algorithm.name === 'baseline') return true;
      const before = trial.results.at(-1);
      const predicted = before ? before.elapsedMs * 4 ** growth : 0;
      return session.elapsed() + predicted <= endOf(step) || short();
    },
    context: (step) => ({
      ...session.context,
      checkAborted() {
        session.context.checkAborted();
        if (session.elapsed() <= endOf(step)) return;
        isShort = true;
        throw new BudgetReached();
      },
    }),
    allowsEnsemble: (finishMs) => session.elapsed() + finishMs <= budgetMs * finishShare || short(),
    get isShort() {
      return isShort;
    },
  };
}
