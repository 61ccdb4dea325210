import { z } from 'zod';
import { idParamsSchema, idSchema, sortedQuery, timestampSchema } from './paging.ts';
import { route } from './route.ts';

/** An account as whoever runs the installation sees it. */
export const platformAccountSchema = z
  .object({
    id: idSchema,
    email: z.string(),
    emailVerified: z.boolean(),
    firstName: z.string(),
    lastName: z.string(),
    administrator: z.boolean().describe('Whether it is a platform administrator.'),
    disabled: z.boolean(),
    tenants: z.array(z.object({ tenantId: idSchema, name: z.string() })),
    createdAt: timestampSchema,
    lastSeenAt: timestampSchema.optional(),
  })
  .meta({ id: 'PlatformAccount' });
export type PlatformAccount = z.infer<typeof platformAccountSchema>;

const operator = {
  envelope: 'data',
  cursor: 'none',
  idempotency: 'natural',
  etag: 'none',
  cache: 'none',
  permission: 'platform',
  status: 200,
} as const;

/** What the platform administrator sees to, across tenants. */
export const platform = {
  accounts: route({
    ...operator,
    method: 'GET',
    path: '/platform/accounts',
    summary: 'Every account, newest first unless sorted otherwise',
    query: sortedQuery(['createdAt', 'email']).extend({
      search: z.string().trim().max(100).optional().describe('Part of a name or an address.'),
      disabled: z.enum(['true', 'false']).optional(),
    }),
    reply: platformAccountSchema,
    envelope: 'list',
    cursor: 'sorted',
    errors: ['INVALID_CURSOR'],
    audit: 'none',
    rate: 'read',
  }),
  updateAccount: route({
    ...operator,
    method: 'PATCH',
    path: '/platform/accounts/:id',
    summary: 'Disable or enable an account; make it a platform administrator or not',
    params: idParamsSchema,
    body: z.object({ disabled: z.boolean(), administrator: z.boolean() }).partial(),
    reply: platformAccountSchema,
    errors: ['NOT_FOUND', 'LAST_ADMINISTRATOR', 'CONFLICT'],
    audit: 'platform.account_updated',
    rate: 'write',
  }),
} as const;
