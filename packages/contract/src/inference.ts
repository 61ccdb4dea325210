import { z } from 'zod';
import { route } from './route.ts';

/*
 * The Open Inference Protocol, version 2, as JSON over HTTP:
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */

export const tensorDatatypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;
export type TensorDatatype = (typeof tensorDatatypes)[number];

const parametersSchema = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .optional()
  .describe('Key and value pairs; those that are not known are ignored.');

export const inferenceErrorSchema = z
  .object({
    error: z.string(),
    name: z.string().optional(),
    ready: z
      .literal(false)
      .optional()
      .describe('Asked whether a model is ready that is not deployed: its name, and that it is not.'),
  })
  .meta({ id: 'InferenceError' });
export type InferenceError = z.infer<typeof inferenceErrorSchema>;

const tensorMetadataSchema = z.object({
  name: z.string(),
  datatype: z.enum(tensorDatatypes),
  shape: z.array(z.number().int()).describe('-1 stands for any size.'),
});
export type TensorMetadata = z.infer<typeof tensorMetadataSchema>;

/** What a tensor is checked for by hand, so that what is wrong with it can be said with its name. */
const requestInputSchema = z.object({
  name: z.string().max(1000).describe('A feature of the model.'),
  shape: z
    .array(z.number())
    .max(8)
    .describe('`[rows]` or `[rows, 1]`, the same number of rows for all inputs.'),
  datatype: z
    .string()
    .max(20)
    .describe(
      `One of ${tensorDatatypes.join(', ')}. Categories are BYTES (or BOOL, or whole numbers), dates BYTES as ISO 8601 or a number of milliseconds since 1970, numbers any of the rest but BOOL.`,
    ),
  parameters: parametersSchema,
  data: z
    .array(z.unknown())
    .optional()
    .describe('Row by row, flat or nested as the shape says; null is a missing value.'),
});
export type RequestInput = z.infer<typeof requestInputSchema>;

export const inferenceRequestSchema = z
  .object({
    id: z.string().max(1000).optional(),
    parameters: parametersSchema.describe(
      '`alias` chooses among the deployments of the model; `key` says whom the rows are about, so that a version on trial is always the same for them.',
    ),
    inputs: z.array(requestInputSchema).min(1).max(10_000),
    outputs: z
      .array(z.object({ name: z.string().max(1000), parameters: parametersSchema }))
      .max(100)
      .optional()
      .describe('Absent: all of them.'),
  })
  .meta({ id: 'InferenceRequest' });
export type InferenceRequest = z.infer<typeof inferenceRequestSchema>;

const responseOutputSchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int()),
  datatype: z.enum(tensorDatatypes),
  parameters: parametersSchema,
  data: z.array(z.union([z.string(), z.number(), z.boolean()])).describe('Flat, row by row.'),
});
export type ResponseOutput = z.infer<typeof responseOutputSchema>;

export const inferenceResponseSchema = z
  .object({
    model_name: z.string(),
    model_version: z.string(),
    id: z.string().optional().describe('The one of the request, if any.'),
    parameters: parametersSchema,
    outputs: z.array(responseOutputSchema),
  })
  .meta({ id: 'InferenceResponse' });
export type InferenceResponse = z.infer<typeof inferenceResponseSchema>;

const modelMetadataSchema = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(tensorMetadataSchema),
    outputs: z
      .array(tensorMetadataSchema.extend({ parameters: parametersSchema }))
      .describe('`probabilities` tells its classes, in their order, as JSON in the parameter `classes`.'),
  })
  .meta({ id: 'InferenceModel' });
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

const nameParams = z.object({
  name: z.string().min(1).max(255).describe('The id of a model, or its name where no other has it.'),
});
const versionParams = nameParams.extend({ version: z.string().min(1).max(20) });

const shared = {
  protocol: 'open-inference',
  status: 200,
  envelope: 'raw',
  cursor: 'none',
  idempotency: 'natural',
  etag: 'none',
  audit: 'none',
  cache: 'none',
} as const;
const health = { ...shared, method: 'GET', permission: 'public', rate: 'none', errors: [] } as const;
const read = {
  ...shared,
  method: 'GET',
  permission: 'read',
  rate: 'read',
  errors: ['NOT_FOUND', 'NOT_DEPLOYED', 'CONFLICT'],
} as const;
const infer = {
  ...read,
  method: 'POST',
  body: inferenceRequestSchema,
  reply: inferenceResponseSchema,
} as const;
const readyReply = z.object({ name: z.string(), ready: z.boolean() });

/** Deployed models by the Open Inference Protocol. */
export const inference = {
  server: route({
    ...health,
    path: '/v2',
    summary: 'Open Inference Protocol: the server',
    reply: z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) }),
    rate: 'read',
  }),
  live: route({
    ...health,
    path: '/v2/health/live',
    summary: 'Open Inference Protocol: whether the server is alive',
    reply: z.object({ live: z.boolean() }),
  }),
  ready: route({
    ...health,
    path: '/v2/health/ready',
    summary: 'Open Inference Protocol: whether the server takes requests',
    reply: z.object({ live: z.boolean(), ready: z.boolean() }),
    errors: ['UNAVAILABLE'],
  }),
  model: route({
    ...read,
    path: '/v2/models/:name',
    summary: 'Open Inference Protocol: inputs and outputs of a model',
    params: nameParams,
    reply: modelMetadataSchema,
  }),
  modelVersion: route({
    ...read,
    path: '/v2/models/:name/versions/:version',
    summary: 'Open Inference Protocol: inputs and outputs of a version',
    params: versionParams,
    reply: modelMetadataSchema,
  }),
  modelReady: route({
    ...read,
    path: '/v2/models/:name/ready',
    summary: 'Open Inference Protocol: whether a model answers',
    params: nameParams,
    reply: readyReply,
  }),
  modelVersionReady: route({
    ...read,
    path: '/v2/models/:name/versions/:version/ready',
    summary: 'Open Inference Protocol: whether a version answers',
    params: versionParams,
    reply: readyReply,
  }),
  infer: route({
    ...infer,
    path: '/v2/models/:name/infer',
    summary: 'Open Inference Protocol: predict',
    params: nameParams,
  }),
  inferVersion: route({
    ...infer,
    path: '/v2/models/:name/versions/:version/infer',
    summary: 'Open Inference Protocol: predict with a version',
    params: versionParams,
  }),
} as const;
