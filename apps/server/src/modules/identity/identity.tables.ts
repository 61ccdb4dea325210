import type { ApiKeyScope, Role } from '@quadrax/contract';
import { bigint, boolean, customType, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const auth = pgSchema('auth');
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const tenants = auth.table('tenants', {
  tenantId: uuid('tenant_id').primaryKey(),
  name: text('name').notNull(),
  slug: text('slug').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

export const accounts = auth.table('accounts', {
  id: uuid('id').primaryKey(),
  email: text('email').notNull(),
  username: text('username'),
  firstName: text('first_name').notNull(),
  lastName: text('last_name').notNull(),
  /** null for one that signs in elsewhere, or has yet to choose a password. */
  passwordHash: text('password_hash'),
  emailVerifiedAt: at('email_verified_at'),
  homeTenantId: uuid('home_tenant_id').notNull(),
  platformAdministrator: boolean('platform_administrator').notNull().default(false),
  disabledAt: at('disabled_at'),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

export const memberships = auth.table('memberships', {
  tenantId: uuid('tenant_id').notNull(),
  accountId: uuid('account_id').notNull(),
  role: text('role').$type<Role>().notNull(),
  deactivatedAt: at('deactivated_at'),
  createdAt: at('created_at').notNull().defaultNow(),
  updatedAt: at('updated_at').notNull().defaultNow(),
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

export type LinkPurpose = 'verify' | 'reset';

export const accountLinks = auth.table('account_links', {
  id: uuid('id').primaryKey(),
  purpose: text('purpose').$type<LinkPurpose>().notNull(),
  accountId: uuid('account_id').notNull(),
  email: text('email').notNull(),
  tokenHash: bytea('token_hash').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
});

export const resetRequests = auth.table('reset_requests', {
  id: uuid('id').primaryKey(),
  email: text('email').notNull(),
  address: text('address').notNull(),
  requestId: text('request_id').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
});

export const invitations = auth.table('invitations', {
  tenantId: uuid('tenant_id').notNull(),
  id: uuid('id').notNull(),
  email: text('email').notNull(),
  role: text('role').$type<Role>().notNull(),
  invitedBy: uuid('invited_by'),
  linkHash: bytea('link_hash').notNull(),
  mailHash: bytea('mail_hash').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  expiresAt: at('expires_at').notNull(),
  acceptedAt: at('accepted_at'),
  revokedAt: at('revoked_at'),
});

export const apiKeys = auth.table('api_keys', {
  tenantId: uuid('tenant_id').notNull(),
  id: uuid('id').notNull(),
  accountId: uuid('account_id').notNull(),
  name: text('name').notNull(),
  prefix: text('prefix').notNull(),
  secretHash: bytea('secret_hash').notNull(),
  scopes: text('scopes').array().$type<ApiKeyScope[]>().notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
  expiresAt: at('expires_at'),
  lastUsedAt: at('last_used_at'),
  lastUsedFrom: text('last_used_from'),
  revokedAt: at('revoked_at'),
});

export const externalIdentities = auth.table('external_identities', {
  issuer: text('issuer').notNull(),
  subject: text('subject').notNull(),
  accountId: uuid('account_id').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
});
