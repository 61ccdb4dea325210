import { z } from 'zod';

export const metricNameSchema = z.enum([
  'accuracy',
  'balancedAccuracy',
  'f1',
  'rocAuc',
  'logLoss',
  'rmse',
  'mae',
  'r2',
]);
export type MetricName = z.infer<typeof metricNameSchema>;

/** Numbers of held-out data. `spread` is the standard deviation over the folds. */
export const metricsSchema = z
  .object({
    accuracy: z.number().optional(),
    balancedAccuracy: z.number().optional(),
    f1: z.number().optional(),
    rocAuc: z.number().optional(),
    logLoss: z.number().optional(),
    confusion: z
      .object({
        labels: z.array(z.string()),
        matrix: z
          .array(z.array(z.number().int()))
          .describe('Rows are the true classes, columns the predicted.'),
      })
      .optional(),
    rmse: z.number().optional(),
    mae: z.number().optional(),
    r2: z.number().optional(),
    spread: z.record(z.string(), z.number()).optional(),
  })
  .meta({ id: 'Metrics' });
export type Metrics = z.infer<typeof metricsSchema>;

const pointSchema = z.object({ x: z.number(), y: z.number() });
const classCurveSchema = z.object({ label: z.string(), points: z.array(pointSchema) });

export const curvesSchema = z
  .object({
    roc: z.array(classCurveSchema).optional().describe('x false positive rate, y true positive rate.'),
    pr: z.array(classCurveSchema).optional().describe('x recall, y precision.'),
    calibration: z
      .array(classCurveSchema)
      .optional()
      .describe('x mean predicted probability, y observed share.'),
    residuals: z
      .object({
        points: z.array(z.object({ predicted: z.number(), actual: z.number() })),
        histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number().int()) }),
      })
      .optional(),
    learning: z
      .array(z.object({ rows: z.number().int(), train: z.number(), validation: z.number() }))
      .optional()
      .describe('The score against the number of training rows.'),
    loss: z
      .array(z.object({ iteration: z.number().int(), train: z.number(), validation: z.number().optional() }))
      .optional()
      .describe('The loss while boosting.'),
  })
  .meta({ id: 'Curves' });
export type Curves = z.infer<typeof curvesSchema>;
