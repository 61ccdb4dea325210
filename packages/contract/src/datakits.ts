import { z } from 'zod';
import {
  descriptionSchema,
  idParamsSchema,
  idSchema,
  nameSchema,
  sortedQuery,
  timestampSchema,
} from './paging.ts';
import { route } from './route.ts';

export const columnTypeSchema = z.enum([
  'numeric',
  'integer',
  'boolean',
  'datetime',
  'categorical',
  'text',
  'identifier',
  'geographic',
]);
export type ColumnType = z.infer<typeof columnTypeSchema>;

export const fileFormatSchema = z.enum(['csv', 'json', 'ndjson', 'parquet', 'xlsx']);
export type FileFormat = z.infer<typeof fileFormatSchema>;

export const fileContentTypes = {
  csv: 'text/csv',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const satisfies Readonly<Record<FileFormat, string>>;

export const datakitStatusSchema = z.enum(['PROCESSING', 'READY', 'FAILED']);

export const datakitSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    description: z.string(),
    status: datakitStatusSchema,
    format: fileFormatSchema,
    fileName: z.string().describe('The name the file had, without its path.'),
    rows: z.number().int().nonnegative().nullable().describe('null until the profile is there.'),
    columns: z.array(z.object({ name: z.string(), type: columnTypeSchema })),
    sizeBytes: z.number().int().nonnegative(),
    sha256: z.string(),
    version: z.number().int().positive(),
    sample: z.string().optional().describe('The shipped sample it was made from.'),
    jobId: idSchema.optional().describe('The job that profiles it.'),
    error: z.string().optional().describe('Why it failed, and what to do.'),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
  })
  .meta({ id: 'Datakit' });
export type Datakit = z.infer<typeof datakitSchema>;

/** A bound of a column: a number, or text for dates (ISO 8601) and words. */
const boundSchema = z.union([z.number(), z.string()]);

export const columnProfileSchema = z
  .object({
    name: z.string(),
    type: columnTypeSchema,
    missing: z.number().int().nonnegative(),
    distinct: z.number().int().nonnegative(),
    min: boundSchema.optional(),
    max: boundSchema.optional(),
    mean: z.number().optional(),
    std: z.number().optional(),
    quantiles: z.array(z.object({ p: z.number(), value: boundSchema })).optional(),
    histogram: z
      .object({
        edges: z.array(z.number()).describe('counts.length + 1 edges; dates as milliseconds since 1970.'),
        counts: z.array(z.number().int()),
      })
      .optional(),
    top: z.array(z.object({ value: z.string(), count: z.number().int() })).optional(),
  })
  .meta({ id: 'ColumnProfile' });
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

export const warningCodeSchema = z.enum([
  'CONSTANT',
  'ALL_MISSING',
  'MANY_MISSING',
  'DUPLICATE_ROWS',
  'LIKELY_IDENTIFIER',
  'LIKELY_LEAK',
  'IMBALANCED',
  'MIXED_TYPES',
  'NOT_FINITE',
  'RAGGED_ROWS',
  'ENCODING',
]);

export const profileWarningSchema = z
  .object({ code: warningCodeSchema, column: z.string().optional(), message: z.string() })
  .meta({ id: 'ProfileWarning' });
export type ProfileWarning = z.infer<typeof profileWarningSchema>;

export const profileSchema = z
  .object({
    rows: z.number().int().nonnegative(),
    columns: z.array(columnProfileSchema),
    warnings: z.array(profileWarningSchema),
    exact: z
      .boolean()
      .describe('true: every figure counts every row. false: `distinct` of some column is an estimate.'),
  })
  .meta({ id: 'Profile' });
export type Profile = z.infer<typeof profileSchema>;

export const cellSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export type Cell = z.infer<typeof cellSchema>;

export const previewSchema = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: columnTypeSchema })),
    rows: z.array(z.array(cellSchema)),
  })
  .meta({ id: 'Preview' });
export type Preview = z.infer<typeof previewSchema>;

export const sampleSchema = z
  .object({
    name: z.string().describe('What `POST /datakits/samples/:sample` takes.'),
    title: z.string(),
    description: z.string(),
    rows: z.number().int(),
    columns: z.number().int(),
    target: z.string().describe('The column one would predict.'),
    task: z.enum(['CLASSIFICATION', 'REGRESSION']),
    source: z.string(),
    licence: z.string(),
  })
  .meta({ id: 'Sample' });
export type Sample = z.infer<typeof sampleSchema>;

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
    query: z.object({
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
    summary: 'The file as it was uploaded, byte for byte',
    params: idParamsSchema,
    query: z.object({ format: z.enum(['original']).default('original') }),
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
    errors: ['NOT_FOUND'],
  }),
} as const;
