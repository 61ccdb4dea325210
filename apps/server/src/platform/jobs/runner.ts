import { isDatabaseAway, patiently } from '../db/index.ts';
import type { Database, Tx } from '../db/index.ts';
import type { EventBus } from '../events/index.ts';
import type { Reach } from '../faults/index.ts';
import type { Logger } from '../log/index.ts';
import { readCheckpoints } from './checkpoints.store.ts';
import { JobError } from './define.ts';
import type { Discard } from './define.ts';
import { findJob, lockAttempt } from './jobs.store.ts';
import type { Settled } from './jobs.store.ts';
import { attemptOf } from './jobs.tables.ts';
import type { Attempt, JobRow } from './jobs.tables.ts';
import type { Outcomes } from './outcomes.ts';
import { readPayload } from './payloads.ts';
import type { Kinds } from './payloads.ts';
import { Reporter } from './reporter.ts';
import { failureOf, HandedOver, setAside, StoppedByUser, TakenOver } from './stop-reasons.ts';
import type { Turns } from './turns.ts';

export type Observe = (kind: string, status: string, seconds: number) => void;

export interface RunnerDeps {
  readonly db: Database;
  readonly events: EventBus;
  readonly log: Logger;
  readonly worker: string;
  readonly reach: Reach;
  readonly observe: Observe;
  readonly outcomes: Outcomes;
  readonly turns: Turns;
  readonly kinds: Kinds;
}

/** Runs the attempts that the queue hands to this process. */
export interface Runner {
  /** Runs one message of the queue to its end. */
  handle(attempt: Attempt, message: string): Promise<void>;
  /** Stops a job that runs here; one that runs elsewhere is no matter of ours. */
  stopByUser(jobId: string): void;
  /** Hands everything that runs here to other processes. */
  handOver(): Promise<void>;
}

