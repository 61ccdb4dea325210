import { sql } from 'drizzle-orm';
import { AppError, notFound } from '../errors/index.ts';
import type { Tx } from '../db/index.ts';
import type { EventBus } from '../events/index.ts';
import { appendLogs, findJob, lockJob, renew, requestCancel } from './jobs.store.ts';
import { attemptOf } from './jobs.tables.ts';
import type { JobRow } from './jobs.tables.ts';
import type { Outcomes } from './outcomes.ts';
import { readPayload } from './payloads.ts';
import type { Kinds } from './payloads.ts';
import type { Turns } from './turns.ts';

/** Where a process hears that somebody wants a running job to stop. */
export const cancelChannel = 'quadrax_job_cancel';

const refusals: Partial<Record<JobRow['status'], string>> = {
  QUEUED: 'The job is waiting already. There is nothing to run again.',
  RUNNING: 'The job is running. Cancel it first, or wait for its end.',
  SUCCEEDED: 'The job succeeded. There is nothing to run again.',
};

/** What people may ask of a job that is there. */
export interface Requests {
  /** Ends a waiting job at once and asks a running one to stop. @throws AppError NOT_FOUND, JOB_FINISHED */
  cancel(tx: Tx, tenantId: string, id: string): Promise<JobRow>;
  /**
   * Queues a job that failed or was cancelled as its own next attempt.
   * @throws AppError NOT_FOUND, JOB_NOT_RETRYABLE, and CONFLICT where what it works on is not there to be worked on
   */
  retry(tx: Tx, tenantId: string, id: string): Promise<JobRow>;
}

export const createRequests = (deps: {
  readonly events: EventBus;
  readonly outcomes: Outcomes;
  readonly turns: Turns;
  readonly kinds: Kinds;
}): Requests => {
  const { events, outcomes, turns, kinds } = deps;

  const payloadOf = (row: JobRow): never => {
    if (!kinds.knows(row))
      throw new AppError('CONFLICT', {
        message: 'The job is of a newer version of the server. Try again when the update is complete.',
      });
    try {
      return readPayload(kinds.of(row.kind), row.payload);
    } catch (cause) {
      throw new AppError('CONFLICT', {
        message: 'The job is of an older version of the server and cannot run again. Start it anew.',
        cause,
      });
    }
  };

  return {
    cancel: async (tx, _tenantId, id) => {
      const before = await lockJob(tx, id);
      if (!before) throw notFound('job');
      const row = await requestCancel(tx, id);
      if (!row) throw new AppError('JOB_FINISHED');
      if (row.status === 'RUNNING') await tx.execute(sql`SELECT pg_notify(${cancelChannel}, ${id})`);
      // One that this program does not know is ended by whoever claims it next.
      else if (kinds.knows(row))
        await outcomes.endWithout(tx, row, { status: 'CANCELLED', error: undefined });
      return (await findJob(tx, id)) ?? row;
    },
    retry: async (tx, tenantId, id) => {
      const row = await lockJob(tx, id);
      if (!row) throw notFound('job');
      const message = refusals[row.status];
      if (message !== undefined) throw new AppError('JOB_NOT_RETRYABLE', { message });
      if (!row.repeatable)
        throw new AppError('JOB_NOT_RETRYABLE', {
          message: 'What was asked is not kept after the end of this job. Ask it again.',
        });
      const payload = payloadOf(row);
      await kinds.of(row.kind).revived(tx, { tenantId, jobId: id }, payload);
      const next = await renew(tx, attemptOf(row));
      const line = `Run again, as attempt ${next.attempt}.`;
      await appendLogs(tx, attemptOf(next), [{ at: new Date(), level: 'info', message: line }]);
      await turns.place(tx, next);
      const { kind, attempt, createdBy } = next;
      await events.publish(tx, tenantId, 'job.queued', { id, kind, attempt }, createdBy);
      return (await findJob(tx, id)) ?? next;
    },
  };
};
