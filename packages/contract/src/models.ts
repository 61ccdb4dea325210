import { z } from 'zod';
import { curvesSchema, metricNameSchema, metricsSchema } from './evaluation.ts';
import { jobLogSchema, jobSchema } from './jobs.ts';
import {
  descriptionSchema,
  idParamsSchema,
  idSchema,
  nameSchema,
  pageQuerySchema,
  sortedQuery,
  timestampSchema,
} from './paging.ts';
import { route } from './route.ts';

export const modelTypeSchema = z.enum([
  'CLASSIFICATION',
  'REGRESSION',
  'CLUSTERING',
  'FORECASTING',
  'ANOMALY_DETECTION',
  'OBJECT_DETECTION',
]);
export type ModelType = z.infer<typeof modelTypeSchema>;
export const frameworkSchema = z.enum(['QUADRAX', 'ONNX', 'TENSORFLOW', 'PYTORCH', 'SKLEARN', 'XGBOOST']);
export const modelStatusSchema = z.enum(['DRAFT', 'TRAINING', 'TRAINED', 'DEPLOYED', 'FAILED']);
export const algorithmSchema = z.enum(['auto', 'gradient_boosting', 'linear', 'baseline']);
export type Algorithm = z.infer<typeof algorithmSchema>;

export const modelSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    description: z.string(),
    type: modelTypeSchema,
    framework: frameworkSchema,
    status: modelStatusSchema,
    workstationId: idSchema.optional(),
    latestVersion: z.number().int().positive().optional(),
    deployedVersion: z.number().int().positive().optional(),
    target: z.string().optional().describe('Of the latest version.'),
    datakitId: idSchema.optional().describe('The data of the latest version.'),
    metric: z
      .object({ name: z.string(), value: z.number() })
      .optional()
      .describe('The headline of the latest version.'),
    trainingJobId: idSchema.optional().describe('The job that is training it now.'),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
  })
  .meta({ id: 'Model' });
export type Model = z.infer<typeof modelSchema>;

export const featureSchema = z
  .object({
    name: z.string(),
    type: z.enum(['numeric', 'categorical', 'datetime', 'text']),
    categories: z.array(z.string()).optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    integer: z.boolean().optional().describe('Only whole numbers were seen in training.'),
  })
  .meta({ id: 'Feature' });
export type Feature = z.infer<typeof featureSchema>;

export const candidateSchema = z
  .object({
    algorithm: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    metric: z.string(),
    score: z.number(),
    std: z.number().optional(),
    chosen: z.boolean(),
  })
  .meta({ id: 'Candidate' });
export type Candidate = z.infer<typeof candidateSchema>;

export const validationSchema = z.union([
  z.object({ holdout: z.number().gt(0).lt(1) }).strict(),
  z.object({ folds: z.number().int().min(2).max(20) }).strict(),
]);

const scalarSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export const recordSchema = z.record(z.string(), scalarSchema);

export const modelVersionSchema = z
  .object({
    version: z.number().int().positive(),
    status: z.enum(['TRAINED', 'DEPLOYED']),
    algorithm: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    datakit: z.object({ id: idSchema, version: z.number().int(), name: z.string().optional() }),
    features: z.array(featureSchema),
    target: z.string(),
    classes: z.array(z.string()).optional(),
    validation: validationSchema,
    seed: z.number().int(),
    rowsUsed: z.number().int(),
    metrics: metricsSchema,
    importance: z.array(z.object({ feature: z.string(), value: z.number(), std: z.number().optional() })),
    curves: curvesSchema,
    leaderboard: z.array(candidateSchema),
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
    metrics: true,
    trainedAt: true,
    durationMs: true,
  })
  .meta({ id: 'ModelVersionSummary' });
export type ModelVersionSummary = z.infer<typeof modelVersionSummarySchema>;

export const trainRequestSchema = z.object({
  datakitId: idSchema,
  target: z.string().min(1).max(1000),
  features: z
    .array(z.string().max(1000))
    .min(1)
    .max(10_000)
    .optional()
    .describe('Absent: every other column.'),
  algorithm: algorithmSchema.default('auto'),
  parameters: z
    .record(z.string().max(100), z.union([z.number(), z.string().max(100), z.boolean()]))
    .default({})
    .describe('Of the algorithm; none with `auto`.'),
  validation: validationSchema.default({ folds: 5 }),
  metric: metricNameSchema.optional().describe('What `auto` looks at; absent: log loss or RMSE.'),
  weights: z.string().max(1000).optional().describe('A column with the weight of each row.'),
  seed: z.number().int().min(0).max(4_294_967_295).default(1),
  timeBudgetSeconds: z.number().int().min(5).max(86_400).default(120).describe('For `auto`.'),
});
export type TrainRequest = z.infer<typeof trainRequestSchema>;

export const predictionSchema = z
  .object({
    label: z.string().optional(),
    probabilities: z.record(z.string(), z.number()).optional(),
    value: z.number().optional(),
  })
  .meta({ id: 'Prediction' });
export type Prediction = z.infer<typeof predictionSchema>;

const versionParamsSchema = idParamsSchema.extend({
  version: z.coerce.number().int().positive().max(1_000_000),
});

const read = {
  method: 'GET',
  permission: 'read',
  status: 200,
  idempotency: 'natural',
  audit: 'none',
  rate: 'read',
  cache: 'none',
} as const;
const write = {
  permission: 'write',
  cursor: 'none',
  rate: 'write',
  cache: 'none',
  envelope: 'data',
} as const;
const one = { envelope: 'data', cursor: 'none' } as const;

