import { z } from 'zod';
import { cellSchema, datakitSchema } from './datakit-shapes.ts';
import { descriptionSchema, idParamsSchema, idSchema, nameSchema } from './paging.ts';
import { route } from './route.ts';

const column = z.string().min(1).max(300);
const version = z.number().int().min(1).max(1_000_000);
const sql = z.string().trim().min(1, 'Write a query.').max(20_000);
const expression = z.string().trim().min(1, 'Write an expression.').max(4000);
const seed = z.number().int().min(0).max(4_294_967_295).default(1);

/** Other datakits that a statement joins, under a name each. */
const withSchema = z
  .array(
    z.object({
      datakitId: idSchema,
      as: z
        .string()
        .regex(/^[A-Za-z_]\w{0,62}$/, 'Use letters, digits and underscores.')
        .describe('The name of its table.'),
      version: version.optional().describe('Absent: the current one.'),
    }),
  )
  .max(8)
  .default([]);

export const queryRequestSchema = z.object({
  sql: sql.describe(
    'One SELECT. The datakit is the table `data` and has its own name too; its other versions are `data_v1`, `data_v2` …',
  ),
  limit: z.number().int().min(1).max(10_000).default(1000),
  version: version.optional().describe('What `data` is. Absent: the current one.'),
  with: withSchema,
});
export type QueryRequest = z.infer<typeof queryRequestSchema>;

export const queryColumnTypeSchema = z.enum(['integer', 'numeric', 'boolean', 'datetime', 'time', 'text']);

export const queryResultSchema = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: queryColumnTypeSchema })),
    rows: z
      .array(z.array(cellSchema))
      .describe(
        'NaN and infinite numbers are null; whole numbers beyond 2^53, and decimals of more than 15 digits, are text.',
      ),
    truncated: z.boolean().describe('There are more rows than these.'),
    shortened: z
      .number()
      .int()
      .nonnegative()
      .describe('How many texts are longer than 10,000 characters and are cut here, with an ellipsis.'),
    elapsedMs: z.number().nonnegative(),
  })
  .meta({ id: 'QueryResult' });
export type QueryResult = z.infer<typeof queryResultSchema>;

export const transformStepSchema = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('rename'), column, to: nameSchema }),
  z.strictObject({
    step: z.literal('cast'),
    column,
    type: queryColumnTypeSchema,
    format: z.string().max(100).optional().describe('Of dates in text, as strptime: %d.%m.%Y'),
    onFailure: z
      .enum(['null', 'refuse'])
      .default('null')
      .describe('What becomes of a value that does not fit: missing and counted, or an end of the job.'),
  }),
  z.strictObject({
    step: z.literal('tidy'),
    column,
    trim: z
      .boolean()
      .default(true)
      .describe('Takes spaces away at both ends. A text of nothing but spaces becomes missing.'),
    case: z
      .enum(['keep', 'lower', 'upper', 'common'])
      .default('keep')
      .describe(
        '`common`: of spellings that differ only in case (and, where `trim` is set, in spaces at the ends), that of the most rows.',
      ),
  }),
  z.strictObject({ step: z.literal('drop'), columns: z.array(column).min(1).max(4096) }),
  z.strictObject({ step: z.literal('keep'), columns: z.array(column).min(1).max(4096) }),
  z.strictObject({ step: z.literal('filter'), where: expression.describe('Rows for which it holds stay.') }),
  z.strictObject({
    step: z.literal('impute'),
    columns: z.array(column).min(1).max(4096),
    method: z.enum(['mean', 'median', 'mode', 'constant']),
    value: z
      .union([z.number(), z.string().max(1000), z.boolean()])
      .optional()
      .describe('With `constant`.'),
  }),
  z.strictObject({
    step: z.literal('join'),
    datakitId: idSchema,
    version: version.optional(),
    on: z
      .array(z.object({ left: column, right: column }))
      .min(1)
      .max(10),
    type: z.enum(['inner', 'left']).default('left'),
    prefix: z.string().max(50).default('').describe('Before the names of the columns that come in.'),
  }),
  z.strictObject({
    step: z.literal('split'),
    testShare: z.number().gt(0).lt(1).default(0.2),
    seed,
    stratify: column.optional().describe('A column whose values keep their shares in both parts.'),
  }),
  z.strictObject({
    step: z.literal('encode'),
    column,
    method: z.enum(['one_hot', 'ordinal']),
    order: z.array(z.string().max(300)).min(1).max(200).optional().describe('Absent: by the alphabet.'),
  }),
  z.strictObject({ step: z.literal('derive'), name: nameSchema, expression }),
  z.strictObject({
    step: z.literal('sort'),
    by: z
      .array(z.object({ column, descending: z.boolean().default(false) }))
      .min(1)
      .max(20),
  }),
  z.strictObject({
    step: z.literal('deduplicate'),
    columns: z
      .array(column)
      .min(1)
      .max(4096)
      .optional()
      .describe('Absent: all. The first row of each kind stays.'),
  }),
  z.strictObject({
    step: z.literal('sample'),
    rows: z.number().int().min(1).max(1_000_000_000),
    seed,
  }),
]);
export type TransformStep = z.infer<typeof transformStepSchema>;

