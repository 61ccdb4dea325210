import { z } from 'zod';
import { heldOutQuerySchema, heldOutRowsSchema, modelExplanationSchema } from './explanations.ts';
import { compareItemsSchema, comparisonSchema } from './model-comparison.ts';
import { jobLogSchema, jobSchema } from './jobs.ts';
import { trainingSchema, trainRequestSchema } from './model-training.ts';
import {
  candidateSchema,
  modelVersionSchema,
  modelVersionSummarySchema,
  versionNumberSchema,
} from './model-versions.ts';
import {
  deletedFilter,
  deletionSchema,
  descriptionSchema,
  idParamsSchema,
  idSchema,
  nameSchema,
  pageQuerySchema,
  sortedQuery,
  timestampSchema,
} from './paging.ts';
import { modelFilesOf } from './model-files.ts';
import { route } from './route.ts';
import { mostCompared } from './words.ts';

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
    deletion: deletionSchema.optional().describe('Of one that was deleted.'),
  })
  .meta({ id: 'Model' });
export type Model = z.infer<typeof modelSchema>;

const versionParamsSchema = idParamsSchema.extend({
  version: z.coerce.number().int().positive().max(1_000_000),
});

const modelFiles = modelFilesOf(modelSchema);

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
const compares = {
  method: 'POST',
  permission: 'read',
  reply: comparisonSchema,
  status: 200,
  idempotency: 'natural',
  etag: 'none',
  errors: ['NOT_FOUND'],
  audit: 'none',
  rate: 'read',
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
      ...deletedFilter,
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
    body: z.strictObject({
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
    body: z.strictObject({ name: nameSchema.optional(), description: descriptionSchema.optional() }),
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
  training: route({
    ...read,
    ...one,
    path: '/models/:id/trainings/:jobId',
    summary: 'What a training was asked for, also one that made no version',
    params: idParamsSchema.extend({ jobId: idSchema }),
    reply: trainingSchema,
    etag: 'none',
    errors: ['NOT_FOUND'],
  }),
  versions: route({
    ...read,
    path: '/models/:id/versions',
    summary: 'Its versions, newest first unless sorted otherwise',
    params: idParamsSchema,
    query: sortedQuery(['version']),
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
  explanation: route({
    ...read,
    ...one,
    path: '/models/:id/versions/:version/explanation',
    summary: 'What moves a version: SHAP values of sampled rows, partial dependence',
    params: versionParamsSchema,
    reply: modelExplanationSchema,
    etag: 'send',
    cache: { seconds: 300, of: 'models' },
    errors: ['NOT_FOUND'],
  }),
  rows: route({
    ...read,
    ...one,
    path: '/models/:id/versions/:version/rows',
    summary: 'The held-out rows behind its figures, each with what was predicted for it',
    params: versionParamsSchema,
    query: heldOutQuerySchema,
    reply: heldOutRowsSchema,
    etag: 'none',
    errors: ['NOT_FOUND', 'NOT_READY'],
    rate: 'compute',
  }),
  candidates: route({
    ...read,
    ...one,
    path: '/models/:id/candidates',
    summary: 'What the running training has judged so far, in order; empty where none runs',
    params: idParamsSchema,
    reply: z.array(candidateSchema),
    etag: 'none',
    errors: ['NOT_FOUND'],
  }),
  compare: route({
    ...write,
    ...compares,
    path: '/models/compare',
    summary: 'Versions of several models side by side',
    body: z.strictObject({ items: compareItemsSchema }),
  }),
  compareVersions: route({
    ...write,
    ...compares,
    path: '/models/:id/compare',
    summary: 'Versions of one model side by side',
    params: idParamsSchema,
    body: z.strictObject({ versions: z.array(versionNumberSchema).min(2).max(mostCompared) }),
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
  ...modelFiles,
} as const;
