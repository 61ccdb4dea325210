import { resolveParameters } from '../algorithms/parameters.ts';
import type { PipelineSpec } from '../algorithms/pipeline.ts';
import type { Registry } from '../algorithms/registry.ts';
import { createRandom } from '../../random/random.ts';
import { isGain } from '../evaluation/metrics.ts';
import { mean, standardDeviation } from '../evaluation/score.ts';
import type { Split } from '../evaluation/splits.ts';
import type { AlgorithmName, FinishedTrial, Parameters } from '../types.ts';
import type { Pace } from './pace.ts';
import { promoted, type Step, stepsOf } from './rungs.ts';
import type { Session } from './session.ts';
import { defaultsOf, drawOf, problemSize, suitedAlgorithms } from './spaces.ts';
import { BudgetReached, createTrial, judge, keyOf, scoresOf, type Trial, trialKey } from './trial.ts';

const mostRounds = 4;
/** Whose space the draws of a round come from: the best algorithm, the second and the third. */
const drawOrder = [0, 1, 2, 0, 1, 0, 2, 0];

export interface SearchSetting {
  readonly registry: Registry;
  readonly classWeights: PipelineSpec['classWeights'];
  readonly splits: readonly Split[];
  readonly pace: Pace;
  readonly finished: readonly FinishedTrial[];
  readonly memoryMb: number;
}

export interface Halving {
  /** Every candidate that was judged at all, in the order of their first step. */
  readonly trials: readonly Trial[];
  readonly steps: readonly Step[];
  /** The last step that a candidate other than the baseline got through, and that its leader had time for. */
  readonly last: Step;
}

/**
 * Successive halving (Jamieson & Talwalkar 2016) in rounds: first what does well on most data, then draws from the
 * spaces of the algorithms that lead, until a round brings nothing better beyond noise. All candidates of a step are
 * judged on the same rows; the best of each algorithm goes on beside the best of all.
 */
export function successiveHalving(session: Session, setting: SearchSetting): Halving {
  const { registry, splits, pace } = setting;
  const steps = stepsOf(splits, session.seed);
  const { frame, target } = session.dataset;
  const size = { ...problemSize(frame, target), memoryMb: setting.memoryMb };
  const names = suitedAlgorithms(registry, size);
  const seen = new Set<string>();
  const trials: Trial[] = [];
  const create = (name: AlgorithmName, given: Parameters): Trial[] => {
    const algorithm = registry[name];
    const parameters = resolveParameters(algorithm.parameters, { ...given, ...goalOf(name, session) });
    const trial = createTrial({ algorithm, parameters, classWeights: setting.classWeights }, splits.length);
    if (seen.has(keyOf(trial.spec))) return [];
    seen.add(keyOf(trial.spec));
    return [trial];
  };
  let round = names.flatMap((name) => defaultsOf(name, size).flatMap((given) => create(name, given)));
  for (let number = 1; round.length > 0 && pace.round(round); number++) {
    const before = leader(session, trials);
    runRound(session, setting, steps, round);
    trials.push(...round.filter(({ results }) => results.length > 0));
    if (number === mostRounds || (before && !isBetter(session, before, leader(session, trials)))) break;
    // With all folds counted: they share the draws, and so a fold has a small say in what may come to stand for it.
    const random = createRandom(session.seed, 0x64726177, number);
    const leading = leadingAlgorithms(session, trials);
    round = drawOrder.flatMap((place) => {
      const name = leading[place % Math.max(1, leading.length)];
      const given = name && drawOf(name, random, size);
      return given ? create(name, given) : [];
    });
  }
  return { trials, steps, last: steps[furthest(trials) - 1] };
}

/** What boosting minimises where that is what candidates are compared by. */
function goalOf(name: AlgorithmName, { metric }: Session): Parameters {
  if (name !== 'gradient_boosting') return {};
  if (metric === 'poissonDeviance') return { loss: 'poisson' };
  return metric === 'pinball' ? { loss: 'quantile', alpha: 0.5 } : {};
}

/** Steps of the candidate, other than the baseline, that got furthest. */
function furthest(trials: readonly Trial[]): number {
  const others = trials.filter(({ spec }) => spec.algorithm.name !== 'baseline');
  return Math.max(...(others.length > 0 ? others : trials).map(({ results }) => results.length));
}

function runRound(
  session: Session,
  setting: SearchSetting,
  steps: readonly Step[],
  round: readonly Trial[],
): void {
  const expected = new Map(steps.map((step) => [step, expectedUnits(step, round.length)]));
  for (const units of expected.values()) session.expect(units);
  const known = new Map(setting.finished.map((one) => [`${one.rung} ${trialKey(one)}`, one]));
  let running = round;
  for (const step of steps) {
    const doneBefore = session.done();
    const through: Trial[] = [];
    for (const trial of running) {
      const ended = judgeInTime(session, setting.pace, trial, step, known);
      if (ended === 'judged') through.push(trial);
      // What led has no time: on this step it could only lose to what is cheaper and worse.
      if (ended === 'no time' && step.index > 0 && trial === running[0]) break;
    }
    // What was left out, and what more than was thought got here.
    session.expect(session.done() - doneBefore - (expected.get(step) ?? 0));
    running = step.index + 1 < step.count && through.length > 0 ? promote(session, through) : [];
  }
}

