import type { MailState, Sort } from '@quadrax/contract';
import { and, eq, getTableColumns, ilike } from 'drizzle-orm';
import { byTime, containing, keyset } from '#platform/db';
import type { PageRows, SortedPage, Tx } from '#platform/db';
import { outbox } from '#platform/mail';
import type { MailRow } from '#platform/mail';

export interface MailFilter {
  readonly state?: MailState | undefined;
  readonly recipient?: string | undefined;
}

const { bodyText: _text, bodyHtml: _html, ...summary } = getTableColumns(outbox);

export type MailSummaryRow = Omit<MailRow, 'bodyText' | 'bodyHtml'>;

const sorted = keyset({ createdAt: byTime(outbox.createdAt) }, outbox.id);

/** The rows of a page, without their bodies. */
export const listMails = (
  tx: Tx,
  { state, recipient }: MailFilter,
  page: SortedPage<Sort<'createdAt'>>,
): Promise<PageRows<MailSummaryRow>> => {
  const fits = and(
    state && eq(outbox.state, state),
    recipient === undefined ? undefined : ilike(outbox.recipient, containing(recipient)),
  );
  return sorted(tx, page, fits, (where) => tx.select(summary).from(outbox).where(where));
};

export const findMail = async (tx: Tx, id: string): Promise<MailRow | undefined> => {
  const [row] = await tx.select().from(outbox).where(eq(outbox.id, id));
  return row;
};
