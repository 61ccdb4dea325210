import { bigint, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export type ObjectCategory = 'uploads' | 'cache' | 'logs' | 'models';

export const objects = pgSchema('quadrax').table('objects', {
  tenantId: uuid('tenant_id').notNull(),
  id: uuid('id').notNull(),
  category: text('category').$type<ObjectCategory>().notNull(),
  key: text('key').notNull(),
  state: text('state').$type<'pending' | 'stored' | 'deleted'>().notNull(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  sha256: text('sha256').notNull(),
  writer: uuid('writer').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
});
