import type { Database, Tx } from '../db/index.ts';
import type { EventBus } from '../events/index.ts';
import type { AnyJobDefinition } from './define.ts';
import { requeue, settle } from './jobs.store.ts';
import type { Attempt, Settled } from './jobs.store.ts';
import type { JobRow } from './jobs.tables.ts';
import type { JobQueue } from './queue.ts';

/** A job in which this many processes died is set aside. */
const mostDeaths = 3;

export type Unsuccessful = Exclude<Settled, { status: 'SUCCEEDED' }>;

/** The ways in which an attempt ends. Each belongs in the transaction that holds the attempt's row. */
export interface Outcomes {
  succeed(tx: Tx, row: JobRow, result: Record<string, unknown>): Promise<void>;
  endWithout(tx: Tx, row: JobRow, outcome: Unsuccessful): Promise<void>;
  /** The next attempt of a job whose process died or was told to stop; after too many deaths, the end. */
  putBack(row: JobRow, died: boolean): Promise<void>;
}

export const attemptOf = (row: JobRow): Attempt => ({
  tenantId: row.tenantId,
  jobId: row.id,
  attempt: row.attempt,
});

export const createOutcomes = (deps: {
  readonly db: Database;
  readonly events: EventBus;
  readonly queue: JobQueue;
  readonly definitionOf: (kind: string) => AnyJobDefinition;
}): Outcomes => {
  const { db, events, queue, definitionOf } = deps;

  const finish = async (tx: Tx, row: JobRow, outcome: Settled): Promise<void> => {
    await settle(tx, attemptOf(row), outcome);
    const { id, kind } = row;
    const { status } = outcome;
    const detail =
      outcome.status === 'SUCCEEDED' ? { result: outcome.result } : outcome.error && { error: outcome.error };
    await events.publish(tx, row.tenantId, 'job.finished', { id, kind, status, ...detail });
  };

  const endWithout: Outcomes['endWithout'] = async (tx, row, outcome) => {
    // The payload was let in by this definition's own schema when the job was queued.
    await definitionOf(row.kind).ended(tx, attemptOf(row), row.payload.data as never, outcome);
    await finish(tx, row, outcome);
  };

  return {
    succeed: (tx, row, result) => finish(tx, row, { status: 'SUCCEEDED', result }),
    endWithout,
    putBack: (row, died) =>
      db.tenant(row.tenantId, async (tx) => {
        const next = await requeue(tx, attemptOf(row), died);
        if (!next) return;
        if (next.cancelRequested) return endWithout(tx, next, { status: 'CANCELLED', error: undefined });
        if (next.deaths < mostDeaths) return queue.send(tx, next.kind, attemptOf(next));
        const message = `It was set aside: the process that ran it died ${next.deaths} times.`;
        await endWithout(tx, next, { status: 'FAILED', error: { code: 'SET_ASIDE', message } });
      }),
  };
};
