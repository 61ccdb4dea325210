import { z } from 'zod';
import { emailSchema, passwordSchema, personNameSchema, roleSchema } from './identity.ts';
import { idParamsSchema, idSchema, sortedQuery, timestampSchema } from './paging.ts';
import { route } from './route.ts';

/** An account as a member of this tenant. */
export const memberSchema = z
  .object({
    id: idSchema,
    email: z.string(),
    emailVerified: z.boolean(),
    firstName: z.string(),
    lastName: z.string(),
    username: z.string().optional(),
    role: roleSchema,
    active: z.boolean().describe('Whether it may enter this tenant.'),
    disabled: z
      .boolean()
      .describe('Whether the account is disabled on the whole platform; then it is not active.'),
    joinedAt: timestampSchema,
    updatedAt: timestampSchema.describe(
      'When the account or its membership last changed; being seen is no change.',
    ),
    lastSeenAt: timestampSchema.optional(),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof memberSchema>;

export const invitationSchema = z
  .object({
    id: idSchema,
    email: z.string(),
    role: roleSchema,
    invitedBy: z.string().optional(),
    createdAt: timestampSchema,
    expiresAt: timestampSchema,
    expired: z.boolean(),
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof invitationSchema>;

export const newInvitationSchema = invitationSchema
  .extend({
    link: z.string().describe('Opens the invitation. Shown this once; the mail carries one of its own.'),
    mailed: z.boolean().describe('Whether the server sends mail. If not, pass the link on yourself.'),
  })
  .meta({ id: 'NewInvitation' });
export type NewInvitation = z.infer<typeof newInvitationSchema>;

const member = {
  envelope: 'data',
  cursor: 'none',
  idempotency: 'natural',
  etag: 'none',
  cache: 'none',
  permission: 'admin',
  status: 200,
  rate: 'write',
} as const;

const list = {
  ...member,
  method: 'GET',
  envelope: 'list',
  cursor: 'sorted',
  audit: 'none',
  rate: 'read',
} as const;

const gone = { ...member, method: 'DELETE', reply: z.null(), envelope: 'empty', status: 204 } as const;

/** Who belongs to a tenant, and who is asked to. */
export const users = {
  list: route({
    ...list,
    path: '/users',
    summary: 'The members of the tenant, newest first unless sorted otherwise',
    permission: 'read',
    query: sortedQuery(['joinedAt', 'email']).extend({
      search: z.string().trim().max(100).optional().describe('Part of a name or an address.'),
      role: roleSchema.optional(),
      active: z.enum(['true', 'false']).optional(),
    }),
    reply: memberSchema,
    errors: ['INVALID_CURSOR'],
  }),
  get: route({
    ...member,
    method: 'GET',
    path: '/users/:id',
    summary: 'One member',
    permission: 'read',
    params: idParamsSchema,
    reply: memberSchema,
    etag: 'send',
    errors: ['NOT_FOUND'],
    audit: 'none',
    rate: 'read',
  }),
  create: route({
    ...member,
    method: 'POST',
    path: '/users',
    summary: 'Open an account that belongs to this tenant',
    body: z.object({
      email: emailSchema,
      firstName: personNameSchema,
      lastName: personNameSchema,
      role: roleSchema.default('USER'),
      password: passwordSchema.optional().describe('Absent: a link to choose one is sent.'),
    }),
    reply: memberSchema,
    status: 201,
    idempotency: 'key',
    errors: ['EMAIL_TAKEN'],
    audit: 'user.created',
    rate: 'mail',
  }),
  update: route({
    ...member,
    method: 'PATCH',
    path: '/users/:id',
    summary: 'Change a member’s role, or let them in or not',
    params: idParamsSchema,
    body: z.object({ role: roleSchema, active: z.boolean() }).partial(),
    reply: memberSchema,
    etag: 'match',
    errors: ['NOT_FOUND', 'LAST_ADMINISTRATOR', 'CONFLICT', 'PRECONDITION_FAILED'],
    audit: 'user.updated',
  }),
  remove: route({
    ...gone,
    path: '/users/:id',
    summary: 'Take a member out of the tenant; what they made stays',
    params: idParamsSchema,
    errors: ['NOT_FOUND', 'LAST_ADMINISTRATOR'],
    audit: 'user.removed',
  }),
  invitations: route({
    ...list,
    path: '/invitations',
    summary: 'Invitations that were not accepted yet, newest first unless sorted otherwise',
    query: sortedQuery(['createdAt', 'email']),
    reply: invitationSchema,
    errors: ['INVALID_CURSOR'],
  }),
  invite: route({
    ...member,
    method: 'POST',
    path: '/invitations',
    summary: 'Invite somebody; an earlier invitation of the same address is replaced',
    // A kept answer would keep the link too.
    idempotency: 'none',
    body: z.object({ email: emailSchema, role: roleSchema.default('USER') }),
    reply: newInvitationSchema,
    status: 201,
    errors: ['CONFLICT'],
    audit: 'invitation.created',
    rate: 'mail',
  }),
  revokeInvitation: route({
    ...gone,
    path: '/invitations/:id',
    summary: 'Withdraw an invitation',
    params: idParamsSchema,
    errors: ['NOT_FOUND'],
    audit: 'invitation.revoked',
  }),
} as const;
