import { z } from 'zod';
import { jobSchema } from './jobs.ts';
import { descriptionSchema, idParamsSchema, idSchema, nameSchema } from './paging.ts';
import { route } from './route.ts';
import { versionNumberSchema } from './model-versions.ts';
import { aliasSchema } from './serving.ts';

export const addedColumnSchema = z.enum(['prediction', 'probabilities']);
export type AddedColumn = z.infer<typeof addedColumnSchema>;

export const batchPredictionSchema = z.strictObject({
  datakitId: idSchema.describe(
    'The datakit whose rows are predicted. Of a model that was trained here, a category that training had not counts as missing; so does a number that is infinite or beyond 1e300, of any model. The result of the job counts their rows, column by column.',
  ),
  datakitVersion: versionNumberSchema.optional().describe('Absent: its current version.'),
  version: versionNumberSchema
    .optional()
    .describe('Any version of the model, deployed or not; not together with an alias.'),
  alias: aliasSchema
    .optional()
    .describe(
      'The version that this alias serves, never the one on trial beside it. Neither: what answers predictions, else the latest version.',
    ),
  name: nameSchema.optional().describe('Of the new datakit. Absent: made of both names.'),
  description: descriptionSchema.default(''),
  keep: z
    .array(z.string().max(1000))
    .max(10_000)
    .optional()
    .describe('The columns that are taken over, in this order. Absent: all.'),
  add: z
    .array(addedColumnSchema)
    .min(1)
    .max(2)
    .optional()
    .describe(
      'What is added to each row: `TARGET_predicted`, and of classes `TARGET_probability_CLASS`. Absent: all that the model gives.',
    ),
});
export type BatchPrediction = z.infer<typeof batchPredictionSchema>;

const columnRowsSchema = z.object({ column: z.string(), rows: z.number().int().positive() });
export type ColumnRows = z.infer<typeof columnRowsSchema>;

/** What a batch prediction comes to: the `result` of its job. */
export const batchResultSchema = z
  .object({
    datakitId: idSchema.describe('The new datakit.'),
    version: z.number().int(),
    rows: z.number().int(),
    modelId: idSchema,
    modelVersion: z.number().int(),
    unseen: z
      .array(columnRowsSchema)
      .describe('How many rows hold a category that training had not, the most first; at most 100 columns.'),
    unusable: z
      .array(columnRowsSchema)
      .describe('How many rows hold a number that is infinite or beyond 1e300; likewise.'),
  })
  .meta({ id: 'BatchResult' });
export type BatchResult = z.infer<typeof batchResultSchema>;

export const batchPredictions = {
  predictBatch: route({
    method: 'POST',
    path: '/models/:id/predict/batch',
    summary: 'Predict every row of a datakit: a new datakit',
    params: idParamsSchema,
    body: batchPredictionSchema,
    reply: jobSchema,
    status: 202,
    permission: 'write',
    envelope: 'data',
    cursor: 'none',
    idempotency: 'key',
    etag: 'none',
    errors: ['NOT_FOUND', 'NOT_READY', 'NOT_DEPLOYED', 'UNKNOWN_FIELD', 'COLUMNS_DIFFER', 'NO_SPACE'],
    audit: 'model.batch_prediction_started',
    rate: 'compute',
    cache: 'none',
  }),
} as const;
