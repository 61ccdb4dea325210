import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Database, Tx } from '../db/index.ts';
import { AppError, notFound } from '../errors/index.ts';
import type { EventBus } from '../events/index.ts';
import type { Reach } from '../faults/index.ts';
import type { Logger } from '../log/index.ts';
import type { AnyJobDefinition, JobDefinition } from './define.ts';
import { findJob, insertJob, orphans, requestCancel, withoutMessage } from './jobs.store.ts';
import { jobs } from './jobs.tables.ts';
import type { JobRow } from './jobs.tables.ts';
import { attemptOf, createOutcomes } from './outcomes.ts';
import { openQueue } from './queue.ts';
import { createRunner } from './runner.ts';
import type { Observe } from './runner.ts';

const cancelChannel = 'quadrax_job_cancel';

export interface EnqueueRequest<Payload> {
  readonly tenantId: string;
  readonly payload: Payload;
  readonly subject?: { readonly type: string; readonly id: string };
  readonly createdBy?: string;
  /** Chosen beforehand where another row must carry it. */
  readonly id?: string;
}

export interface Jobs {
  /** Queues a job within the transaction that needs it: both are there, or neither. Returns its id. */
  enqueue<Payload>(
    tx: Tx,
    definition: JobDefinition<Payload>,
    request: EnqueueRequest<Payload>,
  ): Promise<string>;
  /** Ends a waiting job at once and asks a running one to stop. @throws AppError NOT_FOUND, JOB_FINISHED */
  cancel(tenantId: string, id: string): Promise<JobRow>;
  /** Begins to take jobs. */
  work(concurrency: number): Promise<void>;
  /** Puts back in the queue what a dead process was running. */
  recover(deadWorker: string): Promise<void>;
  /** How many jobs wait and run, by kind. */
  counts(): Promise<{ kind: string; status: string; count: number }[]>;
  /** Takes no more, hands running jobs to other processes, and leaves. */
  stop(): Promise<void>;
}

export interface JobsOptions {
  readonly db: Database;
  readonly events: EventBus;
  readonly log: Logger;
  readonly worker: string;
  readonly definitions: readonly AnyJobDefinition[];
  readonly reach: Reach;
  readonly observe?: Observe;
}

export const openJobs = async (options: JobsOptions): Promise<Jobs> => {
  const { db, events, log, worker, reach, observe = () => {} } = options;
  const definitions = new Map(options.definitions.map((definition) => [definition.kind, definition]));
  const definitionOf = (kind: string): AnyJobDefinition => {
    const definition = definitions.get(kind);
    if (!definition) throw new Error(`There is no job of the kind "${kind}".`);
    return definition;
  };
  const queue = await openQueue(db.systemUrl, [...definitions.keys()], log);
  const outcomes = createOutcomes({ db, events, queue, definitionOf });
  const runner = createRunner({ db, events, log, worker, reach, observe, outcomes, definitionOf });
  await db.listener.listen(cancelChannel, (id) => runner.stopByUser(id));

  return {
    enqueue: async (tx, { kind, version }, { tenantId, payload, subject, createdBy, id = randomUUID() }) => {
      await insertJob(tx, { tenantId, id, kind, payload: { version, data: payload }, subject, createdBy });
      await queue.send(tx, kind, { tenantId, jobId: id, attempt: 1 });
      return id;
    },
    cancel: (tenantId, id) =>
      db.tenant(tenantId, async (tx) => {
        if (!(await findJob(tx, id))) throw notFound('job');
        const row = await requestCancel(tx, id);
        if (!row) throw new AppError('JOB_FINISHED');
        if (row.status === 'RUNNING') await tx.execute(sql`SELECT pg_notify(${cancelChannel}, ${id})`);
        else await outcomes.endWithout(tx, row, { status: 'CANCELLED', error: undefined });
        return (await findJob(tx, id)) ?? row;
      }),
    work: async (concurrency) => {
      for (const kind of definitions.keys())
        await queue.work(kind, concurrency, (attempt, message) => runner.handle(attempt, message));
    },
    recover: async (deadWorker) => {
      const left = await db.system((tx) => orphans(tx, [deadWorker]));
      for (const row of left) await outcomes.putBack(row, true);
      // A second message for the same attempt does no harm: whichever is claimed first has it.
      for (const row of await db.system(withoutMessage))
        await db.tenant(row.tenantId, (tx) => queue.send(tx, row.kind, attemptOf(row)));
      if (left.length > 0)
        log.warn(
          { action: 'job.recovered', count: left.length },
          'Jobs of a process that died were taken over',
        );
    },
    counts: () =>
      db.system((tx) =>
        tx
          .select({ kind: jobs.kind, status: jobs.status, count: sql<number>`count(*)::int` })
          .from(jobs)
          .where(sql`${jobs.status} IN ('QUEUED', 'RUNNING')`)
          .groupBy(jobs.kind, jobs.status),
      ),
    stop: async () => {
      await queue.pause();
      await runner.handOver();
      await queue.stop();
    },
  };
};
