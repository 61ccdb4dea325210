import { z } from 'zod';
import { curvesSchema, metricNameSchema, validationSchema } from './evaluation.ts';
import { versionNumberSchema } from './model-versions.ts';
import { idSchema, timestampSchema } from './paging.ts';
import { mostCompared } from './words.ts';

export const compareItemsSchema = z
  .array(z.strictObject({ modelId: idSchema, version: versionNumberSchema }))
  .min(2)
  .max(mostCompared);

/** Versions side by side. Every list of values is in the order of `items`; null where a version has none. */
export const comparisonSchema = z
  .object({
    items: z.array(
      z.object({
        modelId: idSchema,
        name: z.string(),
        version: versionNumberSchema,
        algorithm: z.string(),
        target: z.string(),
        classes: z.array(z.string()).optional(),
        datakit: z
          .object({ id: idSchema, version: z.number().int(), name: z.string().optional() })
          .optional()
          .describe('What it was trained on; absent for what was imported.'),
        rowsUsed: z.number().int(),
        validation: validationSchema.optional(),
        trainedAt: timestampSchema,
        durationMs: z.number().nonnegative(),
        scoredBy: z.string().optional().describe('The metric of the learning curve.'),
        curves: curvesSchema.pick({
          roc: true,
          pr: true,
          calibration: true,
          residuals: true,
          learning: true,
          loss: true,
        }),
      }),
    ),
    sameData: z.boolean().describe('All of one version of one datakit, and of one target.'),
    sameValidation: z.boolean().describe('Judged in the same way, so that the metrics compare.'),
    facts: z.array(z.object({ name: z.string(), values: z.array(z.unknown()), differs: z.boolean() })),
    parameters: z.array(z.object({ name: z.string(), values: z.array(z.unknown()), differs: z.boolean() })),
    metrics: z.array(
      z.object({
        name: metricNameSchema,
        values: z.array(
          z
            .object({
              value: z.number(),
              interval: z.tuple([z.number(), z.number()]).optional(),
              best: z.boolean(),
              beyond: z
                .boolean()
                .describe(
                  'Worse than the best by more than chance in the held-out rows explains: the 95 % intervals lie apart.',
                ),
            })
            .nullable(),
        ),
      }),
    ),
  })
  .meta({ id: 'Comparison' });
export type Comparison = z.infer<typeof comparisonSchema>;
