import { z } from 'zod';
import { idParamsSchema, timestampSchema } from './paging.ts';
import { route } from './route.ts';
import { versionNumberSchema } from './model-versions.ts';

const latencySchema = z
  .object({ p50: z.number(), p95: z.number(), p99: z.number() })
  .describe('Milliseconds within the server, from the request as it was read to its answer.');

export const verdictSchema = z.enum(['stable', 'moderate', 'shifted', 'too_few_rows']);
export type Verdict = z.infer<typeof verdictSchema>;

const driftCellSchema = z.object({
  label: z.string().describe('A range of numbers or dates, or a category.'),
  training: z
    .number()
    .describe(
      'Share of the training rows; of a prediction, of what was answered for rows held out of training.',
    ),
  served: z.number().describe('Share of the rows that were predicted.'),
});

export const driftSchema = z
  .object({
    name: z.string(),
    kind: z
      .enum(['numeric', 'datetime', 'time', 'categorical', 'text'])
      .describe('Texts are compared by their lengths and by how many are missing.'),
    psi: z
      .number()
      .optional()
      .describe('Population stability index over the cells and what is missing; absent with too few rows.'),
    verdict: verdictSchema,
    rows: z.number().int().describe('Rows that were predicted and are counted here.'),
    needed: z.number().int().describe('Rows that a comparison needs: with fewer, chance looks like a drift.'),
    sentence: z.string(),
    missing: z.object({ training: z.number(), served: z.number() }),
    unseen: z.number().describe('Share of the rows with a category that training had not.'),
    cells: z.array(driftCellSchema),
  })
  .meta({ id: 'Drift' });
export type Drift = z.infer<typeof driftSchema>;

const driftPointSchema = z.object({
  at: timestampSchema,
  hours: z.number().int().describe('How long it is: 1 in spans of up to two days, else 24.'),
  rows: z.number().int(),
  prediction: z.number().optional().describe('Population stability index; absent with too few rows.'),
  features: z
    .array(z.object({ name: z.string(), psi: z.number() }))
    .describe('Of the 20 most drifted of the whole span, those with rows enough.'),
});

const trafficSchema = z.object({
  requests: z.number().int(),
  errors: z.number().int().describe('Requests that were refused, such as for a value of the wrong type.'),
  rows: z.number().int(),
  latency: latencySchema.optional(),
});

export const monitoringSchema = z
  .object({
    ...trafficSchema.shape,
    version: z.number().int(),
    from: timestampSchema,
    to: timestampSchema,
    keptFrom: timestampSchema
      .optional()
      .describe('Where the span begins before counts are kept: what is told begins here.'),
    series: z
      .array(trafficSchema.extend({ at: timestampSchema }))
      .describe('Hours in which something was asked, in order.'),
    compared: z
      .boolean()
      .describe(
        'Whether there is something to compare with. Versions trained before that was kept, and imported ones at first, have nothing.',
      ),
    reference: z
      .object({ source: z.enum(['training', 'first_predictions']), rows: z.number().int() })
      .optional()
      .describe(
        'What it is compared with: what it was trained on or, as an imported model brings no training data, the first rows that it predicted. Where this says training below, that is meant.',
      ),
    uncompared: z
      .enum(['gathering', 'trained_before', 'imported'])
      .optional()
      .describe(
        'Why it is not compared: the first predictions of an imported model are being gathered, or it was trained before references were kept. imported is not sent any more.',
      ),
    gathering: z
      .object({ rows: z.number().int(), needed: z.number().int() })
      .optional()
      .describe('Of an imported model: rows gathered so far, and how many are needed.'),
    prediction: driftSchema.optional(),
    features: z.array(driftSchema).describe('The most drifted first; at most the 200 most important.'),
    driftSeries: z
      .array(driftPointSchema)
      .describe('How far from training, in the hours or days (UTC) in which rows were predicted, in order.'),
  })
  .meta({ id: 'Monitoring' });
export type Monitoring = z.infer<typeof monitoringSchema>;

/** How deployed models do. */
export const monitoring = {
  monitoring: route({
    method: 'GET',
    path: '/models/:id/monitoring',
    summary: 'What a version was asked, how long it took, and how far that is from what it was trained on',
    params: idParamsSchema,
    query: z.object({
      version: z.coerce
        .number()
        .pipe(versionNumberSchema)
        .optional()
        .describe('Absent: the one that is deployed, else the latest.'),
      from: timestampSchema.optional().describe('Absent: seven days before the end. Whole hours are told.'),
      to: timestampSchema.optional().describe('Absent: now.'),
    }),
    reply: monitoringSchema,
    status: 200,
    errors: ['NOT_FOUND'],
    permission: 'read',
    envelope: 'data',
    cursor: 'none',
    idempotency: 'natural',
    etag: 'none',
    audit: 'none',
    rate: 'read',
    cache: 'none',
  }),
} as const;
