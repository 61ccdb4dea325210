import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { pid } from 'node:process';
import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import type { Tx } from './transactions.ts';

/**
 * Makes this process known and holds its advisory lock: PostgreSQL lets go of it the moment the process dies,
 * however it dies, so that others see the death at once and without guessing at a timeout.
 */
export const announce = async (db: Database): Promise<string> => {
  const id = randomUUID();
  const lock = await db.system(async (tx) => {
    const { rows } = await tx.execute<{ lock: string }>(sql`SELECT nextval('quadrax.worker_locks') AS lock`);
    return rows[0]?.lock ?? '0';
  });
  // The lock is held before the row is there: a row without a lock means dead.
  await db.listener.hold(lock);
  const enrol = (): Promise<unknown> =>
    db.system((tx) =>
      tx.execute(sql`
        INSERT INTO quadrax.workers (id, lock, host, pid) VALUES (${id}, ${lock}, ${hostname()}, ${pid})
        ON CONFLICT (id) DO NOTHING`),
    );
  await enrol();
  // While the connection was away, others may have taken this process for dead and off the list.
  db.listener.onReconnect(() => void enrol().catch(() => {}));
  return id;
};

/** What all processes of this database have in common, and those of no other. */
export const installationOf = async (tx: Tx): Promise<string> => {
  const { rows } = await tx.execute<{ id: string }>(sql`SELECT id FROM quadrax.installation`);
  return rows[0]?.id ?? '';
};

/** A process that was announced and whose lock nobody holds. */
export interface MissingWorker extends Record<string, unknown> {
  readonly id: string;
  readonly lock: string;
  readonly host: string;
  readonly pid: number;
}

/** Processes that do not hold their lock: dead, or for a moment without their connection. */
export const missingWorkers = async (tx: Tx): Promise<MissingWorker[]> => {
  const { rows } = await tx.execute<MissingWorker>(sql`
    SELECT w.id, w.lock, w.host, w.pid FROM quadrax.workers w
    WHERE NOT EXISTS (
      SELECT 1 FROM pg_locks l
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND ((l.classid::bigint << 32) | l.objid::bigint) = w.lock)
    ORDER BY w.started_at`);
  return rows;
};

/**
 * Puts right what a missing process left, under its lock: should it come back, it waits until that is done. The lock is
 * held by the listening connection, so that the work has all connections of the pools for itself.
 * @returns false: it is back, or another process is at it
 */
export const takeOver = (
  db: Pick<Database, 'listener'>,
  { lock }: MissingWorker,
  work: () => Promise<void>,
): Promise<boolean> => db.listener.under(lock, work);

/** Takes a process off the list, once everything it left has been put right. */
export const forget = async (tx: Tx, worker: string): Promise<void> => {
  await tx.execute(sql`DELETE FROM quadrax.workers WHERE id = ${worker}`);
};
