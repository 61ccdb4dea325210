import type { FitContext } from '../algorithms/algorithm.ts';
import { TabularError } from '../errors.ts';
import type { SplitKeys } from '../evaluation/validation.ts';
import type { Dataset } from '../data/frame.ts';
import type { Schema, ScalarMetric, TrainHooks, TrainStage } from '../types.ts';

/** One call of `train`: what it works on, and how it tells the world. */
export interface Session {
  readonly dataset: Dataset;
  readonly schema: Schema;
  readonly metric: ScalarMetric;
  readonly seed: number;
  readonly splitKeys: SplitKeys;
  readonly hooks: TrainHooks;
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
  work: Pick<Session, 'dataset' | 'schema' | 'metric' | 'seed'> & Partial<Pick<Session, 'splitKeys'>>,
  hooks: TrainHooks,
  threads = 1,
): Session {
  const now = (): number => hooks.now?.() ?? Date.now();
  const started = now();
  let done = 0;
  let total = 0;
  return {
    splitKeys: {},
    ...work,
    hooks,
    context: { seed: work.seed, threads, checkAborted: () => refuseIfAborted(hooks) },
    elapsed: () => now() - started,
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
