import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Database, Tx } from '../db/index.ts';
import type { EventBus } from '../events/index.ts';
import type { Reach } from '../faults/index.ts';
import type { Logger } from '../log/index.ts';
import type { AnyJobDefinition, JobDefinition } from './define.ts';
import { insertJob, orphans, withoutMessage } from './jobs.store.ts';
import { attemptOf, jobs } from './jobs.tables.ts';
import { createOutcomes } from './outcomes.ts';
import { createKinds } from './payloads.ts';
import { openQueue } from './queue.ts';
import { cancelChannel, createRequests } from './requests.ts';
import type { Requests } from './requests.ts';
import { createRunner } from './runner.ts';
import type { Observe } from './runner.ts';
import { readmit, tenantsToServe } from './shares.store.ts';
import { createTurns } from './turns.ts';

export interface EnqueueRequest<Payload> {
  readonly tenantId: string;
  readonly payload: Payload;
  readonly subject?: { readonly type: string; readonly id: string };
  readonly createdBy?: string;
  /** Chosen beforehand where another row must carry it. */
  readonly id?: string;
}

export interface Jobs extends Requests {
  /**
   * Queues a job within the transaction that needs it: both are there, or neither. Returns its id. It locks the
   * tenant's share, so whatever else the transaction locks comes before.
   */
  enqueue<Payload>(
    tx: Tx,
    definition: JobDefinition<Payload>,
    request: EnqueueRequest<Payload>,
  ): Promise<string>;
  /** Begins to take jobs. */
  work(concurrency: number): Promise<void>;
  /** Puts back in the queue what a dead process was running. */
  recover(deadWorker: string): Promise<void>;
  /** Calls whoever waits though nothing stands in the way: lost messages, room nobody was told of, newer programs. */
  mend(): Promise<void>;
  /** How many jobs wait and run, by kind. */
  counts(): Promise<{ kind: string; status: string; count: number }[]>;
  /** Takes no more and hands running jobs to other processes; jobs may still be queued. May be called again. */
  handOver(): Promise<void>;
  /** Hands over what is left and leaves. */
  stop(): Promise<void>;
}

export interface JobsOptions {
  readonly db: Database;
  readonly events: EventBus;
  readonly log: Logger;
  readonly worker: string;
  readonly definitions: readonly AnyJobDefinition[];
  /** Jobs of one tenant that run at once, over all processes. */
  readonly perTenant: number;
  readonly reach: Reach;
  readonly observe?: Observe;
}

export const openJobs = async (options: JobsOptions): Promise<Jobs> => {
  const { db, events, log, worker, reach, perTenant, observe = () => {} } = options;
  const kinds = createKinds(options.definitions);
  const queue = await openQueue(db.systemUrl, kinds.names, log);
  const turns = createTurns({ queue, perTenant, knows: kinds.knows });
  const outcomes = createOutcomes({ db, events, turns, kinds });
  const runner = createRunner({ db, events, log, worker, reach, observe, outcomes, turns, kinds });
  const requests = createRequests({ events, outcomes, turns, kinds });
  await db.listener.listen(cancelChannel, (id) => runner.stopByUser(id));

  /** A second message for the same attempt does no harm: whichever is claimed first has it. */
  const resend = async (): Promise<void> => {
    for (const row of await db.system(withoutMessage))
      await db.tenant(row.tenantId, (tx) => queue.send(tx, row.kind, attemptOf(row), 0));
  };

  const handOver = async (): Promise<void> => {
    await queue.pause();
    await runner.handOver();
  };

  return {
    enqueue: async (tx, { kind, version }, { tenantId, payload, subject, createdBy, id = randomUUID() }) => {
      const job = { tenantId, id, kind, payload: { version, data: payload }, subject, createdBy };
      const row = await insertJob(tx, job);
      await turns.place(tx, row);
      await events.publish(tx, tenantId, 'job.queued', { id, kind, attempt: row.attempt });
      return id;
    },
    ...requests,
    work: async (concurrency) => {
      for (const kind of kinds.names)
        await queue.work(kind, concurrency, (attempt, message) => runner.handle(attempt, message));
    },
    recover: async (deadWorker) => {
      const left = await db.system((tx) => orphans(tx, [deadWorker]));
      for (const row of left) await outcomes.putBack(row, true);
      await resend();
      if (left.length > 0)
        log.warn(
          { action: 'job.recovered', count: left.length },
          'Jobs of a process that died were taken over',
        );
    },
    mend: async () => {
      const tenants = await db.system(async (tx) => {
        for (const { kind, version } of kinds.all) await readmit(tx, kind, version);
        return tenantsToServe(tx, perTenant);
      });
      for (const tenantId of tenants) await db.tenant(tenantId, (tx) => turns.pass(tx, tenantId));
      await resend();
    },
    counts: () =>
      db.system((tx) =>
        tx
          .select({ kind: jobs.kind, status: jobs.status, count: sql<number>`count(*)::int` })
          .from(jobs)
          .where(sql`${jobs.status} IN ('QUEUED', 'RUNNING')`)
          .groupBy(jobs.kind, jobs.status),
      ),
    handOver,
    stop: async () => {
      await handOver();
      await queue.stop();
    },
  };
};
