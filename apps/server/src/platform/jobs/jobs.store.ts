import { and, count, eq, inArray, sql } from 'drizzle-orm';
import type { Tx } from '../db/index.ts';
import { jobLogs, jobs } from './jobs.tables.ts';
import type { Attempt, JobRow, VersionedPayload } from './jobs.tables.ts';

export interface NewJob {
  readonly tenantId: string;
  readonly id: string;
  readonly kind: string;
  readonly payload: VersionedPayload;
  readonly subject: { readonly type: string; readonly id: string } | undefined;
  readonly createdBy: string | undefined;
}

const own = ({ tenantId, jobId }: Attempt) => and(eq(jobs.tenantId, tenantId), eq(jobs.id, jobId));
const fenced = (attempt: Attempt) =>
  and(own(attempt), eq(jobs.attempt, attempt.attempt), eq(jobs.status, 'RUNNING'));

/** The row that a statement gave back, of a job that is known to be there. */
const theOne = ([row]: readonly JobRow[]): JobRow => {
  if (!row) throw new Error('The job just written is not there.');
  return row;
};

export const insertJob = async (tx: Tx, job: NewJob): Promise<JobRow> =>
  theOne(
    await tx
      .insert(jobs)
      .values({
        tenantId: job.tenantId,
        id: job.id,
        kind: job.kind,
        status: 'QUEUED',
        payload: job.payload,
        subjectType: job.subject?.type,
        subjectId: job.subject?.id,
        createdBy: job.createdBy,
      })
      .returning(),
  );

/** Locks an attempt that waits to be taken; undefined if it does not. */
export const lockWaiting = async (tx: Tx, attempt: Attempt): Promise<JobRow | undefined> => {
  const [row] = await tx
    .select()
    .from(jobs)
    .where(and(own(attempt), eq(jobs.attempt, attempt.attempt), eq(jobs.status, 'QUEUED')))
    .for('update');
  return row;
};

/** Has a waiting attempt, which this transaction has locked, run from now on. */
export const begin = async (
  tx: Tx,
  attempt: Attempt,
  by: { readonly worker: string; readonly message: string },
): Promise<JobRow> =>
  theOne(
    await tx
      .update(jobs)
      .set({
        status: 'RUNNING',
        ...by,
        waitsFor: 'worker',
        stage: 'Starting',
        startedAt: sql`COALESCE(${jobs.startedAt}, now())`,
      })
      .where(own(attempt))
      .returning(),
  );

/** false: this attempt is no longer the one that runs. */
export const writeProgress = async (
  tx: Tx,
  attempt: Attempt,
  progress: { progress: number; stage: string; etaSeconds: number | null },
): Promise<{ current: boolean; cancelRequested: boolean }> => {
  const [row] = await tx
    .update(jobs)
    .set(progress)
    .where(fenced(attempt))
    .returning({ cancelRequested: jobs.cancelRequested });
  return { current: row !== undefined, cancelRequested: row?.cancelRequested ?? false };
};

export type Settled =
  | { readonly status: 'SUCCEEDED'; readonly result: Record<string, unknown> }
  | {
      readonly status: 'FAILED' | 'CANCELLED';
      readonly error: { code: string; message: string } | undefined;
    };

/** Locks the attempt's row, so that whatever follows in this transaction belongs to the attempt that runs; undefined if it is not. */
export const lockAttempt = async (
  tx: Tx,
  attempt: Attempt,
): Promise<{ readonly cancelRequested: boolean } | undefined> => {
  const [row] = await tx
    .select({ cancelRequested: jobs.cancelRequested })
    .from(jobs)
    .where(fenced(attempt))
    .for('update');
  return row;
};

export const settle = async (
  tx: Tx,
  attempt: Attempt,
  outcome: Settled,
  { forgetsPayload }: { readonly forgetsPayload: boolean },
): Promise<void> => {
  await tx
    .update(jobs)
    .set({
      ...(forgetsPayload && {
        payload: sql`jsonb_set(${jobs.payload}, '{data}', 'null')`,
        repeatable: false,
      }),
      status: outcome.status,
      result: outcome.status === 'SUCCEEDED' ? outcome.result : null,
      error: outcome.status === 'SUCCEEDED' ? null : (outcome.error ?? null),
      progress: outcome.status === 'SUCCEEDED' ? 1 : undefined,
      stage: { SUCCEEDED: 'Done', FAILED: 'Failed', CANCELLED: 'Cancelled' }[outcome.status],
      etaSeconds: null,
      worker: null,
      finishedAt: sql`now()`,
    })
    .where(own(attempt));
};