export const models = {
  list: route({
    ...read,
    path: '/models',
    summary: 'Models, newest first unless sorted otherwise',
    query: sortedQuery(['createdAt', 'updatedAt', 'name']).extend({
      name: z.string().max(255).optional().describe('Only those whose name contains this.'),
      status: modelStatusSchema.optional(),
      type: modelTypeSchema.optional(),
      datakitId: idSchema.optional(),
    }),
    reply: modelSchema,
    envelope: 'list',
    cursor: 'sorted',
    etag: 'none',
    errors: ['INVALID_CURSOR'],
  }),
  create: route({
    ...write,
    method: 'POST',
    path: '/models',
    summary: 'Create a model',
    body: z.object({
      name: nameSchema,
      description: descriptionSchema.default(''),
      type: modelTypeSchema,
      framework: frameworkSchema.default('QUADRAX'),
      workstationId: idSchema.optional(),
    }),
    reply: modelSchema,
    status: 201,
    idempotency: 'key',
    etag: 'none',
    errors: [],
    audit: 'model.created',
  }),
  get: route({
    ...read,
    ...one,
    path: '/models/:id',
    summary: 'One model',
    params: idParamsSchema,
    reply: modelSchema,
    etag: 'send',
    errors: ['NOT_FOUND'],
  }),
  update: route({
    ...write,
    method: 'PATCH',
    path: '/models/:id',
    summary: 'Rename or describe a model',
    params: idParamsSchema,
    body: z.object({ name: nameSchema.optional(), description: descriptionSchema.optional() }),
    reply: modelSchema,
    status: 200,
    idempotency: 'natural',
    etag: 'match',
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
    audit: 'model.updated',
  }),
  remove: route({
    ...write,
    method: 'DELETE',
    path: '/models/:id',
    summary: 'Delete a model and stop serving it; it can be restored for 30 days',
    params: idParamsSchema,
    reply: z.null(),
    status: 204,
    envelope: 'empty',
    idempotency: 'natural',
    etag: 'none',
    errors: ['NOT_FOUND'],
    audit: 'model.deleted',
  }),
  restore: route({
    ...write,
    method: 'POST',
    path: '/models/:id/restore',
    summary: 'Bring a deleted model back',
    params: idParamsSchema,
    reply: modelSchema,
    status: 200,
    idempotency: 'natural',
    etag: 'none',
    errors: ['NOT_FOUND'],
    audit: 'model.restored',
  }),
  train: route({
    ...write,
    method: 'POST',
    path: '/models/:id/train',
    summary: 'Train a new version',
    params: idParamsSchema,
    body: trainRequestSchema,
    reply: jobSchema,
    status: 202,
    idempotency: 'key',
    etag: 'none',
    errors: ['NOT_FOUND', 'NOT_READY', 'UNKNOWN_FIELD', 'UNTRAINABLE', 'CONFLICT'],
    audit: 'model.training_started',
    rate: 'compute',
  }),
  versions: route({
    ...read,
    path: '/models/:id/versions',
    summary: 'Its versions, newest first',
    params: idParamsSchema,
    query: pageQuerySchema,
    reply: modelVersionSummarySchema,
    envelope: 'list',
    cursor: 'sequence',
    etag: 'none',
    errors: ['NOT_FOUND', 'INVALID_CURSOR'],
  }),
  version: route({
    ...read,
    ...one,
    path: '/models/:id/versions/:version',
    summary: 'One version: metrics, curves, importance',
    params: versionParamsSchema,
    reply: modelVersionSchema,
    etag: 'send',
    cache: { seconds: 300, of: 'models' },
    errors: ['NOT_FOUND'],
  }),
  log: route({
    ...read,
    path: '/models/:id/versions/:version/log',
    summary: 'The training log of a version',
    params: versionParamsSchema,
    query: pageQuerySchema,
    reply: jobLogSchema,
    envelope: 'list',
    cursor: 'sequence',
    etag: 'none',
    errors: ['NOT_FOUND', 'INVALID_CURSOR'],
  }),
  deploy: route({
    ...write,
    method: 'POST',
    path: '/models/:id/deploy',
    summary: 'Serve a version',
    params: idParamsSchema,
    body: z.object({
      version: z.number().int().positive().max(1_000_000),
      alias: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,62}$/, 'Use small letters, digits and dashes.')
        .default('production'),
    }),
    reply: z.object({
      modelId: idSchema,
      version: z.number().int(),
      status: z.literal('DEPLOYED'),
      alias: z.string(),
    }),
    status: 200,
    idempotency: 'natural',
    etag: 'none',
    errors: ['NOT_FOUND'],
    audit: 'model.deployed',
  }),
  undeploy: route({
    ...write,
    method: 'POST',
    path: '/models/:id/undeploy',
    summary: 'Stop serving a model',
    params: idParamsSchema,
    reply: modelSchema,
    status: 200,
    idempotency: 'natural',
    etag: 'none',
    errors: ['NOT_FOUND'],
    audit: 'model.undeployed',
  }),
  predict: route({
    ...write,
    method: 'POST',
    path: '/models/:id/predict',
    summary: 'Predict one row or many with the deployed version',
    permission: 'read',
    params: idParamsSchema,
    body: z.object({
      inputs: z
        .union([
          z.record(z.string(), z.unknown()),
          z.array(z.record(z.string(), z.unknown())).min(1).max(10_000),
        ])
        .describe('One row by the names of its features, or a list of up to 10,000 rows.'),
    }),
    reply: z.object({ version: z.number().int(), predictions: z.array(predictionSchema) }),
    status: 200,
    idempotency: 'natural',
    etag: 'none',
    errors: ['NOT_FOUND', 'NOT_DEPLOYED'],
    audit: 'none',
    rate: 'read',
  }),
} as const;
