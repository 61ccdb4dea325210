import { and, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { Tx } from '../db/index.ts';
import { outbox } from './outbox.tables.ts';
import type { MailRow } from './outbox.tables.ts';

/** Notified when a mail is due. */
export const mailChannel = 'quadrax_mail';

const ring = (tx: Tx): Promise<unknown> => tx.execute(sql`SELECT pg_notify(${mailChannel}, '')`);

type NewMail = Pick<
  MailRow,
  'tenantId' | 'id' | 'kind' | 'recipient' | 'subject' | 'bodyText' | 'bodyHtml' | 'state'
>;

/** Couriers hear of it when the transaction commits, and of nothing if it does not. */
export const insertMail = async (tx: Tx, mail: NewMail): Promise<void> => {
  await tx.insert(outbox).values(mail);
  if (mail.state === 'waiting') await ring(tx);
};

/** Mails that are due, up to `most`, claimed by `worker` until the lease ends. Processes take different ones. */
export const claimMails = (tx: Tx, worker: string, most: number, leaseMs: number): Promise<MailRow[]> => {
  const due = tx.$with('due').as(
    tx
      .select({ id: outbox.id })
      .from(outbox)
      .where(and(eq(outbox.state, 'waiting'), lte(outbox.nextAttemptAt, sql`now()`)))
      .orderBy(outbox.nextAttemptAt)
      .limit(most)
      .for('update', { skipLocked: true }),
  );
  return tx
    .with(due)
    .update(outbox)
    .set({
      worker,
      attempts: sql`${outbox.attempts} + 1`,
      nextAttemptAt: sql`now() + ${leaseMs} * interval '1 ms'`,
    })
    .where(inArray(outbox.id, tx.select({ id: due.id }).from(due)))
    .returning();
};

/** The row as this claim left it: what another process has claimed since is not touched. */
const claimed = ({ id, worker, round, attempts }: MailRow) =>
  and(
    eq(outbox.id, id),
    worker === null ? isNull(outbox.worker) : eq(outbox.worker, worker),
    eq(outbox.round, round),
    eq(outbox.attempts, attempts),
    eq(outbox.state, 'waiting'),
  );

export const recordSent = async (tx: Tx, mail: MailRow): Promise<void> => {
  await tx
    .update(outbox)
    .set({ state: 'sent', worker: null, lastError: null, sentAt: sql`now()` })
    .where(claimed(mail));
};

/** A failed attempt; `retryInMs` undefined: the last. */
export const recordFailure = async (
  tx: Tx,
  mail: MailRow,
  lastError: string,
  retryInMs: number | undefined,
): Promise<void> => {
  const next =
    retryInMs === undefined
      ? { state: 'failed' as const }
      : { nextAttemptAt: sql`now() + ${retryInMs} * interval '1 ms'` };
  await tx
    .update(outbox)
    .set({ ...next, worker: null, lastError })
    .where(claimed(mail));
};

/** Gives claims back at once: of one mail, or of everything that a process had when it died. */
export const releaseMails = async (tx: Tx, worker: string, only?: MailRow): Promise<void> => {
  await tx
    .update(outbox)
    .set({ worker: null, nextAttemptAt: sql`now()` })
    .where(only ? claimed(only) : and(eq(outbox.worker, worker), eq(outbox.state, 'waiting')));
  await ring(tx);
};

/**
 * Makes a mail due at once, whatever became of it. One that waits is brought forward; one that is being sent just now
 * is left to that.
 * @returns the row as it is then; undefined if there is none
 */
export const requeueMail = async (tx: Tx, id: string): Promise<MailRow | undefined> => {
  const [mail] = await tx.select().from(outbox).where(eq(outbox.id, id)).for('update');
  if (!mail) return undefined;
  const [changed] = await tx
    .update(outbox)
    .set({
      state: 'waiting',
      worker: null,
      attempts: 0,
      nextAttemptAt: sql`now()`,
      sentAt: null,
      round: mail.state === 'sent' ? mail.round + 1 : mail.round,
    })
    .where(
      and(
        eq(outbox.id, id),
        or(sql`${outbox.state} <> 'waiting'`, isNull(outbox.worker), lte(outbox.nextAttemptAt, sql`now()`)),
      ),
    )
    .returning();
  await ring(tx);
  return changed ?? mail;
};

/** Mails removed at once, so that nobody waits for the rest. */
const mostDeleted = 5000;

/** @returns how many were removed. */
export const deleteOldMails = async (tx: Tx, days: number): Promise<number> => {
  const { rowCount } = await tx.execute(sql`
    DELETE FROM quadrax.outbox WHERE id IN (
      SELECT id FROM quadrax.outbox
      WHERE created_at < now() - make_interval(days => ${days}) AND state <> 'waiting'
      ORDER BY created_at LIMIT ${mostDeleted})`);
  return rowCount ?? 0;
};
