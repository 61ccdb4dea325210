import { mkdir, stat } from 'node:fs/promises';
import type { ColumnType, Profile, ProfileWarning } from '@quadrax/contract';
import { describeAndStore, type Column } from './describe.ts';
import { columnId, countOf, openDuckDB, type DuckDB } from './duckdb.ts';
import type { IntakeResult } from './intake-result.ts';
import { findLeaks, type Comparable } from './leaks.ts';
import { loadTable, type Loaded } from './load.ts';
import { explainMemory } from './unreadable-file.ts';
import { columnWarnings, fileWarnings } from './warnings.ts';

export { UnreadableFile } from './unreadable-file.ts';

export interface ProfileInput {
  /** The uploaded file. */
  readonly source: string;
  readonly intake: IntakeResult;
  /** Where the table is to be written. */
  readonly parquet: string;
  /** A folder of this task's own, made if absent; what is left in it is the caller's to remove. */
  readonly temp: string;
  /** DuckDB's limit; the process may take about 170 MB more. */
  readonly memoryMb: number;
  readonly threads: number;
}

export interface ProfileHooks {
  /** Units of work done and known, out of 100. */
  progress(done: number, total: number, stage: string): void;
  log(line: string): void;
}

export interface ProfileOutput {
  readonly rows: number;
  readonly columns: { name: string; type: ColumnType }[];
  readonly profile: Profile;
  readonly parquetBytes: number;
}

const total = 100;
const stages = { load: 45, profile: 92 } as const;

/** Every thread of DuckDB holds 2,048 rows of all columns: 32 KiB a column, several times. */
const wideTable = 1000;

/**
 * Loads an uploaded file, writes it as Parquet (columns c0, c1 …; real names only beside it, since DuckDB does not
 * tell `Age` from `age`) and profiles it. Every figure counts every row, `distinct` too. Meant for a child process.
 * Throws `UnreadableFile` when the file is not a table or too big for the memory;
 * other errors are the machine's.
 */
export async function profileFile(input: ProfileInput, hooks: ProfileHooks): Promise<ProfileOutput> {
  await mkdir(input.temp, { recursive: true });
  const { memoryMb, temp, parquet } = input;
  const width = input.intake.table.columns?.length ?? 0;
  const threads = width > wideTable ? 1 : input.threads;
  const db = await openDuckDB({ memoryMb, threads, temp, paths: [input.source, parquet] });
  const progress = risingProgress(hooks);
  try {
    progress(0, 'load');
    const loaded = await loadTable(
      db,
      { path: input.source, intake: input.intake, temp },
      {
        progress: (share) => progress(share * stages.load, 'load'),
        log: (line) => hooks.log(line),
      },
    );
    hooks.log(`Loaded ${loaded.rows} rows of ${loaded.names.length} columns.`);
    const columns = await describeAndStore(db, loaded, parquet, (share) =>
      progress(stages.load + share * (stages.profile - stages.load), 'profile'),
    );
    const warnings = await gatherWarnings(db, input.intake, loaded, columns);
    const profiles = columns.map(({ profile }) => profile);
    const { size } = await stat(parquet);
    hooks.log(
      `Stored the columns in ${size} bytes; ${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}.`,
    );
    progress(total, 'done');
    return {
      rows: loaded.rows,
      columns: profiles.map(({ name, type }) => ({ name, type })),
      profile: { rows: loaded.rows, columns: profiles, warnings, exact: true },
      parquetBytes: size,
    };
  } catch (error) {
    throw explainMemory(error, memoryMb);
  } finally {
    db.close();
  }
}

/** A file that is read a second time does not send the progress back. */
function risingProgress(hooks: ProfileHooks): (done: number, stage: string) => void {
  let furthest = 0;
  return (done, stage) => {
    furthest = Math.max(furthest, Math.round(done));
    hooks.progress(furthest, total, stage);
  };
}

async function gatherWarnings(
  db: DuckDB,
  intake: IntakeResult,
  loaded: Loaded,
  columns: readonly Column[],
): Promise<ProfileWarning[]> {
  const leaks = await findLeaks(
    db,
    columns.flatMap((column, i) => comparable(column, i, loaded)),
    loaded.rows,
  );
  const nameOf = (index: number) => loaded.names[index] ?? '';
  return [
    ...fileWarnings(intake.table, await countDuplicates(db, loaded, columns)),
    ...columns.flatMap((column) => columnWarnings(column, loaded.rows)),
    ...leaks.map(({ first, second, how }): ProfileWarning => ({
      code: 'LIKELY_LEAK',
      column: nameOf(second),
      message:
        how === 'correlation'
          ? `It follows from "${nameOf(first)}": their correlation is 1. Leave one out when the other is to be predicted.`
          : `It says the same as "${nameOf(first)}" in other words. Leave one out when the other is to be predicted.`,
    })),
  ];
}

function comparable({ profile, marks }: Column, index: number, loaded: Loaded): Comparable[] {
  const { type, distinct } = profile;
  const { kind } = loaded.physicals[index] ?? {};
  if (type === 'identifier' || type === 'text' || kind === 'timestamp') return [];
  const number = kind === 'double' || kind === 'bigint';
  if (!number && (marks || distinct > 1000)) return [];
  return [{ index, kind: number ? 'number' : 'word', distinct }];
}

/** Rows that repeat an earlier one; told by a 64-bit hash of the row, so two different rows pass for one at 1 in 10^7. */
async function countDuplicates(db: DuckDB, loaded: Loaded, columns: readonly Column[]): Promise<number> {
  if (columns.some(({ profile }) => profile.distinct === loaded.rows)) return 0;
  const ids = columns.map((_, i) => columnId(i));
  const [row] = await db.rows(`SELECT count(DISTINCT hash(${ids.join(', ')})) FROM t`);
  return loaded.rows - countOf(row?.[0]);
}
