import { z } from 'zod';
import { readingOptions, readingSchema } from './datakit-reading.ts';
import { columnTypeSchema, datakitSchema, datakitStatusSchema, fileFormatSchema } from './datakit-shapes.ts';
import { idParamsSchema, idSchema, sortedQuery, timestampSchema } from './paging.ts';
import { route } from './route.ts';

const versionNumberSchema = z.coerce.number().int().min(1).max(1_000_000);

/** What every read of a datakit's content takes. */
export const versionQuerySchema = z.object({
  version: versionNumberSchema.optional().describe('Absent: the current one.'),
});

export const madeSchema = z.enum(['uploaded', 'sample', 'transformed', 'appended', 'replaced', 'predicted']);
export type Made = z.infer<typeof madeSchema>;

export const datakitVersionSchema = z
  .object({
    version: z.number().int().positive(),
    status: datakitStatusSchema,
    current: z.boolean().describe('Whether it is the one that is read where no version is named.'),
    made: madeSchema.describe('How it came about.'),
    parents: z
      .array(z.object({ kind: z.enum(['datakit', 'model']), id: idSchema, version: z.number().int() }))
      .describe('What it was made of.'),
    recipe: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('What made it, as it was asked for: `sql` or `steps`, or a `prediction`.'),
    notes: z.array(z.string()).describe('What a person should know of how it was made.'),
    format: fileFormatSchema,
    fileName: z.string(),
    reading: readingSchema.optional().describe('How its file was read; absent where it has none.'),
    rows: z.number().int().nonnegative().nullable(),
    columns: z.array(z.object({ name: z.string(), type: columnTypeSchema })),
    sizeBytes: z.number().int().nonnegative(),
    sha256: z.string().describe('Of the uploaded file; of the stored table, where it was made here.'),
    createdBy: z.object({
      id: idSchema,
      name: z.string().optional().describe('While that person is a member.'),
    }),
    jobId: idSchema,
    error: z.string().optional(),
    createdAt: timestampSchema,
  })
  .meta({ id: 'DatakitVersion' });
export type DatakitVersion = z.infer<typeof datakitVersionSchema>;

export const lineageNodeSchema = z
  .object({
    id: z.string().describe('Names the node in `edges`.'),
    kind: z.enum(['datakit', 'model']),
    resourceId: idSchema,
    version: z.number().int(),
    name: z.string(),
    made: madeSchema.optional().describe('Of a datakit.'),
    rows: z.number().int().nullable().optional().describe('Of a datakit.'),
    deployed: z.boolean().optional().describe('Of a model: whether it answers predictions.'),
    deleted: z.boolean().describe('It was deleted, and is shown for what came of it.'),
    createdAt: timestampSchema,
  })
  .meta({ id: 'LineageNode' });
export type LineageNode = z.infer<typeof lineageNodeSchema>;

export const lineageSchema = z
  .object({
    nodes: z.array(lineageNodeSchema),
    edges: z.array(z.object({ from: z.string(), to: z.string(), how: z.string() })),
    truncated: z.boolean().describe('There is more than is shown.'),
  })
  .meta({ id: 'Lineage' });
export type Lineage = z.infer<typeof lineageSchema>;

const read = {
  method: 'GET',
  permission: 'read',
  status: 200,
  idempotency: 'natural',
  audit: 'none',
  rate: 'read',
  cache: 'none',
} as const;

const addRows = {
  method: 'POST',
  permission: 'write',
  params: idParamsSchema,
  multipart: true,
  body: z.object(readingOptions),
  reply: datakitSchema,
  status: 202,
  envelope: 'data',
  cursor: 'none',
  idempotency: 'key',
  etag: 'none',
  rate: 'write',
  cache: 'none',
  errors: [
    'NOT_FOUND',
    'NOT_READY',
    'CONFLICT',
    'COLUMNS_DIFFER',
    'NO_FILE',
    'EMPTY_FILE',
    'UPLOAD_INTERRUPTED',
    'TOO_LARGE',
    'UNSUPPORTED_TYPE',
    'UNREADABLE_FILE',
    'VIRUS_FOUND',
    'UNAVAILABLE',
    'NO_SPACE',
  ],
} as const;

const versionParamsSchema = idParamsSchema.extend({ version: versionNumberSchema });

export const datakitVersions = {
  versions: route({
    ...read,
    path: '/datakits/:id/versions',
    summary: 'Its versions, newest first unless sorted otherwise',
    params: idParamsSchema,
    query: sortedQuery(['version']),
    reply: datakitVersionSchema,
    envelope: 'list',
    cursor: 'sequence',
    etag: 'none',
    errors: ['NOT_FOUND', 'INVALID_CURSOR'],
  }),
  version: route({
    ...read,
    path: '/datakits/:id/versions/:version',
    summary: 'One version',
    params: versionParamsSchema,
    reply: datakitVersionSchema,
    envelope: 'data',
    cursor: 'none',
    etag: 'send',
    errors: ['NOT_FOUND'],
  }),
  restoreVersion: route({
    method: 'POST',
    permission: 'write',
    path: '/datakits/:id/versions/:version/restore',
    summary: 'Make an earlier version the current one again',
    params: versionParamsSchema,
    reply: datakitSchema,
    status: 200,
    envelope: 'data',
    cursor: 'none',
    idempotency: 'natural',
    etag: 'none',
    rate: 'write',
    cache: 'none',
    errors: ['NOT_FOUND', 'NOT_READY'],
    audit: 'datakit.version_restored',
  }),
  append: route({
    ...addRows,
    path: '/datakits/:id/append',
    summary: 'Upload further rows with the same columns: a new version',
    audit: 'datakit.appended',
  }),
  replace: route({
    ...addRows,
    path: '/datakits/:id/replace',
    summary: 'Upload a newer file with the same columns: a new version',
    audit: 'datakit.replaced',
  }),
  lineage: route({
    ...read,
    path: '/datakits/:id/lineage',
    summary: 'What it was made of, back to the source, and what was made of it',
    params: idParamsSchema,
    reply: lineageSchema,
    envelope: 'data',
    cursor: 'none',
    etag: 'none',
    errors: ['NOT_FOUND'],
  }),
} as const;
