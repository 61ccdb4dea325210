import { z } from 'zod';
import { cellSchema, previewSchema } from './datakit-shapes.ts';

export const explanationScaleSchema = z
  .enum(['log-odds', 'centred-log-odds', 'probability', 'log', 'value'])
  .describe(
    'What contributions are measured in. log-odds: what boosting and logistic models add up. centred-log-odds: of more than two classes, against the geometric mean of all classes. log: of models of counts. Else what is predicted.',
  );
export type ExplanationScale = z.infer<typeof explanationScaleSchema>;

const shownSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** Why one row is predicted as it is. */
export const predictionExplanationSchema = z
  .object({
    label: z.string().optional().describe('The class that is explained: the one predicted.'),
    scale: explanationScaleSchema,
    base: z.number().describe('What is expected of a row nothing is known of.'),
    values: z
      .array(z.object({ feature: z.string(), value: shownSchema, contribution: z.number() }))
      .describe(
        'The largest contribution first. Base and contributions add up to the prediction on the scale.',
      ),
  })
  .meta({ id: 'PredictionExplanation' });
export type PredictionExplanation = z.infer<typeof predictionExplanationSchema>;

export const predictionSchema = z
  .object({
    label: z.string().optional(),
    probabilities: z.record(z.string(), z.number()).optional(),
    value: z.number().optional(),
    unseen: z
      .array(z.string())
      .optional()
      .describe(
        'Features whose category training had not: it counted as missing. Only where there are any, and of models that were trained here.',
      ),
    explanation: predictionExplanationSchema.optional().describe('Where it was asked for.'),
  })
  .meta({ id: 'Prediction' });
export type Prediction = z.infer<typeof predictionSchema>;

/** What moves a version of a model. */
export const modelExplanationSchema = z
  .object({
    scale: explanationScaleSchema,
    rows: z.number().int().describe('Rows of the training data that were explained: at most 500.'),
    labels: z
      .array(z.string())
      .describe('The classes explained: the second of two, else the ten most frequent. None for numbers.'),
    base: z.array(z.number()).describe('Of each label, or of the number predicted.'),
    importance: z
      .array(z.object({ feature: z.string(), value: z.number(), byLabel: z.array(z.number()) }))
      .describe('The mean size of the contributions (mean |SHAP|) of every feature, the largest first.'),
    features: z
      .array(
        z.object({
          feature: z.string(),
          values: z
            .array(z.union([z.number(), z.string(), z.null()]))
            .describe('Of each row. Dates in milliseconds.'),
          contributions: z.array(z.array(z.number())).describe('By label, then by row.'),
        }),
      )
      .describe('Of the features that count most: at most 20.'),
    dependence: z
      .array(
        z.object({
          feature: z.string(),
          grid: z.array(z.union([z.number(), z.string()])).describe('Numbers, milliseconds or categories.'),
          mean: z.array(z.array(z.number())).describe('By label, then by grid point: the mean prediction.'),
          lines: z.array(z.array(z.array(z.number()))).describe('By label: single rows, at most 50.'),
        }),
      )
      .describe('Partial dependence, of at most eight features: probabilities, or the value predicted.'),
  })
  .meta({ id: 'ModelExplanation' });
export type ModelExplanation = z.infer<typeof modelExplanationSchema>;

const bound = z.coerce.number().optional();

export const heldOutQuerySchema = z.object({
  actual: z.string().max(1000).optional().describe('Only rows of this class.'),
  predicted: z.string().max(1000).optional().describe('Only rows predicted as this class.'),
  actualFrom: bound.describe('Of numbers: the least.'),
  actualTo: bound,
  predictedFrom: bound,
  predictedTo: bound,
  sort: z
    .enum(['row', '-row', 'error', '-error', 'probability', '-probability'])
    .default('row')
    .describe('error: how far off, of numbers. probability: of the class predicted.'),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type HeldOutQuery = z.infer<typeof heldOutQuerySchema>;

/** Rows of the training data with what was predicted for them by a model that had not seen them. */
export const heldOutRowsSchema = z
  .object({
    total: z.number().int().describe('Rows that fit.'),
    kept: z.number().int().describe('Held-out rows that were kept of this version: at most 50,000.'),
    columns: previewSchema.shape.columns,
    rows: z.array(
      z.object({
        row: z.number().int().describe('Its number in the datakit, from 1.'),
        actual: z.union([z.number(), z.string()]),
        predicted: z.union([z.number(), z.string()]),
        probability: z.number().optional().describe('Of the class predicted.'),
        cells: z.array(cellSchema).describe('In the order of the columns.'),
      }),
    ),
  })
  .meta({ id: 'HeldOutRows' });
export type HeldOutRows = z.infer<typeof heldOutRowsSchema>;
