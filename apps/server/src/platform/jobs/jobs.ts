import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Database, Tx } from '../db/index.ts';
import { AppError } from '../errors/index.ts';
import type { EventBus } from '../events/index.ts';
import type { Reach } from '../faults/index.ts';
import type { Logger } from '../log/index.ts';
import type { AnyJobDefinition, JobDefinition } from './define.ts';
import {
  claim,
  findJob,
  insertJob,
  lockAttempt,
  orphans,
  requeue,
  requestCancel,
  settle,
} from './jobs.store.ts';
import type { Attempt, Settled } from './jobs.store.ts';
import { jobs } from './jobs.tables.ts';
import type { JobRow } from './jobs.tables.ts';
import { openQueue } from './queue.ts';
import { Reporter } from './reporter.ts';
import { failureOf, HandedOver, StoppedByUser, TakenOver } from './stop-reasons.ts';

const cancelChannel = 'quadrax_job_cancel';
/** A job in which this many processes died is set aside. */
const mostDeaths = 3;

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
  readonly observe?: (kind: string, status: string, seconds: number) => void;
}

export const openJobs = async (options: JobsOptions): Promise<Jobs> => {
  const { db, events, log, worker, reach, observe = () => {} } = options;
  const definitions = new Map(options.definitions.map((definition) => [definition.kind, definition]));
  const queue = await openQueue(db.systemUrl, [...definitions.keys()], log);
  const running = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  let stopping = false;

  await db.listener.listen(cancelChannel, (id) => running.get(id)?.abort.abort(new StoppedByUser()));

  const definitionOf = (kind: string): AnyJobDefinition => {
    const definition = definitions.get(kind);
    if (!definition) throw new Error(`There is no job of the kind "${kind}".`);
    return definition;
  };

  /** An outcome is written however long the database is away: the work behind it was done. */
  const patiently = async <T>(write: () => Promise<T>): Promise<T> => {
    for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 5000)) {
      try {
        return await write();
      } catch (error) {
        if (stopping || !(error instanceof AppError && error.code === 'UNAVAILABLE')) throw error;
        await pause(waitMs);
      }
    }
  };

  const finished = async (tx: Tx, row: JobRow, outcome: Settled): Promise<void> => {
    const attempt = { tenantId: row.tenantId, jobId: row.id, attempt: row.attempt };
    await settle(tx, attempt, outcome);
    await events.publish(tx, row.tenantId, 'job.finished', {
      id: row.id,
      kind: row.kind,
      status: outcome.status,
      ...(outcome.status === 'SUCCEEDED'
        ? { result: outcome.result }
        : outcome.error && { error: outcome.error }),
    });
  };

  const endWithout = async (
    tx: Tx,
    row: JobRow,
    outcome: Exclude<Settled, { status: 'SUCCEEDED' }>,
  ): Promise<void> => {
    const definition = definitionOf(row.kind);
    await definition.ended(tx, row.tenantId, row.payload.data as never, {
      status: outcome.status,
      error: outcome.error,
    });
    await finished(tx, row, outcome);
  };

  /** The next attempt of a job whose process died or was told to stop; after too many deaths, the end. */
  const putBack = (row: JobRow, died: boolean): Promise<void> =>
    db.tenant(row.tenantId, async (tx) => {
      const attempt = { tenantId: row.tenantId, jobId: row.id, attempt: row.attempt };
      const next = await requeue(tx, attempt, died);
      if (!next) return;
      if (next.deaths < mostDeaths) {
        await queue.send(tx, next.kind, { ...attempt, attempt: next.attempt });
        return;
      }
      const message = `It was set aside: the process that ran it died ${next.deaths} times.`;
      await endWithout(tx, next, { status: 'FAILED', error: { code: 'SET_ASIDE', message } });
    });

  const perform = async (row: JobRow, abort: AbortController): Promise<void> => {
    const definition = definitionOf(row.kind);
    const attempt: Attempt = { tenantId: row.tenantId, jobId: row.id, attempt: row.attempt };
    const reporter = new Reporter({
      db,
      events,
      attempt,
      kind: row.kind,
      onVerdict: (verdict) => {
        if (verdict === 'cancel') abort.abort(new StoppedByUser());
        else if (verdict === 'stale') abort.abort(new TakenOver());
        else reach('job.progress');
      },
    });
    const started = performance.now();
    const inTenant = (work: (tx: Tx) => Promise<void>): Promise<boolean> =>
      patiently(() =>
        db.tenant(row.tenantId, async (tx) => {
          if (!(await lockAttempt(tx, attempt))) return false;
          await work(tx);
          return true;
        }),
      );
    let status: Settled['status'] = 'SUCCEEDED';
    try {
      const payload = definition.payload.parse(row.payload.data) as never;
      const commit = await definition.run(payload, {
        ...attempt,
        signal: abort.signal,
        progress: (done, total, stage) => reporter.progress(done, total, stage),
        log: (message, level) => reporter.log(message, level),
      });
      await reporter.flush();
      reach('job.artifact');
      await inTenant(async (tx) => finished(tx, row, { status: 'SUCCEEDED', result: await commit(tx) }));
      reach('job.committed');
    } catch (error) {
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : error;
      if (reason instanceof TakenOver) return;
      await reporter.flush().catch(() => {});
      if (reason instanceof HandedOver) return putBack(row, false);
      status = reason instanceof StoppedByUser ? 'CANCELLED' : 'FAILED';
      const failure = reason instanceof StoppedByUser ? undefined : failureOf(reason);
      if (failure?.code === 'INTERNAL')
        log.error({ action: 'job.failed', kind: row.kind, jobId: row.id, err: reason }, 'A job failed');
      await inTenant((tx) =>
        endWithout(tx, row, { status: status as 'FAILED' | 'CANCELLED', error: failure }),
      );
    }
    const seconds = (performance.now() - started) / 1000;
    observe(row.kind, status, seconds);
    log.info(
      {
        action: 'job.finished',
        kind: row.kind,
        jobId: row.id,
        tenant_id: row.tenantId,
        status,
        duration_ms: Math.round(seconds * 1000),
      },
      'A job ended',
    );
  };

  /** Runs one message of the queue to its end. */
  const handle = async (message: Attempt): Promise<void> => {
    const row = await patiently(() => db.tenant(message.tenantId, (tx) => claim(tx, message, worker)));
    if (!row) {
      // Delivered again while it runs: whoever had it has stopped to give signs of life.
      const current = await db.tenant(message.tenantId, (tx) => findJob(tx, message.jobId));
      if (current?.status === 'RUNNING' && current.attempt === message.attempt) await putBack(current, true);
      return;
    }
    reach('job.claimed');
    const abort = new AbortController();
    if (stopping) abort.abort(new HandedOver());
    const ended = perform(row, abort).finally(() => running.delete(row.id));
    running.set(row.id, { abort, ended });
    await ended;
  };

  return {
    enqueue: async (tx, definition, { tenantId, payload, subject, createdBy, id = randomUUID() }) => {
      const versioned = { version: definition.version, data: payload };
      await insertJob(tx, { tenantId, id, kind: definition.kind, payload: versioned, subject, createdBy });
      await queue.send(tx, definition.kind, { tenantId, jobId: id, attempt: 1 });
      return id;
    },
    cancel: (tenantId, id) =>
      db.tenant(tenantId, async (tx) => {
        const before = await findJob(tx, id);
        if (!before) throw new AppError('NOT_FOUND', { message: 'There is no such job.' });
        const row = await requestCancel(tx, id);
        if (!row) throw new AppError('JOB_FINISHED');
        if (row.status === 'RUNNING') {
          await tx.execute(sql`SELECT pg_notify(${cancelChannel}, ${id})`);
          return row;
        }
        await endWithout(tx, row, { status: 'CANCELLED', error: undefined });
        return (await findJob(tx, id)) ?? row;
      }),
    work: async (concurrency) => {
      for (const kind of definitions.keys()) await queue.work(kind, concurrency, handle);
    },
    recover: async (deadWorker) => {
      const left = await db.system((tx) => orphans(tx, [deadWorker]));
      for (const row of left) await putBack(row, true);
      if (left.length > 0)
        log.warn(
          { action: 'job.recovered', count: left.length },
          'Jobs of a process that died were taken over',
        );
    },
    counts: async () => {
      const rows = await db.system((tx) =>
        tx
          .select({ kind: jobs.kind, status: jobs.status, count: sql<number>`count(*)::int` })
          .from(jobs)
          .where(sql`${jobs.status} IN ('QUEUED', 'RUNNING')`)
          .groupBy(jobs.kind, jobs.status),
      );
      return rows;
    },
    stop: async () => {
      stopping = true;
      for (const { abort } of running.values()) abort.abort(new HandedOver());
      await Promise.allSettled([...running.values()].map(({ ended }) => ended));
      await queue.stop();
    },
  };
};
