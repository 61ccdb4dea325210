import { z } from 'zod';
import {
  curvesSchema,
  decisionSchema,
  featureUseSchema,
  metricsSchema,
  validationSchema,
} from './evaluation.ts';
import { searchPlanSchema, trainSettingsSchema } from './model-training.ts';
import { idSchema, timestampSchema } from './paging.ts';

export const versionNumberSchema = z.number().int().positive().max(1_000_000);

export const featureSchema = z
  .object({
    name: z.string(),
    type: z.enum(['numeric', 'categorical', 'datetime', 'time', 'text']),
    categories: z.array(z.string()).optional(),
    min: z.number().optional().describe('Of dates milliseconds since 1970, of times of day since midnight.'),
    max: z.number().optional(),
    integer: z.boolean().optional().describe('Only whole numbers were seen in training.'),
    use: featureUseSchema.optional(),
  })
  .meta({ id: 'Feature' });
export type Feature = z.infer<typeof featureSchema>;

/** Where successive halving got a candidate to; only those on the same rung compare. */
export const rungSchema = z.object({
  index: z.number().int().nonnegative().describe('From 0 to count − 1, the last on all rows.'),
  count: z.number().int().positive(),
  rows: z.number().int().positive().describe('Training rows of a fold.'),
});

export const candidateSchema = z
  .object({
    algorithm: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    metric: z.string(),
    score: z.number().describe('Mean over the folds that candidates are compared on.'),
    std: z.number().optional(),
    elapsedMs: z.number().nonnegative().optional(),
    rung: rungSchema.optional(),
    chosen: z.boolean(),
  })
  .meta({ id: 'Candidate' });
export type Candidate = z.infer<typeof candidateSchema>;

const scalarSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export const recordSchema = z.record(z.string(), scalarSchema);

/** Where a version came from that was not trained here. */
const importedSchema = z.object({
  fileName: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
  producer: z.string().describe('What wrote the file, as the file says.'),
});

export const modelVersionSchema = z
  .object({
    version: z.number().int().positive(),
    status: z.enum(['TRAINED', 'DEPLOYED']),
    algorithm: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    datakit: z
      .object({
        id: idSchema,
        version: z.number().int(),
        name: z.string().optional(),
        gone: z.literal(true).optional().describe('It was deleted, and cannot be restored any more.'),
      })
      .optional()
      .describe('What it was trained on; absent for what was imported.'),
    imported: importedSchema.optional(),
    features: z.array(featureSchema),
    target: z.string(),
    classes: z.array(z.string()).optional(),
    positive: z
      .string()
      .optional()
      .describe('Two classes: the one that counts as positive; the second where it was not kept yet.'),
    decision: decisionSchema.optional(),
    validation: validationSchema.optional(),
    seed: z.number().int().optional(),
    rowsUsed: z.number().int(),
    metrics: metricsSchema,
    importance: z.array(z.object({ feature: z.string(), value: z.number(), std: z.number().optional() })),
    curves: curvesSchema,
    leaderboard: z.array(candidateSchema),
    members: z
      .array(
        z.object({
          algorithm: z.string(),
          share: z.number(),
          parameters: z.record(z.string(), z.unknown()),
        }),
      )
      .optional()
      .describe('Of an ensemble: what it averages, the largest share first.'),
    plan: searchPlanSchema.optional().describe('Of `auto`: what was run, to be run again.'),
    settings: trainSettingsSchema
      .optional()
      .describe('What was asked for, to ask for it again; absent where it was not kept yet.'),
    madeWith: z
      .string()
      .optional()
      .describe('The version of Quadrax that trained it; absent where it was not kept yet.'),
    warnings: z.array(z.string()),
    example: recordSchema.describe('A row that predict accepts.'),
    jobId: idSchema.optional(),
    trainedAt: timestampSchema,
    durationMs: z.number().nonnegative(),
  })
  .meta({ id: 'ModelVersion' });
export type ModelVersion = z.infer<typeof modelVersionSchema>;

export const modelVersionSummarySchema = modelVersionSchema
  .pick({
    version: true,
    status: true,
    algorithm: true,
    target: true,
    datakit: true,
    imported: true,
    metrics: true,
    trainedAt: true,
    durationMs: true,
  })
  .meta({ id: 'ModelVersionSummary' });
export type ModelVersionSummary = z.infer<typeof modelVersionSummarySchema>;
