import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Cell, QueryResult, TransformPreview } from '@quadrax/contract';
import { computeTask, TaskError } from '#platform/compute';
import type { ExportInput } from './data/export.ts';
import type { PreviewInput } from './data/preview.ts';
import type { ProfileInput, ProfileOutput } from './data/profile.ts';
import type { QueryInput } from './data/query.ts';
import type { TransformInput, TransformPreviewInput } from './data/transform.ts';
import type { Fill, FillInput, WidenInput } from './data/widen.ts';

export interface ProfiledFile extends ProfileOutput {
  readonly parquetSha256: string;
}

/** A table that was made here, and what a person should know of how. */
export interface TransformedFiles {
  readonly made: readonly ProfiledFile[];
  readonly notes: readonly string[];
}

const digestOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

const sealed = async (output: ProfileOutput, parquet: string): Promise<ProfiledFile> => {
  const { size } = await stat(parquet);
  return { ...output, parquetBytes: size, parquetSha256: await digestOf(parquet) };
};

/** What a task says of a query that was wrong: the field, and the sentence. It crosses a process as text. */
const wrongQuery = 'WRONG_QUERY';
export interface WrongQuery {
  readonly code: 'INVALID_QUERY' | 'QUERY_LIMIT' | 'UNKNOWN_FIELD';
  readonly field: string;
  readonly message: string;
}

/** The mistake in a query or a step that ended a task; undefined for any other end. */
export const wrongQueryOf = (error: unknown): WrongQuery | undefined =>
  error instanceof TaskError && error.code === wrongQuery
    ? (JSON.parse(error.message) as WrongQuery)
    : undefined;

/** Runs work whose mistakes are a person's own, and passes those on. */
const forPerson = async <T>(work: () => Promise<T>): Promise<T> => {
  const { UnreadableFile } = await import('./data/unreadable-file.ts');
  const { QueryError } = await import('./data/query-error.ts');
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreadableFile) throw new TaskError('UNREADABLE_FILE', error.message);
    if (!(error instanceof QueryError)) throw error;
    const { code, field, message } = error;
    throw new TaskError(wrongQuery, JSON.stringify({ code, field, message } satisfies WrongQuery));
  }
};

/** Reads an uploaded file, writes it as Parquet, and finds out what its columns hold. */
export const profileTask = computeTask(
  import.meta.url,
  'datakits.profile',
  async (input: ProfileInput, context): Promise<ProfiledFile> => {
    const { profileFile } = await import('./data/profile.ts');
    return forPerson(async () => sealed(await profileFile(input, context), input.parquet));
  },
);

/** A page of the table's rows. */
export const previewTask = computeTask(
  import.meta.url,
  'datakits.preview',
  async (input: PreviewInput): Promise<{ rows: Cell[][]; total: number }> => {
    const { previewTable } = await import('./data/preview.ts');
    return previewTable(input);
  },
);

/** The answer to one SELECT. */
export const queryTask = computeTask(
  import.meta.url,
  'datakits.query',
  async (input: QueryInput): Promise<QueryResult> => {
    const { queryTables } = await import('./data/query.ts');
    return forPerson(() => queryTables(input));
  },
);

/** What a transformation makes of the first rows. */
export const previewTransformTask = computeTask(
  import.meta.url,
  'datakits.previewTransform',
  async (input: TransformPreviewInput): Promise<TransformPreview> => {
    const { previewTransform } = await import('./data/transform.ts');
    return forPerson(() => previewTransform(input));
  },
);

/** Makes tables of tables, and finds out what their columns hold. */
export const transformTask = computeTask(
  import.meta.url,
  'datakits.transform',
  async (input: TransformInput, context): Promise<TransformedFiles> => {
    const { transformTables } = await import('./data/transform.ts');
    return forPerson(async () => {
      const { made, notes } = await transformTables(input, context);
      return {
        made: await Promise.all(made.map((output, i) => sealed(output, input.outputs[i] ?? ''))),
        notes,
      };
    });
  },
);

/** Fills new columns of a table, a piece of its rows at a time. For compute processes. */
export const fillDatakit = async (
  input: FillInput,
  fill: Fill,
  progress: (share: number) => void,
): Promise<void> => {
  const { fillColumns } = await import('./data/widen.ts');
  await forPerson(() => fillColumns(input, fill, progress));
};

/** Writes a table with columns that were filled for it, and finds out what they hold. */
export const widenTask = computeTask(
  import.meta.url,
  'datakits.widen',
  async (input: WidenInput, context): Promise<ProfiledFile> => {
    const { widenTable } = await import('./data/widen.ts');
    return forPerson(async () => sealed(await widenTable(input, context), input.output));
  },
);

/** Writes the table in another format; its size in bytes. */
export const exportTask = computeTask(
  import.meta.url,
  'datakits.export',
  async (input: ExportInput): Promise<number> => {
    const { exportTable } = await import('./data/export.ts');
    return exportTable(input);
  },
);
