import { z } from 'zod';
import { idSchema, sortedQuery, timestampSchema } from './paging.ts';
import { route } from './route.ts';

/** Who did what to which resource, from where, when, and what it changed. */
export const auditEntrySchema = z
  .object({
    id: z.number().int().positive().describe('The place in the tenant’s chain.'),
    at: timestampSchema,
    action: z.string().describe('Such as `model.deployed`.'),
    actor: z
      .object({ id: idSchema, name: z.string().optional(), email: z.string().optional() })
      .optional()
      .describe('The account; without a name if it has left the tenant.'),
    resourceId: idSchema.optional(),
    address: z.string(),
    requestId: z.string(),
    credentialId: idSchema.optional().describe('The session or the API key that was used.'),
    before: z.record(z.string(), z.unknown()).optional(),
    after: z.record(z.string(), z.unknown()).optional(),
    hash: z.string().describe('SHA-256 over this entry and the hash of the one before it.'),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

const filterSchema = z.object({
  action: z.string().max(100).optional().describe('`model.deployed`, or `model` for all of a kind.'),
  actor: idSchema.optional(),
  resource: idSchema.optional(),
  from: timestampSchema.optional(),
  to: timestampSchema.optional(),
  search: z
    .string()
    .trim()
    .max(100)
    .optional()
    .describe('Part of an action, address, name or changed value.'),
});
export type AuditFilter = z.infer<typeof filterSchema>;

const read = {
  method: 'GET',
  permission: 'admin',
  status: 200,
  idempotency: 'natural',
  etag: 'none',
  audit: 'none',
  rate: 'read',
  cache: 'none',
} as const;

export const audit = {
  list: route({
    ...read,
    path: '/audit',
    summary: 'What happened in the tenant, newest first unless sorted otherwise',
    query: sortedQuery(['id']).extend(filterSchema.shape),
    reply: auditEntrySchema,
    envelope: 'list',
    cursor: 'sequence',
    errors: ['INVALID_CURSOR'],
  }),
  export: route({
    ...read,
    path: '/audit/export',
    summary: 'The entries as a file, oldest first',
    query: filterSchema.extend({ format: z.enum(['csv', 'ndjson']).default('csv') }),
    reply: z.unknown(),
    envelope: 'file',
    contentTypes: ['text/csv', 'application/x-ndjson'],
    cursor: 'none',
    errors: [],
  }),
  verify: route({
    ...read,
    path: '/audit/verification',
    summary: 'Whether the tenant’s log is as it was written',
    reply: z
      .object({
        rows: z.number().int(),
        intact: z.boolean(),
        broken: z
          .object({ id: z.number().int(), problem: z.enum(['changed', 'missing']) })
          .optional()
          .describe('The first entry that is not.'),
      })
      .meta({ id: 'AuditVerification' }),
    envelope: 'data',
    cursor: 'none',
    errors: [],
    rate: 'compute',
  }),
} as const;
