import { z } from 'zod';
import { dateOrderSchema } from './datakit-reading.ts';
import { deletionSchema, idSchema, timestampSchema } from './paging.ts';

export const columnTypeSchema = z.enum([
  'numeric',
  'integer',
  'boolean',
  'datetime',
  'time',
  'categorical',
  'text',
  'identifier',
  'geographic',
]);
export type ColumnType = z.infer<typeof columnTypeSchema>;

export const fileFormatSchema = z.enum(['csv', 'json', 'ndjson', 'parquet', 'xlsx']);
export type FileFormat = z.infer<typeof fileFormatSchema>;

export const fileContentTypes = {
  csv: 'text/csv',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const satisfies Readonly<Record<FileFormat, string>>;

export const datakitStatusSchema = z.enum(['PROCESSING', 'READY', 'FAILED']);

export const datakitSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    description: z.string(),
    status: datakitStatusSchema,
    format: fileFormatSchema,
    fileName: z.string().describe('The name the file had, without its path.'),
    rows: z.number().int().nonnegative().nullable().describe('null until the profile is there.'),
    columns: z.array(z.object({ name: z.string(), type: columnTypeSchema })),
    sizeBytes: z.number().int().nonnegative(),
    sha256: z.string(),
    version: z.number().int().positive(),
    sample: z.string().optional().describe('The shipped sample it was made from.'),
    jobId: idSchema.optional().describe('The job that profiles it.'),
    error: z.string().optional().describe('Why it failed, and what to do.'),
    createdAt: timestampSchema,
    updatedAt: timestampSchema,
    deletion: deletionSchema.optional().describe('Of one that was deleted.'),
  })
  .meta({ id: 'Datakit' });
export type Datakit = z.infer<typeof datakitSchema>;

/** A bound of a column: a number, or text for dates (ISO 8601), times of day (HH:MM:SS) and words. */
const boundSchema = z.union([z.number(), z.string()]);

export const columnProfileSchema = z
  .object({
    name: z.string(),
    type: columnTypeSchema,
    missing: z.number().int().nonnegative(),
    distinct: z.number().int().nonnegative(),
    min: boundSchema.optional(),
    max: boundSchema.optional(),
    mean: z.number().optional(),
    std: z.number().optional(),
    quantiles: z.array(z.object({ p: z.number(), value: boundSchema })).optional(),
    histogram: z
      .object({
        edges: z
          .array(z.number())
          .describe(
            'counts.length + 1 edges; dates as milliseconds since 1970, times of day since midnight.',
          ),
        counts: z.array(z.number().int()),
      })
      .optional(),
    top: z.array(z.object({ value: z.string(), count: z.number().int() })).optional(),
  })
  .meta({ id: 'ColumnProfile' });
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

export const warningCodeSchema = z.enum([
  'CONSTANT',
  'ALL_MISSING',
  'MANY_MISSING',
  'DUPLICATE_ROWS',
  'LIKELY_IDENTIFIER',
  'LIKELY_LEAK',
  'IMBALANCED',
  'MIXED_TYPES',
  'SPELLINGS',
  'NOT_FINITE',
  'RAGGED_ROWS',
  'ENCODING',
  'SKIPPED_LINES',
  'OTHER_SHEETS',
  'AMBIGUOUS_DATES',
  'UNITS',
]);

export const profileWarningSchema = z
  .object({
    code: warningCodeSchema,
    column: z.string().optional(),
    other: z
      .string()
      .optional()
      .describe('Of a likely leak: the column that tells the first, and that it tells.'),
    message: z.string(),
    spellings: z
      .array(z.array(z.object({ value: z.string(), count: z.number().int().positive() })))
      .optional()
      .describe(
        'Of SPELLINGS: values that differ only in case or in spaces at the ends, with their rows. The first of each list has the most.',
      ),
  })
  .meta({ id: 'ProfileWarning' });
export type ProfileWarning = z.infer<typeof profileWarningSchema>;

const ofSchema = z
  .number()
  .int()
  .optional()
  .describe(
    'How many columns of the kind could be compared. Where there are more than are told, these are the first in the order of the table. Absent: the profile was made before this was counted.',
  );
const matrixSchema = z.array(z.array(z.number().nullable())).describe('null where it is not defined.');

export const correlationsSchema = z
  .object({
    numeric: z
      .object({
        columns: z.array(z.string()).describe('Up to 100, fewer of long tables.'),
        of: ofSchema,
        pearson: matrixSchema,
        spearman: matrixSchema.optional().describe('Of ranks in the whole column; absent for long tables.'),
      })
      .optional()
      .describe('Columns of numbers; a pair counts the rows that have both.'),
    categorical: z
      .object({
        columns: z.array(z.string()).describe('Up to 12, fewer of long tables.'),
        of: ofSchema,
        cramersV: matrixSchema,
      })
      .optional()
      .describe('Columns of words with up to 100 values.'),
    exact: z.boolean().describe('true: over all rows, of the columns that are told.'),
  })
  .meta({ id: 'Correlations' });
export type Correlations = z.infer<typeof correlationsSchema>;

export const profileSchema = z
  .object({
    rows: z.number().int().nonnegative(),
    columns: z.array(columnProfileSchema),
    warnings: z.array(profileWarningSchema),
    correlations: correlationsSchema
      .optional()
      .describe('How columns go together; absent where no two can be compared.'),
    dateOrder: dateOrderSchema
      .optional()
      .describe(
        'How the dates of the file were read, where they are written with numbers of which either may be the day.',
      ),
    exact: z
      .boolean()
      .describe('true: every figure counts every row. false: `distinct` of some column is an estimate.'),
  })
  .meta({ id: 'Profile' });
export type Profile = z.infer<typeof profileSchema>;

export const cellSchema = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export type Cell = z.infer<typeof cellSchema>;

export const previewSchema = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: columnTypeSchema })),
    rows: z.array(z.array(cellSchema)),
  })
  .meta({ id: 'Preview' });
export type Preview = z.infer<typeof previewSchema>;

export const sampleSchema = z
  .object({
    name: z.string().describe('What `POST /datakits/samples/:sample` takes.'),
    title: z.string(),
    description: z.string(),
    rows: z.number().int(),
    columns: z.number().int(),
    target: z.string().describe('The column one would predict.'),
    task: z.enum(['CLASSIFICATION', 'REGRESSION']),
    source: z.string(),
    licence: z.string(),
  })
  .meta({ id: 'Sample' });
export type Sample = z.infer<typeof sampleSchema>;
