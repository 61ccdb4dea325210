import type { Database, Tx } from '../db/index.ts';
import type { EventBus } from '../events/index.ts';
import { forgetCheckpoints } from './checkpoints.store.ts';
import { requeue, settle } from './jobs.store.ts';
import type { Settled } from './jobs.store.ts';
import { attemptOf } from './jobs.tables.ts';
import type { JobRow } from './jobs.tables.ts';
import { readPayloadAtEnd } from './payloads.ts';
import type { Kinds } from './payloads.ts';
import { setAside } from './stop-reasons.ts';
import type { Turns } from './turns.ts';

export type Unsuccessful = Exclude<Settled, { status: 'SUCCEEDED' }>;

/** The ways in which an attempt ends. Each belongs in the transaction that holds the attempt's row. */
export interface Outcomes {
  succeed(tx: Tx, row: JobRow, result: Record<string, unknown>): Promise<void>;
  endWithout(tx: Tx, row: JobRow, outcome: Unsuccessful): Promise<void>;
  /** The next attempt of a job whose process died or was told to stop; after too many deaths, the end. */
  putBack(row: JobRow, died: boolean): Promise<void>;
}

export const createOutcomes = (deps: {
  readonly db: Database;
  readonly events: EventBus;
  readonly turns: Turns;
  readonly kinds: Kinds;
}): Outcomes => {
  const { db, events, turns, kinds } = deps;

  const finish = async (tx: Tx, row: JobRow, outcome: Settled): Promise<void> => {
    const { forgetsPayload = false } = kinds.of(row.kind);
    await settle(tx, attemptOf(row), outcome, { forgetsPayload });
    await forgetCheckpoints(tx, attemptOf(row));
    const { id, kind } = row;
    const { status } = outcome;
    const detail =
      outcome.status === 'SUCCEEDED' ? { result: outcome.result } : outcome.error && { error: outcome.error };
    const finished = { id, kind, status, ...detail };
    await events.publish(tx, row.tenantId, 'job.finished', finished, row.createdBy);
    await turns.pass(tx, row.tenantId);
  };

  const endWithout: Outcomes['endWithout'] = async (tx, row, outcome) => {
    const definition = kinds.of(row.kind);
    await definition.ended(tx, attemptOf(row), readPayloadAtEnd(definition, row.payload), outcome);
    await finish(tx, row, outcome);
  };

  /** What a job that was put back comes to at once; undefined where it is to run again. */
  const endOf = (row: JobRow): Unsuccessful | undefined => {
    if (row.cancelRequested) return { status: 'CANCELLED', error: undefined };
    const error = setAside(row.deaths);
    return error && { status: 'FAILED', error };
  };

  return {
    succeed: (tx, row, result) => finish(tx, row, { status: 'SUCCEEDED', result }),
    endWithout,
    putBack: (row, died) =>
      db.tenant(row.tenantId, async (tx) => {
        const next = await requeue(tx, attemptOf(row), died);
        if (!next) return;
        const end = endOf(next);
        // A program that does not know the job cannot tidy up after it: whoever claims it next ends it.
        if (end && kinds.knows(next)) await endWithout(tx, next, end);
        else await turns.place(tx, next);
      }),
  };
};
