import { and, count, eq, gt, isNull, lt, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { uploads } from './datakits.tables.ts';

export type UploadRow = typeof uploads.$inferSelect;

/** How long an upload is kept for after somebody last wrote to it, or tried to. */
const keptHours = 24;
const later = sql`now() + make_interval(hours => ${keptHours})`;

const there = (id: string) => and(eq(uploads.id, id), gt(uploads.expiresAt, sql`now()`));

export const insertUpload = async (
  tx: Tx,
  upload: Omit<typeof uploads.$inferInsert, 'expiresAt'>,
): Promise<UploadRow> => {
  const [row] = await tx
    .insert(uploads)
    .values({ ...upload, expiresAt: later })
    .returning();
  if (!row) throw new Error('The upload was not kept.');
  return row;
};

export const findUpload = async (tx: Tx, id: string): Promise<UploadRow | undefined> => {
  const [row] = await tx.select().from(uploads).where(there(id));
  return row;
};

/**
 * How many uploads of the tenant are under way, and the bytes that they have still to bring. Others who begin one wait
 * until this transaction ends.
 */
export const openUploads = async (
  tx: Tx,
  tenantId: string,
): Promise<{ readonly count: number; readonly missing: number }> => {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`uploads ${tenantId}`}, 0))`);
  const missing = sql<number>`COALESCE(sum(${uploads.bytes} - ${uploads.offsetBytes}), 0)::float8`;
  const [row] = await tx.select({ count: count(), missing }).from(uploads).where(isNull(uploads.completedAt));
  return row ?? { count: 0, missing: 0 };
};

export interface Turn {
  readonly worker: string;
  readonly turn: string;
}

/** Takes the one turn to write to an upload; undefined: it is not there, over, or another's. */
export const takeTurn = async (
  tx: Tx,
  id: string,
  { worker, turn }: Turn,
): Promise<UploadRow | undefined> => {
  const [row] = await tx
    .update(uploads)
    .set({ writer: worker, turn, expiresAt: later })
    .where(and(there(id), isNull(uploads.completedAt), isNull(uploads.writer)))
    .returning();
  return row;
};

const inTurn = (id: string, turn: string) => and(eq(uploads.id, id), eq(uploads.turn, turn));

/** Notes how much is kept. false: the turn was lost. */
export const moveOffset = async (tx: Tx, id: string, turn: string, offset: number): Promise<boolean> => {
  const rows = await tx
    .update(uploads)
    .set({ offsetBytes: offset, expiresAt: later })
    .where(inTurn(id, turn))
    .returning({ id: uploads.id });
  return rows.length > 0;
};

export const endTurn = async (tx: Tx, id: string, turn: string): Promise<void> => {
  await tx.update(uploads).set({ writer: null, turn: null }).where(inTurn(id, turn));
};

/** Notes what an upload became, which has its object now. false: the turn was lost. */
export const markComplete = async (
  tx: Tx,
  id: string,
  turn: string,
  { datakitId, version }: { readonly datakitId: string; readonly version: number },
): Promise<boolean> => {
  const rows = await tx
    .update(uploads)
    .set({
      objectId: null,
      datakitId,
      datakitVersion: version,
      writer: null,
      turn: null,
      completedAt: sql`now()`,
      expiresAt: later,
    })
    .where(inTurn(id, turn))
    .returning({ id: uploads.id });
  return rows.length > 0;
};

/** Removes an upload that nobody writes to, or whose turn it is. @returns its row, if it was there */
export const deleteUpload = async (tx: Tx, id: string, turn?: string): Promise<UploadRow | undefined> => {
  const free = turn === undefined ? and(there(id), isNull(uploads.writer)) : inTurn(id, turn);
  const [row] = await tx.delete(uploads).where(free).returning();
  return row;
};

/** Lets others go on with what a dead process was writing. */
export const releaseUploads = async (tx: Tx, deadWorker: string): Promise<void> => {
  await tx.update(uploads).set({ writer: null, turn: null }).where(eq(uploads.writer, deadWorker));
};

/** Removes uploads whose time is over, even in a turn: of that nothing was heard as long. @returns their objects, of those that were not complete, and how many there were */
export const deleteExpired = async (
  tx: Tx,
): Promise<{ readonly removed: number; readonly objects: string[] }> => {
  const rows = await tx
    .delete(uploads)
    .where(lt(uploads.expiresAt, sql`now()`))
    .returning({ objectId: uploads.objectId });
  return { removed: rows.length, objects: rows.flatMap(({ objectId }) => objectId ?? []) };
};
