import { z } from 'zod';
import type { ColumnType } from './datakit-shapes.ts';
import { jobSchema } from './jobs.ts';
import type { Feature } from './models.ts';
import { descriptionSchema, idParamsSchema, idSchema, nameSchema } from './paging.ts';
import { route } from './route.ts';
import { aliasSchema, versionNumberSchema } from './serving.ts';

export const addedColumnSchema = z.enum(['prediction', 'probabilities']);
export type AddedColumn = z.infer<typeof addedColumnSchema>;

export const batchPredictionSchema = z.object({
  datakitId: idSchema.describe('The datakit whose rows are predicted.'),
  datakitVersion: versionNumberSchema.optional().describe('Absent: its current version.'),
  version: versionNumberSchema
    .optional()
    .describe('Any version of the model, deployed or not; not together with an alias.'),
  alias: aliasSchema
    .optional()
    .describe(
      'The version that this alias serves, never the one on trial beside it. Neither: what answers predictions, else the latest version.',
    ),
  name: nameSchema.optional().describe('Of the new datakit. Absent: made of both names.'),
  description: descriptionSchema.default(''),
  keep: z
    .array(z.string().max(1000))
    .max(10_000)
    .optional()
    .describe('The columns that are taken over, in this order. Absent: all.'),
  add: z
    .array(addedColumnSchema)
    .min(1)
    .max(2)
    .optional()
    .describe(
      'What is added to each row: `TARGET_predicted`, and of classes `TARGET_probability_CLASS`. Absent: all that the model gives.',
    ),
});
export type BatchPrediction = z.infer<typeof batchPredictionSchema>;

export const batchPredictions = {
  predictBatch: route({
    method: 'POST',
    path: '/models/:id/predict/batch',
    summary: 'Predict every row of a datakit: a new datakit',
    params: idParamsSchema,
    body: batchPredictionSchema,
    reply: jobSchema,
    status: 202,
    permission: 'write',
    envelope: 'data',
    cursor: 'none',
    idempotency: 'key',
    etag: 'none',
    errors: ['NOT_FOUND', 'NOT_READY', 'NOT_DEPLOYED', 'UNKNOWN_FIELD', 'COLUMNS_DIFFER', 'NO_SPACE'],
    audit: 'model.batch_prediction_started',
    rate: 'compute',
    cache: 'none',
  }),
} as const;

/** A column of a table that is to be predicted, and what is known of it beyond its type. */
export interface FitColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** What identifiers and places are kept as, which their type leaves open. */
  readonly kept?: 'number' | 'word';
  /** It has no value in any row. */
  readonly empty?: boolean;
}

export interface Misfit {
  readonly feature: string;
  readonly message: string;
}

type Holds = 'number' | 'date' | 'boolean' | 'word' | 'unknown';

const holds: Readonly<Record<ColumnType, Holds>> = {
  numeric: 'number',
  integer: 'number',
  boolean: 'boolean',
  datetime: 'date',
  categorical: 'word',
  // A column without a value is text too.
  text: 'unknown',
  identifier: 'unknown',
  geographic: 'unknown',
};

const held = { number: 'numbers', date: 'dates', boolean: 'true and false', word: 'words' } as const;
const needed = {
  numeric: 'numbers',
  datetime: 'dates',
  categorical: 'categories',
  text: 'text',
} as const;

const isNumeral = (category: string): boolean => category.trim() !== '' && Number.isFinite(Number(category));

const takes = ({ type, categories = [] }: Feature, what: Exclude<Holds, 'unknown'>): boolean => {
  if (type === 'numeric') return what === 'number';
  if (type === 'datetime') return what === 'date';
  if (what === 'word' || type === 'text') return what === 'word';
  if (what === 'boolean') return categories.includes('true') || categories.includes('false');
  return what === 'number' && categories.some(isNumeral);
};

/**
 * What a model needs of a table and does not find there: features without a column of their name, or with one that
 * holds something else. What a column's type leaves open, and nobody knows, is taken to fit.
 */
export const misfitsOf = (features: readonly Feature[], columns: readonly FitColumn[]): Misfit[] => {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return features.flatMap((feature): Misfit[] => {
    const { name, type } = feature;
    const column = byName.get(name);
    if (!column) return [{ feature: name, message: `The column "${name}" is missing.` }];
    const what =
      column.kept ?? (column.type === 'text' && column.empty === false ? 'word' : holds[column.type]);
    if (column.empty === true || what === 'unknown' || takes(feature, what)) return [];
    return [
      {
        feature: name,
        message: `The column "${name}" holds ${held[what]}, and the model needs ${needed[type]}.`,
      },
    ];
  });
};
