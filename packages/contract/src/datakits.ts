import { z } from 'zod';
import {
  datakitSchema,
  datakitStatusSchema,
  fileContentTypes,
  previewSchema,
  profileSchema,
  sampleSchema,
} from './datakit-shapes.ts';
import { readingOptions } from './datakit-reading.ts';
import { datakitUploads } from './datakit-uploads.ts';
import { datakitVersions, versionQuerySchema } from './datakit-versions.ts';
import { datakitQueries } from './datakit-queries.ts';
import { deletedFilter, descriptionSchema, idParamsSchema, nameSchema, sortedQuery } from './paging.ts';
import { route } from './route.ts';

export * from './datakit-queries.ts';
export * from './datakit-shapes.ts';
export * from './datakit-uploads.ts';
export * from './datakit-versions.ts';

const read = {
  method: 'GET',
  permission: 'read',
  status: 200,
  idempotency: 'natural',
  audit: 'none',
  rate: 'read',
  cache: 'none',
} as const;
const cached = { cache: { seconds: 300, of: 'datakits' } } as const;
const write = { permission: 'write', cursor: 'none', rate: 'write', cache: 'none' } as const;

export const datakits = {
  samples: route({
    ...read,
    path: '/datakits/samples',
    summary: 'The data sets that ship with the product',
    reply: z.array(sampleSchema),
    envelope: 'data',
    cursor: 'none',
    etag: 'none',
    errors: [],
  }),
  addSample: route({
    ...write,
    method: 'POST',
    path: '/datakits/samples/:sample',
    summary: 'Make a datakit from a shipped sample',
    params: z.object({ sample: z.string().regex(/^[a-z0-9-]{1,64}$/) }),
    reply: datakitSchema,
    status: 202,
    envelope: 'data',
    idempotency: 'key',
    etag: 'none',
    errors: ['NOT_FOUND', 'NO_SPACE'],
    audit: 'datakit.created',
  }),
  upload: route({
    ...write,
    method: 'POST',
    path: '/datakits/upload',
    summary: 'Upload a data file',
    multipart: true,
    body: z.object({
      name: nameSchema.optional().describe('Absent: the name of the file.'),
      description: descriptionSchema.optional(),
      ...readingOptions,
    }),
    reply: datakitSchema,
    status: 202,
    envelope: 'data',
    idempotency: 'key',
    etag: 'none',
    errors: [
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
    audit: 'datakit.created',
  }),
  list: route({
    ...read,
    path: '/datakits',
    summary: 'Datakits, newest first unless sorted otherwise',
    query: sortedQuery(['createdAt', 'updatedAt', 'name']).extend({
      name: z.string().max(255).optional().describe('Only those whose name contains this.'),
      status: datakitStatusSchema.optional(),
      ...deletedFilter,
    }),
    reply: datakitSchema,
    envelope: 'list',
    cursor: 'sorted',
    etag: 'none',
    errors: ['INVALID_CURSOR'],
  }),
  get: route({
    ...read,
    path: '/datakits/:id',
    summary: 'One datakit',
    params: idParamsSchema,
    reply: datakitSchema,
    envelope: 'data',
    cursor: 'none',
    etag: 'send',
    errors: ['NOT_FOUND'],
  }),
  update: route({
    ...write,
    method: 'PATCH',
    path: '/datakits/:id',
    summary: 'Rename or describe a datakit',
    params: idParamsSchema,
    body: z.object({ name: nameSchema.optional(), description: descriptionSchema.optional() }),
    reply: datakitSchema,
    status: 200,
    envelope: 'data',
    idempotency: 'natural',
    etag: 'match',
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
    audit: 'datakit.updated',
  }),
  remove: route({
    ...write,
    method: 'DELETE',
    path: '/datakits/:id',
    summary: 'Delete a datakit; it can be restored for 30 days',
    params: idParamsSchema,
    reply: z.null(),
    status: 204,
    envelope: 'empty',
    idempotency: 'natural',
    etag: 'none',
    errors: ['NOT_FOUND'],
    audit: 'datakit.deleted',
  }),
  restore: route({
    ...write,
    method: 'POST',
    path: '/datakits/:id/restore',
    summary: 'Bring a deleted datakit back',
    params: idParamsSchema,
    reply: datakitSchema,
    status: 200,
    envelope: 'data',
    idempotency: 'natural',
    etag: 'none',
    errors: ['NOT_FOUND'],
    audit: 'datakit.restored',
  }),
  profile: route({
    ...read,
    ...cached,
    path: '/datakits/:id/profile',
    summary: 'What its columns hold',
    params: idParamsSchema,
    query: versionQuerySchema,
    reply: profileSchema,
    envelope: 'data',
    cursor: 'none',
    etag: 'send',
    errors: ['NOT_FOUND', 'NOT_READY'],
  }),
  preview: route({
    ...read,
    ...cached,
    path: '/datakits/:id/preview',
    summary: 'Its rows, a page at a time',
    params: idParamsSchema,
    query: versionQuerySchema.extend({
      offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      sort: z.string().max(300).optional().describe('A column; a leading minus sorts downwards.'),
      filter: z
        .string()
        .max(2000)
        .optional()
        .describe(
          'JSON list of {column, operator: "=", "!=", "<", "<=", ">", ">=", "contains", "missing", value}.',
        ),
    }),
    reply: previewSchema,
    envelope: 'data',
    cursor: 'none',
    etag: 'none',
    errors: ['NOT_FOUND', 'NOT_READY', 'UNKNOWN_FIELD'],
    rate: 'compute',
  }),
  download: route({
    ...read,
    path: '/datakits/:id/download',
    summary: 'The file as it was uploaded, byte for byte, or its rows in another format',
    params: idParamsSchema,
    query: versionQuerySchema.extend({
      format: z
        .enum(['original', 'csv', 'parquet', 'json'])
        .default('original')
        .describe('A version that was made here has no original and is given as Parquet.'),
    }),
    reply: z.string().describe('The bytes.'),
    envelope: 'file',
    contentTypes: [
      fileContentTypes.csv,
      fileContentTypes.json,
      fileContentTypes.ndjson,
      fileContentTypes.parquet,
      fileContentTypes.xlsx,
    ],
    cursor: 'none',
    etag: 'none',
    errors: ['NOT_FOUND', 'NOT_READY', 'NO_SPACE'],
    rate: 'compute',
  }),
  ...datakitUploads,
  ...datakitVersions,
  ...datakitQueries,
} as const;
