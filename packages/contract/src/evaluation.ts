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
  'pinball',
  'coverage',
  'poissonDeviance',
]);
export type MetricName = z.infer<typeof metricNameSchema>;

/** What candidates can be compared by: of coverage neither more nor less is better. */
export const comparedMetricSchema = metricNameSchema.exclude(['coverage']);
export type ComparedMetric = z.infer<typeof comparedMetricSchema>;

const splitByTimeSchema = z
  .string()
  .max(1000)
  .optional()
  .describe('A column of dates or numbers: later rows are judged by a model of earlier ones.');

const splitByGroupsSchema = z
  .string()
  .max(1000)
  .optional()
  .describe('A column: rows with the same value in it are held out together. Not with `time`.');

export const validationSchema = z.union([
  z
    .object({
      holdout: z
        .number()
        .gt(0)
        .lt(1)
        .describe('With `groups` whole ones are held out, that come near to this share of each class.'),
      groups: splitByGroupsSchema,
      time: splitByTimeSchema,
    })
    .strict(),
  z
    .object({
      folds: z.number().int().min(2).max(20),
      groups: splitByGroupsSchema,
      time: splitByTimeSchema,
    })
    .strict(),
]);

/** Numbers of held-out data. `spread` is the standard deviation over the folds. */
export const metricsSchema = z
  .object({
    accuracy: z.number().optional(),
    balancedAccuracy: z.number().optional(),
    f1: z
      .number()
      .optional()
      .describe(
        'Two classes: of the `positive` one, the second where none is told. More: the mean over them.',
      ),
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
    pinball: z
      .number()
      .optional()
      .describe('Of a model of a quantile: the mean pinball loss, in the unit of the target.'),
    coverage: z
      .number()
      .optional()
      .describe(
        'Of a model of a quantile: the share of rows not above what was predicted, to be near `alpha`.',
      ),
    poissonDeviance: z.number().optional().describe('Of a model of counts: the mean Poisson deviance.'),
    spread: z.record(z.string(), z.number()).optional(),
    intervals: z
      .record(z.string(), z.tuple([z.number(), z.number()]))
      .optional()
      .describe('Low and high ends of 95 % intervals, by the bootstrap of held-out rows.'),
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
      .array(
        classCurveSchema.extend({
          points: z.array(pointSchema.extend({ count: z.number().int().optional() })),
        }),
      )
      .optional()
      .describe('x mean predicted probability, y observed share, count the held-out rows behind a point.'),
    residuals: z
      .object({
        points: z.array(z.object({ predicted: z.number(), actual: z.number() })),
        histogram: z.object({ edges: z.array(z.number()), counts: z.array(z.number().int()) }),
      })
      .optional(),
    threshold: z
      .object({
        chosen: z.number(),
        points: z.array(z.object({ threshold: z.number(), f1: z.number(), balancedAccuracy: z.number() })),
      })
      .optional()
      .describe('Two classes: what labelling as the positive one from other probabilities on would give.'),
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

export const calibrationSchema = z
  .enum(['none', 'platt', 'isotonic'])
  .describe('Two classes: how probabilities are corrected by what came true of held-out predictions.');

export const thresholdSchema = z
  .union([z.enum(['auto', 'half', 'f1', 'balanced_accuracy']), z.number().gt(0).lt(1)])
  .describe(
    'Two classes: from which probability of the positive a row is labelled so, or what to find it by in held-out ' +
      'predictions. `half` takes the likelier class. `auto`: `f1` or `balanced_accuracy` where the metric is ' +
      'that, `half` where it is accuracy; where a class has less than a fifth of the rows, by its F1 (or by balanced accuracy if the other one is ' +
      'positive); else `half`. Probabilities do not change.',
  );

/** How probabilities of two classes became labels. */
export const decisionSchema = z
  .object({
    threshold: z.number(),
    calibrate: calibrationSchema,
    rule: z
      .union([z.enum(['half', 'f1', 'balanced_accuracy']), z.number()])
      .optional()
      .describe('What the threshold was found by; absent where it was not kept yet.'),
  })
  .describe('The probability from which `positive`, or the second class where none is told, is the label.');

/** What the rows of each class count in training. */
export const classWeightsSchema = z
  .union([
    z.enum(['none', 'balanced']),
    z
      .record(z.string().max(10_000), z.number().min(0).max(1_000_000))
      .refine((weights) => Object.keys(weights).length > 0, 'Name a class, such as {"yes": 5}.')
      .refine((weights) => Object.keys(weights).length <= 200, 'Name 200 classes at most.'),
  ])
  .describe(
    'Classes: what the rows of each count in what is learnt, besides their weights: `none`, all alike; `balanced`, each ' +
      'class as much as any other; or a weight by label, 1 where none is given. Probabilities follow it, and so are no ' +
      'longer those of the data; a threshold changes labels only.',
  );
export type ClassWeights = z.infer<typeof classWeightsSchema>;

/** How a column becomes numbers that can be learnt from. */
export const featureUseSchema = z
  .enum(['number', 'categories', 'mean_target', 'date_parts', 'time_parts', 'text'])
  .describe('`mean_target`: so many categories that each stands for the mean target of its rows.');
export type FeatureUse = z.infer<typeof featureUseSchema>;
