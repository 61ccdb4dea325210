import { z } from 'zod';
import { jobSchema } from './jobs.ts';
import { descriptionSchema, idParamsSchema, idSchema, nameSchema } from './paging.ts';
import { route } from './route.ts';
import { versionNumberSchema } from './model-versions.ts';
import { aliasSchema } from './serving.ts';

export const addedColumnSchema = z.enum(['prediction', 'probabilities']);
export type AddedColumn = z.infer<typeof addedColumnSchema>;

export const batchPredictionSchema = z.object({
  datakitId: idSchema.describe('The datakit whose rows are predicted.'),
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
