import { bigint, customType, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
type State = Record<string, unknown>;

/** The tenant's chain, as platform/audit writes it. */
export const auditLog = pgSchema('quadrax').table('audit_log', {
  id: bigint('id', { mode: 'number' }).notNull(),
  at: timestamp('at', { withTimezone: true, precision: 3 }).notNull(),
  action: text('action').notNull(),
  accountId: uuid('account_id'),
  credentialId: uuid('credential_id'),
  resourceId: uuid('resource_id'),
  address: text('address').notNull(),
  requestId: text('request_id').notNull(),
  before: jsonb('before').$type<State>(),
  after: jsonb('after').$type<State>(),
  hash: bytes('hash').notNull(),
});

/** The members of the transaction's tenant by name. */
export const people = pgSchema('auth')
  .view('people', {
    accountId: uuid('account_id').notNull(),
    email: text('email').notNull(),
    name: text('name').notNull(),
  })
  .existing();