export const createRunner = (deps: RunnerDeps): Runner => {
  const { db, events, log, worker, reach, observe, outcomes, turns, kinds } = deps;
  const running = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  let stopping = false;

  /** An outcome is written however long the database is away: the work behind it was done. */
  const surely = <T>(write: () => Promise<T>): Promise<T> => patiently(write, () => stopping);

  /**
   * Runs `work` in a transaction that holds the attempt's row.
   * @throws TakenOver, with nothing done, if the attempt is no longer current
   */
  const asCurrent = (row: JobRow, work: (tx: Tx, cancelRequested: boolean) => Promise<void>): Promise<void> =>
    surely(() =>
      db.tenant(row.tenantId, async (tx) => {
        const held = await lockAttempt(tx, attemptOf(row));
        if (!held) throw new TakenOver();
        await work(tx, held.cancelRequested);
      }),
    );

  const reporterFor = (row: JobRow, abort: AbortController): Reporter =>
    new Reporter({
      db,
      events,
      attempt: attemptOf(row),
      kind: row.kind,
      createdBy: row.createdBy,
      onVerdict: (verdict) => {
        if (verdict === 'cancel') abort.abort(new StoppedByUser());
        else if (verdict === 'stale') abort.abort(new TakenOver());
        else reach('job.progress');
      },
    });

  const runToCommit = async (
    row: JobRow,
    abort: AbortController,
    reporter: Reporter,
    leftovers: Discard[],
  ): Promise<void> => {
    const definition = kinds.of(row.kind);
    // Put back by a program that did not know the job and so could not end it.
    if (row.cancelRequested) throw new StoppedByUser();
    const aside = setAside(row.deaths);
    if (aside) throw new JobError(aside.code, aside.message);
    const attempt = attemptOf(row);
    // A first attempt has none: no need to ask.
    const kept =
      row.attempt === 1
        ? []
        : await surely(() => db.tenant(row.tenantId, (tx) => readCheckpoints(tx, attempt)));
    const commit = await definition.run(readPayload(definition, row.payload), {
      ...attempt,
      signal: abort.signal,
      progress: (done, total, stage) => reporter.progress(done, total, stage),
      log: (message, level) => reporter.log(message, level),
      checkpoint: { kept, keep: (part) => reporter.keep(part) },
      unlessCommitted: (discard) => leftovers.push(discard),
    });
    await surely(() => reporter.flush());
    abort.signal.throwIfAborted();
    reach('job.artifact');
    await asCurrent(row, async (tx, cancelRequested) => {
      if (cancelRequested) throw new StoppedByUser();
      await outcomes.succeed(tx, row, await commit(tx));
    });
    reach('job.committed');
  };

  /** What an attempt that did not succeed comes to; undefined where another process has it. */
  const endUnsuccessful = async (row: JobRow, reason: unknown): Promise<Settled['status'] | undefined> => {
    if (reason instanceof TakenOver) return undefined;
    if (reason instanceof HandedOver) {
      await outcomes.putBack(row, false);
      return undefined;
    }
    if (isDatabaseAway(reason)) {
      // The data and the user are not to blame: once the database is back, it is tried again.
      await surely(() => outcomes.putBack(row, false));
      return undefined;
    }
    const cancelled = reason instanceof StoppedByUser;
    const error = cancelled ? undefined : failureOf(reason);
    if (error?.code === 'INTERNAL')
      log.error({ action: 'job.failed', kind: row.kind, jobId: row.id, err: reason }, 'A job failed');
    const status = cancelled ? 'CANCELLED' : 'FAILED';
    try {
      await asCurrent(row, (tx) => outcomes.endWithout(tx, row, { status, error }));
    } catch (failure) {
      if (failure instanceof TakenOver) return undefined;
      throw failure;
    }
    return status;
  };

  /** What cannot be taken back now goes when this process ends, with all else that it left pending. */
  const tidyUp = async (row: JobRow, leftovers: readonly Discard[]): Promise<void> => {
    for (const discard of leftovers)
      await surely(discard).catch((err: unknown) =>
        log.warn({ action: 'job.leftovers', kind: row.kind, jobId: row.id, err }, 'A job left bytes behind'),
      );
  };

  const perform = async (row: JobRow, abort: AbortController): Promise<void> => {
    const started = performance.now();
    const reporter = reporterFor(row, abort);
    const leftovers: Discard[] = [];
    let status: Settled['status'] | undefined = 'SUCCEEDED';
    try {
      await runToCommit(row, abort, reporter, leftovers);
    } catch (error) {
      await reporter.flush().catch(() => {});
      await tidyUp(row, leftovers);
      status = await endUnsuccessful(row, abort.signal.aborted ? abort.signal.reason : error);
    }
    if (status === undefined) {
      log.info({ action: 'job.left', kind: row.kind, jobId: row.id }, 'A job goes on in another process');
      return;
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

  return {
    handle: async (attempt, message) => {
      // Thrown before it is claimed, the message goes back for another process.
      if (stopping) throw new HandedOver();
      const { tenantId, jobId } = attempt;
      const row = await surely(() =>
        db.tenant(tenantId, (tx) => turns.claim(tx, attempt, { worker, message })),
      );
      if (!row) {
        // The same message again while it runs: whoever had it has stopped to give signs of life.
        const current = await db.tenant(tenantId, (tx) => findJob(tx, jobId));
        if (current?.status === 'RUNNING' && current.message === message)
          await outcomes.putBack(current, true);
        return;
      }
      reach('job.claimed');
      const abort = new AbortController();
      if (stopping) abort.abort(new HandedOver());
      const run = { abort, ended: perform(row, abort) };
      running.set(row.id, run);
      try {
        await run.ended;
      } finally {
        // A later attempt of the same job may run here by now.
        if (running.get(row.id) === run) running.delete(row.id);
      }
    },
    stopByUser: (jobId) => running.get(jobId)?.abort.abort(new StoppedByUser()),
    handOver: async () => {
      stopping = true;
      for (const { abort } of running.values()) abort.abort(new HandedOver());
      await Promise.allSettled([...running.values()].map(({ ended }) => ended));
    },
  };
};