function judgeInTime(
  session: Session,
  pace: Pace,
  trial: Trial,
  step: Step,
  known: ReadonlyMap<string, FinishedTrial>,
): 'judged' | 'unfit' | 'no time' {
  if (!pace.allows(trial, step)) return 'no time';
  const isBaseline = trial.spec.algorithm.name === 'baseline';
  const context = isBaseline ? session.context : pace.context(step);
  try {
    const finished = known.get(`${step.index} ${keyOf(trial.spec)}`);
    return judge(session, trial, step, context, finished) ? 'judged' : 'unfit';
  } catch (error) {
    if (!(error instanceof BudgetReached)) throw error;
    return 'no time';
  }
}

function expectedUnits({ index, share, splits }: Step, candidates: number): number {
  let left = candidates;
  for (let i = 0; i < index; i++) left = Math.min(left, promoted(left) + 3);
  return left * share * splits.length;
}

/** Those that go on, best first; the baseline always does. Marks which folds each may stand for from now on. */
function promote(session: Session, trials: readonly Trial[]): Trial[] {
  const folds = scoresOf(trials[0]).map((_, fold) => fold);
  const kept = new Set(
    chosenBy(
      session,
      trials.filter(({ isInTheRunning }) => isInTheRunning),
      folds,
    ),
  );
  const byFold = folds.map((left) => {
    const eligible = trials.filter(({ standsFor }) => standsFor.has(left));
    return new Set(
      chosenBy(
        session,
        eligible,
        folds.filter((fold) => fold !== left),
      ),
    );
  });
  for (const trial of trials) {
    trial.isInTheRunning = kept.has(trial);
    trial.standsFor = new Set(folds.filter((fold) => byFold[fold].has(trial)));
  }
  const going = trials.filter((trial) => trial.isInTheRunning || trial.standsFor.size > 0);
  for (const trial of trials) if (!going.includes(trial)) trial.predicted = undefined;
  return ranked(session, going, folds);
}

function chosenBy(session: Session, trials: readonly Trial[], folds: readonly number[]): Trial[] {
  const order = ranked(session, trials, folds);
  const baseline = order.findIndex(({ spec }) => spec.algorithm.name === 'baseline');
  const isFirstOfItsKind = (trial: Trial, i: number): boolean =>
    order.findIndex(({ spec }) => spec.algorithm === trial.spec.algorithm) === i;
  const worthwhile = (i: number): boolean => baseline < 0 || i <= baseline;
  return order.filter(
    (trial, i) =>
      i < promoted(order.length) || i === baseline || (worthwhile(i) && isFirstOfItsKind(trial, i)),
  );
}

/** Best first over the given folds; of a single fold that is left out, over nothing, in their order. */
export function ranked(session: Session, trials: readonly Trial[], folds: readonly number[]): Trial[] {
  const sign = isGain(session.metric) ? 1 : -1;
  const value = (trial: Trial): number =>
    folds.length === 0 ? 0 : sign * mean(folds.map((fold) => scoresOf(trial)[fold]));
  return trials.toSorted((a, b) => value(b) - value(a));
}

/** The best of those that got furthest. */
function leader(session: Session, trials: readonly Trial[]): Trial | undefined {
  const top = finalists(trials);
  return top.length > 0
    ? ranked(
        session,
        top,
        scoresOf(top[0]).map((_, fold) => fold),
      )[0]
    : undefined;
}

function finalists(trials: readonly Trial[]): Trial[] {
  const steps = trials.length > 0 ? furthest(trials) : 0;
  return trials.filter(({ results, isInTheRunning }) => isInTheRunning && results.length === steps);
}

function isBetter(session: Session, before: Trial, after: Trial | undefined): boolean {
  if (!after || after === before || after.results.length !== before.results.length) return false;
  const sign = isGain(session.metric) ? 1 : -1;
  const old = scoresOf(before);
  const gains = scoresOf(after).map((score, fold) => sign * (score - old[fold]));
  return mean(gains) > standardDeviation(gains) / Math.sqrt(gains.length);
}

/** Up to three algorithms, the one whose best candidate leads first. */
function leadingAlgorithms(session: Session, trials: readonly Trial[]): AlgorithmName[] {
  const top = finalists(trials);
  if (top.length === 0) return [];
  const names = ranked(
    session,
    top,
    scoresOf(top[0]).map((_, fold) => fold),
  ).map(({ spec }) => spec.algorithm.name);
  return [...new Set(names)].filter((name) => name !== 'baseline').slice(0, 3);
}
