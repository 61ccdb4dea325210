import { z } from 'zod';
import {
  emailSchema,
  passwordSchema,
  personNameSchema,
  roleSchema,
  usernameSchema,
  userSchema,
} from './identity.ts';
import { idParamsSchema, idSchema, nameSchema, sortedQuery, timestampSchema } from './paging.ts';
import { apiKeyScopeSchema, route } from './route.ts';

/** One sign-in that has not ended: a browser, a command line, a program. */
export const openSessionSchema = z
  .object({
    id: idSchema,
    current: z.boolean().describe('Whether it is the session that asks.'),
    userAgent: z.string(),
    address: z.string().describe('Where it was opened from.'),
    createdAt: timestampSchema,
    lastUsedAt: timestampSchema.describe('When its tokens were last renewed.'),
    expiresAt: timestampSchema.describe('When it ends unless it is used before.'),
  })
  .meta({ id: 'OpenSession' });
export type OpenSession = z.infer<typeof openSessionSchema>;

/** One of the tenants that an account belongs to. */
export const membershipSchema = z
  .object({
    tenantId: idSchema,
    name: z.string(),
    slug: z.string(),
    role: roleSchema,
    home: z.boolean().describe('The one that a call without X-Tenant-ID means.'),
  })
  .meta({ id: 'Membership' });
export type Membership = z.infer<typeof membershipSchema>;

/** A key that speaks for its owner in one tenant, within its scopes. */
export const apiKeySchema = z
  .object({
    id: idSchema,
    name: z.string(),
    prefix: z.string().describe('How the key begins, to tell it from others.'),
    scopes: z.array(apiKeyScopeSchema),
    createdAt: timestampSchema,
    expiresAt: timestampSchema.optional(),
    lastUsedAt: timestampSchema.optional().describe('To the minute.'),
    lastUsedFrom: z.string().optional(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKeySchema>;

export const newApiKeySchema = apiKeySchema
  .extend({ key: z.string().describe('Shown this once and stored nowhere.') })
  .meta({ id: 'NewApiKey' });
export type NewApiKey = z.infer<typeof newApiKeySchema>;

const ownAccount = {
  envelope: 'data',
  cursor: 'none',
  idempotency: 'natural',
  etag: 'none',
  cache: 'none',
  permission: 'account',
} as const;

const ending = {
  ...ownAccount,
  reply: z.null(),
  envelope: 'empty',
  status: 204,
  rate: 'write',
} as const;

const list = {
  ...ownAccount,
  method: 'GET',
  query: sortedQuery(['createdAt']),
  envelope: 'list',
  cursor: 'sorted',
  status: 200,
  errors: ['INVALID_CURSOR'],
  audit: 'none',
  rate: 'read',
} as const;

/** What a person does with their own account. */
export const account = {
  me: route({
    ...ownAccount,
    method: 'GET',
    path: '/auth/me',
    summary: 'Who is signed in, and in which tenant',
    permission: 'read',
    reply: userSchema,
    etag: 'send',
    status: 200,
    errors: [],
    audit: 'none',
    rate: 'read',
  }),
  sessions: route({
    ...list,
    path: '/auth/sessions',
    summary: 'Where you are signed in, newest first',
    reply: openSessionSchema,
  }),
  endSession: route({
    ...ending,
    method: 'DELETE',
    path: '/auth/sessions/:id',
    summary: 'End one of your sessions',
    params: idParamsSchema,
    errors: ['NOT_FOUND'],
    audit: 'session.revoked',
  }),
  endOtherSessions: route({
    ...ending,
    method: 'DELETE',
    path: '/auth/sessions',
    summary: 'End all of your sessions but this one',
    errors: [],
    audit: 'session.others_revoked',
  }),
  logoutAll: route({
    ...ending,
    method: 'POST',
    path: '/auth/logout-all',
    summary: 'End all of your sessions, this one too',
    errors: [],
    audit: 'session.all_revoked',
  }),
  changePassword: route({
    ...ending,
    method: 'POST',
    path: '/auth/change-password',
    summary: 'Change your password; all other sessions end',
    body: z.object({ currentPassword: z.string().min(1).max(1024), newPassword: passwordSchema }),
    errors: ['ACCOUNT_LOCKED'],
    audit: 'account.password_changed',
    rate: 'login',
  }),
  updateMe: route({
    ...ownAccount,
    method: 'PATCH',
    path: '/auth/me',
    summary: 'Change your name or your user name',
    body: z
      .object({
        firstName: personNameSchema,
        lastName: personNameSchema,
        username: usernameSchema.nullable(),
      })
      .partial(),
    reply: userSchema,
    etag: 'match',
    status: 200,
    errors: ['TAKEN', 'PRECONDITION_FAILED'],
    audit: 'account.updated',
    rate: 'write',
  }),
  memberships: route({
    ...ownAccount,
    method: 'GET',
    path: '/auth/memberships',
    summary: 'The tenants you belong to',
    reply: z.array(membershipSchema),
    status: 200,
    errors: [],
    audit: 'none',
    rate: 'read',
  }),
  leave: route({
    ...ending,
    method: 'DELETE',
    path: '/auth/memberships/:id',
    summary: 'Leave a tenant',
    params: idParamsSchema,
    errors: ['NOT_FOUND', 'LAST_ADMINISTRATOR'],
    audit: 'membership.left',
  }),
  join: route({
    ...ownAccount,
    method: 'POST',
    path: '/auth/join',
    summary: 'Accept an invitation with the account that is signed in',
    body: z.object({ token: z.string().min(20).max(200) }),
    reply: membershipSchema,
    status: 200,
    errors: ['LINK_INVALID', 'FORBIDDEN'],
    audit: 'invitation.accepted',
    rate: 'login',
  }),
  resendVerification: route({
    ...ending,
    method: 'POST',
    path: '/auth/verify-email/resend',
    summary: 'Send the link that confirms your email address again',
    errors: ['CONFLICT'],
    audit: 'account.verification_sent',
    rate: 'mail',
  }),
  changeEmail: route({
    ...ending,
    method: 'POST',
    path: '/auth/change-email',
    summary: 'Change your email address; it takes effect once the new one is confirmed',
    body: z.object({ email: emailSchema, password: z.string().min(1).max(1024) }),
    errors: ['ACCOUNT_LOCKED'],
    audit: 'account.email_change_requested',
    rate: 'mail',
  }),
  apiKeys: route({
    ...list,
    path: '/auth/api-keys',
    summary: 'Your API keys of this tenant, newest first',
    reply: apiKeySchema,
  }),
  createApiKey: route({
    ...ownAccount,
    method: 'POST',
    path: '/auth/api-keys',
    summary: 'Make an API key',
    // A kept answer would keep the secret too.
    idempotency: 'none',
    body: z.object({
      name: nameSchema,
      scopes: z.array(apiKeyScopeSchema).min(1, 'Choose what the key may do.').max(3).default(['read']),
      expiresAt: timestampSchema.optional().describe('Absent: it does not expire.'),
    }),
    reply: newApiKeySchema,
    status: 201,
    errors: ['CONFLICT'],
    audit: 'api_key.created',
    rate: 'write',
  }),
  revokeApiKey: route({
    ...ending,
    method: 'DELETE',
    path: '/auth/api-keys/:id',
    summary: 'Revoke an API key',
    params: idParamsSchema,
    errors: ['NOT_FOUND'],
    audit: 'api_key.revoked',
  }),
} as const;
