import { integer, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const quadrax = pgSchema('quadrax');
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export type MailState = 'kept' | 'waiting' | 'sent' | 'failed';

export const outbox = quadrax.table('outbox', {
  tenantId: uuid('tenant_id').notNull(),
  id: uuid('id').notNull(),
  kind: text('kind').notNull(),
  recipient: text('recipient').notNull(),
  subject: text('subject').notNull(),
  bodyText: text('body_text').notNull(),
  bodyHtml: text('body_html').notNull(),
  state: text('state').$type<MailState>().notNull(),
  round: integer('round').notNull().default(1),
  attempts: integer('attempts').notNull().default(0),
  nextAttemptAt: at('next_attempt_at').notNull().defaultNow(),
  worker: uuid('worker'),
  lastError: text('last_error'),
  createdAt: at('created_at').notNull().defaultNow(),
  sentAt: at('sent_at'),
});

export type MailRow = typeof outbox.$inferSelect;
