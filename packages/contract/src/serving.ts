import { z } from 'zod';
import { predictionSchema } from './explanations.ts';
import { versionNumberSchema } from './model-versions.ts';
import { modelSchema } from './models.ts';
import { idParamsSchema, idSchema, timestampSchema } from './paging.ts';
import { route } from './route.ts';
import { defaultAlias } from './words.ts';

/** What a version is served as. */
export const aliasSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'Use small letters, digits and dashes, up to 63.');

export const canarySchema = z
  .object({
    version: z.number().int().positive(),
    share: z.number().describe('Percent of the requests of the alias that go to this version.'),
  })
  .meta({ id: 'Canary' });
export type Canary = z.infer<typeof canarySchema>;

export const deploymentSchema = z
  .object({
    alias: z.string(),
    version: z.number().int().positive(),
    canary: canarySchema.optional().describe('A version on trial beside it.'),
    deployedAt: timestampSchema,
  })
  .meta({ id: 'Deployment' });
export type Deployment = z.infer<typeof deploymentSchema>;

/** Not a record: a look at each of its keys would cost as much as the prediction. */
const rowSchema = z.looseObject({});
const mostRows = 10_000;

/** What is wrong with rows that are neither one nor a list that is short enough. */
const wrongInputs = (given: unknown): string => {
  if (Array.isArray(given) && given.length > mostRows)
    return `At most ${mostRows.toLocaleString('en')} rows are predicted at once, and there are ${given.length.toLocaleString('en')}. Send fewer, or make a datakit of them and predict it as a batch (POST /models/:id/predict/batch).`;
  return 'Send one row, {"feature": value, …}, or a list of rows.';
};

const chosenVersion = versionNumberSchema
  .optional()
  .describe('A version that is deployed under any alias, or on trial; not together with an alias.');
const chosenAlias = aliasSchema
  .optional()
  .describe('Absent: `production` where there is one, else what was deployed last.');

const write = {
  method: 'POST',
  permission: 'write',
  cursor: 'none',
  rate: 'write',
  cache: 'none',
  envelope: 'data',
  status: 200,
  idempotency: 'natural',
} as const;

/** How a model is put to use: deployed under aliases, and asked. */
export const serving = {
  deployments: route({
    method: 'GET',
    path: '/models/:id/deployments',
    summary: 'Which versions a model is served by, alias by alias',
    params: idParamsSchema,
    reply: z.array(deploymentSchema),
    status: 200,
    errors: ['NOT_FOUND'],
    permission: 'read',
    envelope: 'data',
    cursor: 'none',
    idempotency: 'natural',
    etag: 'send',
    audit: 'none',
    rate: 'read',
    cache: 'none',
  }),
  deploy: route({
    ...write,
    path: '/models/:id/deploy',
    summary:
      'Serve a version under an alias, all of it or on trial. Without `canary` the alias serves this version alone: said of the version on trial it promotes it, said of the version that is served it ends the trial',
    params: idParamsSchema,
    body: z.strictObject({
      version: versionNumberSchema,
      alias: aliasSchema.default(defaultAlias),
      canary: z
        .number()
        .min(0)
        .max(100)
        .optional()
        .describe(
          'Percent of the requests of the alias that this version gets on trial; the rest stays with the version that is served. One key, or one row where no key is given, always gets the same version.',
        ),
    }),
    reply: z.object({
      modelId: idSchema,
      version: z.number().int().describe('What the alias serves, beside a version on trial.'),
      status: z.literal('DEPLOYED'),
      alias: z.string(),
      canary: canarySchema.optional(),
      updatedAt: timestampSchema.describe('Of the model: its ETag is the one of this answer.'),
    }),
    etag: 'match',
    errors: ['NOT_FOUND', 'NOT_DEPLOYED', 'CONFLICT', 'PRECONDITION_FAILED'],
    audit: 'model.deployed',
  }),
  undeploy: route({
    ...write,
    path: '/models/:id/undeploy',
    summary: 'Stop serving a model, or one of its aliases',
    params: idParamsSchema,
    body: z.strictObject({ alias: aliasSchema.optional().describe('Absent: all of them.') }).default({}),
    reply: modelSchema,
    etag: 'match',
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED'],
    audit: 'model.undeployed',
  }),
  predict: route({
    ...write,
    path: '/models/:id/predict',
    summary: 'Predict one row or many with a deployed version',
    permission: 'read',
    params: idParamsSchema,
    query: z.object({ alias: chosenAlias }),
    body: z.strictObject({
      inputs: z
        .union([rowSchema, z.array(rowSchema).min(1, 'There is no row. Send one at least.').max(mostRows)], {
          error: ({ input }) => wrongInputs(input),
        })
        .describe(
          'One row by the names of its features, or a list of up to 10,000 rows, fewer of models that are slow.',
        ),
      version: chosenVersion,
      alias: chosenAlias,
      key: z
        .string()
        .max(200)
        .optional()
        .describe(
          'Whom the rows are about: while a version is on trial, one key always gets the same version.',
        ),
      explain: z
        .boolean()
        .default(false)
        .describe(
          'Tell how each feature contributes. Of up to 100 rows, fewer of models that are slow to explain.',
        ),
    }),
    reply: z.object({
      version: z.number().int().describe('The version that answered.'),
      predictions: z.array(predictionSchema),
    }),
    etag: 'none',
    errors: ['NOT_FOUND', 'NOT_DEPLOYED', 'CONFLICT', 'UNUSABLE_MODEL', 'TOO_MANY_WAITING'],
    audit: 'none',
    rate: 'read',
    respondAsync: { subject: 'model' },
  }),
} as const;