const recipe = {
  sql: sql.optional().describe('One SELECT whose rows become the new version.'),
  steps: z.array(transformStepSchema).min(1).max(50).optional(),
  version: version.optional().describe('What it begins with. Absent: the current one.'),
  with: withSchema,
};
const oneOfBoth = ({ sql, steps }: { sql?: unknown; steps?: unknown }): boolean =>
  (sql === undefined) !== (steps === undefined);
const eitherMessage = { path: ['steps'], message: 'Send either `sql` or `steps`.' };

export const transformRequestSchema = z
  .object({
    ...recipe,
    as: z
      .object({ name: nameSchema, description: descriptionSchema.default('') })
      .optional()
      .describe('Makes a new datakit. Absent: a new version of this one.'),
  })
  .refine(oneOfBoth, eitherMessage);
export type TransformRequest = z.infer<typeof transformRequestSchema>;

export const transformPreviewSchema = queryResultSchema
  .extend({
    notes: z.array(z.string()).describe('What the steps did that a person should know.'),
    sampled: z.boolean().describe('Only the first rows went through the steps.'),
    counts: z
      .object({
        total: z.number().int().nonnegative().describe('Rows of the version that the steps begin with.'),
        taken: z.number().int().nonnegative().describe('The first of them, that went through the steps.'),
        after: z
          .array(z.object({ rows: z.number().int().nonnegative(), columns: z.array(z.string()) }))
          .describe('What is left after each step; after a split, the part for training.'),
      })
      .optional()
      .describe('Of steps.'),
  })
  .meta({ id: 'TransformPreview' });
export type TransformPreview = z.infer<typeof transformPreviewSchema>;

export const transformedSchema = datakitSchema
  .extend({ test: datakitSchema.optional().describe('Of a split: the datakit of the rows kept back.') })
  .meta({ id: 'TransformedDatakit' });
export type Transformed = z.infer<typeof transformedSchema>;

const work = {
  method: 'POST',
  params: idParamsSchema,
  envelope: 'data',
  cursor: 'none',
  etag: 'none',
  rate: 'compute',
  cache: 'none',
} as const;
const refusals = [
  'NOT_FOUND',
  'NOT_READY',
  'UNKNOWN_FIELD',
  'INVALID_QUERY',
  'QUERY_LIMIT',
  'TOO_MANY_WAITING',
] as const;

export const datakitQueries = {
  query: route({
    ...work,
    path: '/datakits/:id/query',
    summary: 'Ask the data a question in SQL',
    respondAsync: { subject: 'datakit' },
    permission: 'read',
    body: queryRequestSchema,
    reply: queryResultSchema,
    status: 200,
    idempotency: 'natural',
    errors: refusals,
    audit: 'none',
  }),
  previewTransform: route({
    ...work,
    path: '/datakits/:id/transform/preview',
    summary: 'What a transformation makes of the first rows',
    permission: 'read',
    body: z
      .object({ ...recipe, limit: z.number().int().min(1).max(200).default(50) })
      .refine(oneOfBoth, eitherMessage),
    reply: transformPreviewSchema,
    status: 200,
    idempotency: 'natural',
    errors: refusals,
    audit: 'none',
  }),
  transform: route({
    ...work,
    path: '/datakits/:id/transform',
    summary: 'Make a new version, or a new datakit, by SQL or by steps',
    permission: 'write',
    body: transformRequestSchema,
    reply: transformedSchema,
    status: 202,
    idempotency: 'key',
    errors: [...refusals, 'CONFLICT', 'NO_SPACE'],
    audit: 'datakit.transformed',
  }),
} as const;
