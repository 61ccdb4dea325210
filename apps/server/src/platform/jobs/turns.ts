import type { Tx } from '../db/index.ts';
import { begin, lockWaiting } from './jobs.store.ts';
import { attemptOf } from './jobs.tables.ts';
import type { Attempt, JobRow } from './jobs.tables.ts';
import type { JobQueue } from './queue.ts';
import { lockShare, parked, setWait } from './shares.store.ts';
import type { Share } from './shares.store.ts';

/**
 * Whose turn it is. A tenant runs so many jobs at once and no more, however many processes there are. Only as many
 * messages are in the queue: the rest of its jobs are parked, and each is called when room is made for it, in the same
 * transaction. So one tenant's long queue stands in nobody's way.
 */
export interface Turns {
  /** Calls a job that has just been queued to a worker, or parks it. */
  place(tx: Tx, row: JobRow): Promise<void>;
  /** Takes a waiting attempt for a worker. undefined: it is not there to be taken, or has to wait. */
  claim(tx: Tx, attempt: Attempt, by: { worker: string; message: string }): Promise<JobRow | undefined>;
  /** Calls those that have waited longest to the room that was made. */
  pass(tx: Tx, tenantId: string): Promise<void>;
}

export const createTurns = (deps: {
  readonly queue: JobQueue;
  readonly perTenant: number;
  /** Whether this program can read the job's payload. */
  readonly knows: (row: JobRow) => boolean;
}): Turns => {
  const { queue, perTenant, knows } = deps;
  const turnWords =
    perTenant === 1
      ? 'Waiting for its turn: one of your jobs runs at once'
      : `Waiting for its turn: ${perTenant} of your jobs run at once`;

  const call = async (tx: Tx, row: JobRow, { running, called }: Share): Promise<void> => {
    if (row.waitsFor !== 'worker') await setWait(tx, row, 'worker', 'Waiting');
    // Who has least at work goes first.
    await queue.send(tx, row.kind, attemptOf(row), -(running + called));
  };
  const park = (tx: Tx, row: JobRow): Promise<void> => setWait(tx, row, 'share', turnWords);

  const pass: Turns['pass'] = async (tx, tenantId) => {
    const { running, called } = await lockShare(tx, tenantId);
    const room = perTenant - running - called;
    if (room <= 0) return;
    for (const [place, row] of (await parked(tx, tenantId, room)).entries())
      await call(tx, row, { running, called: called + place });
  };

  return {
    place: async (tx, row) => {
      const share = await lockShare(tx, row.tenantId, row.id);
      if (share.running + share.called < perTenant) await call(tx, row, share);
      else await park(tx, row);
    },
    claim: async (tx, attempt, by) => {
      const row = await lockWaiting(tx, attempt);
      if (row && !knows(row)) {
        await setWait(tx, row, 'upgrade', 'Waiting for a newer version of the server');
      } else if (row) {
        const { running } = await lockShare(tx, row.tenantId, row.id);
        if (running < perTenant) return begin(tx, attempt, by);
        await park(tx, row);
      }
      await pass(tx, attempt.tenantId);
      return undefined;
    },
    pass,
  };
};
