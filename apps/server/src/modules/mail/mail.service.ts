import type { Mail, mail as routes, MailMessage, Query } from '@quadrax/contract';
import type { Database } from '#platform/db';
import { notFound } from '#platform/errors';
import { sortedPageOf } from '#platform/http';
import type { Change, Cursors, ListPage } from '#platform/http';
import type { Mail as Mails, MailRow } from '#platform/mail';
import { findMail, listMails } from './mail.store.ts';
import type { MailSummaryRow } from './mail.store.ts';

export interface MailService {
  list(query: Query<typeof routes.list>): Promise<ListPage<Mail>>;
  get(change: Change, id: string): Promise<MailMessage>;
  /** @throws AppError NOT_FOUND; NOT_CONFIGURED without a mail server. */
  send(change: Change, id: string): Promise<Mail>;
}

const mailView = (row: MailSummaryRow): Mail => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  recipient: row.recipient,
  subject: row.subject,
  attempts: row.attempts,
  ...(row.state === 'waiting' && { nextAttemptAt: row.nextAttemptAt.toISOString() }),
  ...(row.lastError !== null && { error: row.lastError }),
  createdAt: row.createdAt.toISOString(),
  ...(row.sentAt && { sentAt: row.sentAt.toISOString() }),
});

const messageView = (row: MailRow): MailMessage => ({
  ...mailView(row),
  text: row.bodyText,
  html: row.bodyHtml,
});

export const createMailService = ({
  db,
  mail,
  cursors,
}: {
  readonly db: Database;
  readonly mail: Mails;
  readonly cursors: Cursors;
}): MailService => ({
  list: (query) =>
    sortedPageOf(cursors, query, mailView, (page) => db.system((tx) => listMails(tx, query, page))),
  get: (change, id) =>
    change.system(async (tx) => {
      const row = await findMail(tx, id);
      if (!row) throw notFound('mail');
      const { recipient, subject } = row;
      return { reply: messageView(row), after: { recipient, subject } };
    }),
  send: (change, id) =>
    change.system(async (tx) => {
      const row = await mail.resend(tx, id);
      if (!row) throw notFound('mail');
      const after = mailView(row);
      return { reply: after, after };
    }),
});
