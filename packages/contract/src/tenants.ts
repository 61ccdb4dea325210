import { z } from 'zod';
import { idParamsSchema, idSchema, nameSchema, timestampSchema } from './paging.ts';
import { route } from './route.ts';

/** What people call a workspace. */
export const tenantSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    slug: z.string().describe('A short name for X-Tenant-ID. It stays when the tenant is renamed.'),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
  })
  .meta({ id: 'Tenant' });
export type Tenant = z.infer<typeof tenantSchema>;

const one = {
  path: '/tenants/:id',
  params: idParamsSchema,
  reply: tenantSchema,
  envelope: 'data',
  cursor: 'none',
  idempotency: 'natural',
  cache: 'none',
  status: 200,
} as const;

/** The tenant that a call is made in. */
export const tenants = {
  get: route({
    ...one,
    method: 'GET',
    summary: 'The tenant that you are in',
    permission: 'read',
    etag: 'send',
    errors: ['NOT_FOUND'],
    audit: 'none',
    rate: 'read',
  }),
  update: route({
    ...one,
    method: 'PATCH',
    summary: 'Rename the tenant that you are in',
    permission: 'admin',
    body: z.object({ name: nameSchema }),
    etag: 'match',
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
    audit: 'tenant.renamed',
    rate: 'write',
  }),
} as const;
