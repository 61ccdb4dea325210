import { z } from 'zod';
import {
  calibrationSchema,
  classWeightsSchema,
  comparedMetricSchema,
  thresholdSchema,
  validationSchema,
} from './evaluation.ts';
import { idSchema } from './paging.ts';

export const algorithmSchema = z.enum([
  'auto',
  'gradient_boosting',
  'random_forest',
  'extra_trees',
  'linear',
  'nearest_neighbors',
  'neural_network',
  'baseline',
]);
export type Algorithm = z.infer<typeof algorithmSchema>;

const parameterValueSchema = z.union([z.number(), z.string().max(10_000), z.boolean()]);
export const parametersSchema = z.record(z.string().max(100), parameterValueSchema);
const singleAlgorithmSchema = algorithmSchema.exclude(['auto']);

/** What a search ran: with the same data, settings and seed it comes to the same version again. */
export const searchPlanSchema = z
  .strictObject({
    trials: z
      .array(
        z.strictObject({
          algorithm: singleAlgorithmSchema,
          parameters: parametersSchema,
          rungs: z.number().int().positive().max(100),
        }),
      )
      .min(1)
      .max(1000),
    ensemble: z.boolean(),
  })
  .meta({ id: 'SearchPlan' });

export const trainRequestSchema = z.strictObject({
  datakitId: idSchema,
  target: z.string().min(1).max(1000),
  features: z
    .array(z.string().max(1000))
    .min(1)
    .max(10_000)
    .optional()
    .describe('Absent: every other column.'),
  algorithm: algorithmSchema.default('auto'),
  parameters: parametersSchema.default({}).describe('Of the algorithm; none with `auto`.'),
  validation: validationSchema.default({ folds: 5 }),
  metric: comparedMetricSchema
    .optional()
    .describe(
      'What candidates are compared by, and importance is measured in. Absent: log loss, RMSE, or what the `loss` of ' +
        'boosting minimises. `pinball` without such a loss is that of the median.',
    ),
  weights: z
    .string()
    .max(1000)
    .optional()
    .describe(
      'A column with the weight of each row, a number from 0: how much the row counts in what is learnt, and in the ' +
        'shares of the members of an ensemble. Metrics and all that is made of held-out rows (curves, importance, a ' +
        'learnt threshold, calibration, what `auto` ranks by) count every row once, also one of weight 0. A row ' +
        'without a weight is left out.',
    ),
  classWeights: classWeightsSchema.default('none'),
  positive: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'Two classes: the label that counts as positive: F1, precision, recall, their curves and the threshold are its. ' +
        'Absent: the rarer class where it has less than a fifth of the rows, else the second in order.',
    ),
  threshold: thresholdSchema.default('auto'),
  calibrate: calibrationSchema.default('none'),
  seed: z.number().int().min(0).max(4_294_967_295).default(1),
  timeBudgetSeconds: z.number().int().min(5).max(86_400).default(120).describe('For `auto`.'),
  plan: searchPlanSchema
    .optional()
    .describe('For `auto`: the plan of a version, to run exactly what was run then, whatever the time.'),
});
export type TrainRequest = z.infer<typeof trainRequestSchema>;

/** A training as it was asked for, a plan that it repeated apart: that is told with the version. */
export const trainSettingsSchema = trainRequestSchema
  .omit({ plan: true })
  .extend({
    classWeights: classWeightsSchema
      .optional()
      .describe(
        'Absent where they were not kept yet: `balanced` with the metrics `f1` and `balancedAccuracy`, else `none`.',
      ),
  })
  .meta({ id: 'TrainSettings' });
export type TrainSettings = z.infer<typeof trainSettingsSchema>;

export const trainingSchema = z.object({
  jobId: idSchema,
  datakitVersion: z.number().int().positive().describe('The version of the datakit that it was given.'),
  settings: trainSettingsSchema,
});
export type Training = z.infer<typeof trainingSchema>;