/** Puts a running attempt back in the queue as the next one. `died` counts against the job. */
export const requeue = async (tx: Tx, attempt: Attempt, died: boolean): Promise<JobRow | undefined> => {
  const [row] = await tx
    .update(jobs)
    .set({
      status: 'QUEUED',
      worker: null,
      stage: 'Waiting',
      progress: 0,
      etaSeconds: null,
      attempt: attempt.attempt + 1,
      deaths: died ? sql`${jobs.deaths} + 1` : undefined,
    })
    .where(fenced(attempt))
    .returning();
  return row;
};

/** Running attempts whose process is gone. For the system role: it looks across tenants. */
export const orphans = (tx: Tx, deadWorkers: readonly string[]): Promise<JobRow[]> =>
  deadWorkers.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(jobs)
        .where(and(eq(jobs.status, 'RUNNING'), inArray(jobs.worker, [...deadWorkers])));

/**
 * Called jobs for which no message waits: lost, or taken by a process that died or hangs before it claimed the job.
 * For the system role.
 */
export const withoutMessage = (tx: Tx): Promise<JobRow[]> =>
  tx
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.status, 'QUEUED'),
        eq(jobs.waitsFor, 'worker'),
        sql`NOT EXISTS (
          SELECT 1 FROM pgboss.job m
          WHERE m.name = ${jobs.kind} AND m.state < 'active' AND NOT m.blocked
            AND m.data->>'jobId' = ${jobs.id}::text AND (m.data->>'attempt')::int = ${jobs.attempt})`,
      ),
    );

export const findJob = async (tx: Tx, id: string): Promise<JobRow | undefined> => {
  const [row] = await tx.select().from(jobs).where(eq(jobs.id, id));
  return row;
};

/** How many jobs of these kinds wait. */
export const countWaiting = async (tx: Tx, kinds: readonly string[]): Promise<number> => {
  const [row] = await tx
    .select({ count: count() })
    .from(jobs)
    .where(and(inArray(jobs.kind, [...kinds]), eq(jobs.status, 'QUEUED')));
  return row?.count ?? 0;
};

/** Rows removed at once, so that nobody waits for the rest. */
const mostForgotten = 5000;

/** Removes jobs of these kinds that ended so many days ago, with their logs. For the system role. @returns how many */
export const deleteEnded = async (tx: Tx, kinds: readonly string[], days: number): Promise<number> => {
  const { rowCount } = await tx.execute(sql`
    DELETE FROM quadrax.jobs WHERE (tenant_id, id) IN (
      SELECT tenant_id, id FROM quadrax.jobs
      WHERE kind IN ${[...kinds]} AND finished_at < now() - make_interval(days => ${days})
      LIMIT ${mostForgotten}
      FOR UPDATE SKIP LOCKED)`);
  return rowCount ?? 0;
};

/** Locks a job, whatever its state. */
export const lockJob = async (tx: Tx, id: string): Promise<JobRow | undefined> => {
  const [row] = await tx.select().from(jobs).where(eq(jobs.id, id)).for('update');
  return row;
};

/** Makes a job that has ended its own next attempt, as if it had never run but for its log. */
export const renew = async (tx: Tx, attempt: Attempt): Promise<JobRow> =>
  theOne(
    await tx
      .update(jobs)
      .set({
        status: 'QUEUED',
        waitsFor: 'worker',
        stage: 'Waiting',
        attempt: attempt.attempt + 1,
        deaths: 0,
        worker: null,
        message: null,
        cancelRequested: false,
        progress: 0,
        etaSeconds: null,
        result: null,
        error: null,
        startedAt: null,
        finishedAt: null,
      })
      .where(own(attempt))
      .returning(),
  );

/** Cancels a job that waits; asks one that runs to stop. undefined: it had ended before. */
export const requestCancel = async (tx: Tx, id: string): Promise<JobRow | undefined> => {
  const [row] = await tx
    .update(jobs)
    .set({ cancelRequested: true })
    .where(and(eq(jobs.id, id), inArray(jobs.status, ['QUEUED', 'RUNNING'])))
    .returning();
  return row;
};

export const appendLogs = async (
  tx: Tx,
  { tenantId, jobId }: Attempt,
  lines: readonly { at: Date; level: 'info' | 'warn' | 'error'; message: string }[],
): Promise<void> => {
  await tx.insert(jobLogs).values(lines.map((line) => ({ tenantId, jobId, ...line })));
};
