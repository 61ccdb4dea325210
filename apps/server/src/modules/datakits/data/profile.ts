import { mkdir, stat } from 'node:fs/promises';
import type { ColumnType, DateOrder, Profile, ProfileWarning } from '@quadrax/contract';
import { appendRows, textColumns, type BaseTable } from './append.ts';
import { correlate } from './correlations.ts';
import { describeAndStore, storedSql, type Column } from './describe.ts';
import { columnId, countOf, openDuckDB, type DuckDB } from './duckdb.ts';
import type { IntakeResult } from './intake-result.ts';
import { findLeaks, type Comparable } from './leaks.ts';
import { loadTable } from './load.ts';
import type { Loaded } from './loaded.ts';
import { findSpellings } from './spelling.ts';
import { explainShortage } from './unreadable-file.ts';
import { columnWarnings, fileWarnings, leakSentence, spellingWarning } from './warnings.ts';

export { UnreadableFile } from './unreadable-file.ts';

export interface ProfileInput {
  /** The uploaded file. */
  readonly source: string;
  readonly intake: IntakeResult;
  /** A stored table that the rows of the file are put below; its columns have the same names. */
  readonly base?: BaseTable | undefined;
  /** How dates were read in the version before. */
  readonly dateOrder?: DateOrder | undefined;
  /** Where the table is to be written. */
  readonly parquet: string;
  /** A folder of this task's own, made if absent; what is left in it is the caller's to remove. */
  readonly temp: string;
  /** The most that is put aside there. */
  readonly tempBytes: number;
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
const stages = { load: 45 } as const;

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
  const { memoryMb, temp, tempBytes, parquet } = input;
  const width = input.intake.table.columns?.length ?? 0;
  const threads = width > wideTable ? 1 : input.threads;
  const paths = [input.source, parquet, ...(input.base ? [input.base.parquet] : [])];
  const db = await openDuckDB({ memoryMb, threads, temp, tempBytes, paths });
  const progress = risingProgress(hooks);
  try {
    progress(0, 'load');
    const loaded = await loadTable(
      db,
      { path: input.source, intake: input.intake, temp, dateOrder: input.dateOrder },
      {
        progress: (share) => progress(share * stages.load, 'load'),
        log: (line) => hooks.log(line),
      },
      input.base && (await textColumns(db, input.base)),
    );
    hooks.log(`Loaded ${loaded.rows} rows of ${loaded.names.length} columns.`);
    const table = input.base ? await appendRows(db, loaded, input.base) : loaded;
    const whole = { ...table, dateOrder: loaded.dateOrder ?? input.dateOrder };
    const output = await profileLoaded(db, whole, input.intake.table, parquet, {
      log: (line) => hooks.log(line),
      progress: (share) => progress(stages.load + share * (total - 1 - stages.load), 'profile'),
    });
    progress(total, 'done');
    return output;
  } catch (error) {
    throw explainShortage(error, memoryMb);
  } finally {
    db.close();
  }
}

export interface LoadedHooks {
  /** The share done, 0 to 1. */
  progress(share: number): void;
  log(line: string): void;
}

/** Profiles the table `t` of a database and writes it as Parquet. */
export async function profileLoaded(
  db: DuckDB,
  loaded: Loaded,
  table: IntakeResult['table'],
  parquet: string,
  hooks: LoadedHooks,
): Promise<ProfileOutput> {
  const columns = await describeAndStore(db, loaded, parquet, (share) => hooks.progress(share * 0.85));
  const warnings = await gatherWarnings(db, table, loaded, columns);
  const correlations = await correlate(
    db,
    columns.flatMap((column, i) => comparable(column, i, loaded)),
    loaded.names,
    loaded.rows,
  );
  const profiles = columns.map(({ profile }) => profile);
  const { size } = await stat(parquet);
  hooks.log(
    `Stored the columns in ${size} bytes; ${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}.`,
  );
  hooks.progress(1);
  return {
    rows: loaded.rows,
    columns: profiles.map(({ name, type }) => ({ name, type })),
    profile: {
      rows: loaded.rows,
      columns: profiles,
      warnings,
      ...(correlations && { correlations }),
      ...(loaded.dateOrder && { dateOrder: loaded.dateOrder }),
      exact: true,
    },
    parquetBytes: size,
  };
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
  table: IntakeResult['table'],
  loaded: Loaded,
  columns: readonly Column[],
): Promise<ProfileWarning[]> {
  const leaks = await findLeaks(
    db,
    columns.flatMap((column, i) => comparable(column, i, loaded)),
    loaded.rows,
  );
  const spellings = await gatherSpellings(db, loaded, columns);
  const nameOf = (index: number) => loaded.names[index] ?? '';
  return [
    ...fileWarnings(table, await countDuplicates(db, loaded, columns)),
    ...(loaded.warnings ?? []),
    ...columns.flatMap((column, i) => [...columnWarnings(column, loaded.rows), ...(spellings.get(i) ?? [])]),
    ...leaks.map(({ first, second, how }): ProfileWarning => ({
      code: 'LIKELY_LEAK',
      column: nameOf(second),
      other: nameOf(first),
      message: `${leakSentence(how, nameOf(first))} Leave one out when the other is to be predicted.`,
    })),
  ];
}

/** Of each column of words that are categories, by its place. */
async function gatherSpellings(
  db: DuckDB,
  { physicals }: Loaded,
  columns: readonly Column[],
): Promise<ReadonlyMap<number, ProfileWarning[]>> {
  const found = new Map<number, ProfileWarning[]>();
  for (const [i, { profile, marks }] of columns.entries()) {
    if (physicals[i]?.kind !== 'varchar' || profile.distinct < 2) continue;
    if (profile.type !== 'categorical' && profile.type !== 'geographic') continue;
    if (isSpeltOneWay(profile)) continue;
    const spellings = await findSpellings(db, i, marks);
    if (spellings) found.set(i, [spellingWarning(profile.name, spellings)]);
  }
  return found;
}

/** Whether all values are at hand, and no two of them the same but for case and spaces: most columns need no more. */
function isSpeltOneWay({ top = [], distinct }: Column['profile']): boolean {
  if (top.length < distinct) return false;
  return new Set(top.map(({ value }) => value.trim().toLowerCase())).size === top.length;
}

function comparable({ profile, marks }: Column, index: number, loaded: Loaded): Comparable[] {
  const { type, distinct } = profile;
  const { kind } = loaded.physicals[index] ?? {};
  if (type === 'identifier' || type === 'text' || kind === 'timestamp' || kind === 'time') return [];
  const number = kind === 'double' || kind === 'bigint';
  if (!number && (marks || distinct > 1000)) return [];
  return [{ index, kind: number ? 'number' : 'word', distinct }];
}

/** Rows that repeat an earlier one; told by a 64-bit hash of the row, so two different rows pass for one at 1 in 10^7. */
async function countDuplicates(db: DuckDB, loaded: Loaded, columns: readonly Column[]): Promise<number> {
  if (columns.some(({ profile }) => profile.distinct === loaded.rows)) return 0;
  const stored = columns.map(({ marks }, i) => storedSql(columnId(i), marks));
  const [row] = await db.rows(`SELECT count(DISTINCT hash(${stored.join(', ')})) FROM t`);
  return loaded.rows - countOf(row?.[0]);
}
