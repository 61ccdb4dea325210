import type { Role } from '@quadrax/contract';
import { bigint, boolean, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const auth = pgSchema('auth');
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const tenants = auth.table('tenants', {
  tenantId: uuid('tenant_id').primaryKey(),
  name: text('name').notNull(),
  slug: text('slug').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
});

export const accounts = auth.table('accounts', {
  id: uuid('id').primaryKey(),
  email: text('email').notNull(),
  username: text('username'),
  firstName: text('first_name').notNull(),
  lastName: text('last_name').notNull(),
  passwordHash: text('password_hash').notNull(),
  homeTenantId: uuid('home_tenant_id').notNull(),
  platformAdministrator: boolean('platform_administrator').notNull().default(false),
  disabledAt: at('disabled_at'),
  createdAt: at('created_at').notNull().defaultNow(),
});

export const memberships = auth.table('memberships', {
  tenantId: uuid('tenant_id').notNull(),
  accountId: uuid('account_id').notNull(),
  role: text('role').$type<Role>().notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
});

export const sessions = auth.table('sessions', {
  id: uuid('id').primaryKey(),
  accountId: uuid('account_id').notNull(),
  userAgent: text('user_agent').notNull(),
  address: text('address').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  lastUsedAt: at('last_used_at').notNull().defaultNow(),
  expiresAt: at('expires_at').notNull(),
  revokedAt: at('revoked_at'),
  revokedBecause: text('revoked_because'),
});

export const refreshTokens = auth.table('refresh_tokens', {
  id: uuid('id').primaryKey(),
  sessionId: uuid('session_id').notNull(),
  client: text('client').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  usedAt: at('used_at'),
});

export const loginFailures = auth.table('login_failures', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  identifier: text('identifier').notNull(),
  address: text('address').notNull(),
  failedAt: at('failed_at').notNull().defaultNow(),
});
