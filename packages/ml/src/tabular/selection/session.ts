import type { FitContext } from '../algorithms/algorithm.ts';
import { TabularError } from '../errors.ts';
import type { Judging } from '../evaluation/judging.ts';
import type { SplitKeys } from '../evaluation/validation.ts';
import type { Dataset } from '../data/frame.ts';
import { trainingLog, type TrainingLog } from '../training-log.ts';
import type { Schema, ScalarMetric, ThresholdRule, TrainHooks, TrainStage } from '../types.ts';

/** One call of `train`: what it works on, and how it tells the world. */
export interface Session {
  readonly dataset: Dataset;
  readonly schema: Schema;
  readonly metric: ScalarMetric;
  readonly judging: Judging;
  /** How labels of two classes come of the probability of the positive. */
  readonly rule: ThresholdRule;
  readonly seed: number;
  readonly splitKeys: SplitKeys;
  readonly hooks: TrainHooks;
  readonly log: TrainingLog;
  readonly context: FitContext;
  /** Milliseconds since the call. */
  elapsed(): number;
  /** Announces `units` more units of work; negative takes back what will not be done after all. */
  expect(units: number): void;
  /** Announces that `units` units are done. */
  advance(units: number, stage: TrainStage): void;
  /** Units done so far. */
  done(): number;
}

export function createSession(
  work: Pick<Session, 'dataset' | 'schema' | 'metric' | 'seed'> &
    Partial<Pick<Session, 'judging' | 'rule' | 'splitKeys'>>,
  hooks: TrainHooks,
  threads = 1,
): Session {
  const now = (): number => hooks.now?.() ?? Date.now();
  const started = now();
  const elapsed = (): number => now() - started;
  let done = 0;
  let total = 0;
  return {
    splitKeys: {},
    judging: { labels: work.schema.classes, positive: 1 },
    rule: 'half',
    ...work,
    hooks,
    log: trainingLog(work.metric, elapsed, (line) => hooks.log?.(line)),
    context: { seed: work.seed, threads, checkAborted: () => refuseIfAborted(hooks) },
    elapsed,
    expect: (units) => {
      total += units;
    },
    done: () => done,
    advance: (units, stage) => {
      done += units;
      hooks.progress?.({ done, total, stage });
    },
  };
}

function refuseIfAborted(hooks: TrainHooks): void {
  if (hooks.aborted?.()) throw new TabularError('ABORTED', 'Training was cancelled.');
}
