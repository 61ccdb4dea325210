import { mkdir, stat } from 'node:fs/promises';
import type { ColumnProfile, ColumnType, Profile, ProfileWarning } from '@quadrax/contract';
import { isRowNumber, numberType, wordType } from './column-types.ts';
import { columnId, countOf, openDuckDB, sqlText, type DuckDB } from './duckdb.ts';
import type { IntakeResult } from './intake-result.ts';
import { findLeaks, type Comparable } from './leaks.ts';
import { isMark } from './literals.ts';
import { loadTable, type Loaded } from './load.ts';
import { numberStatistics, type NumberColumn, type NumberStatistics } from './number-statistics.ts';
import { isWordMissing } from './physical.ts';
import { columnWarnings, fileWarnings, type ColumnFacts } from './warnings.ts';
import { wordStatistics, type WordStatistics } from './word-statistics.ts';

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

/** Everything found out about one column. */
interface Column extends ColumnFacts {
  /** Marks such as `NA` are written as missing values. */
  readonly marks: boolean;
}

const total = 100;
const stages = { load: 45, describe: 85, store: 98 } as const;
/** Distinct small sets of numbers are listed like categories. */
const fewNumbers = 20;
const listedValues = 20;
const shownLength = 200;

/**
 * Loads an uploaded file, writes it as Parquet (columns c0, c1 …; real names only beside it, since DuckDB does not
 * tell `Age` from `age`) and profiles it. Every figure counts every row, `distinct` too. Meant for a child process.
 * Throws `UnreadableFile` when the file is not a table; other errors are the machine's.
 */
export async function profileFile(input: ProfileInput, hooks: ProfileHooks): Promise<ProfileOutput> {
  await mkdir(input.temp, { recursive: true });
  const { memoryMb, threads, temp, parquet } = input;
  const db = await openDuckDB({ memoryMb, threads, temp, paths: [input.source, parquet] });
  try {
    hooks.progress(0, total, 'load');
    const loaded = await loadTable(
      db,
      { path: input.source, intake: input.intake, temp },
      {
        progress: (share) => hooks.progress(Math.round(share * stages.load), total, 'load'),
        log: (line) => hooks.log(line),
      },
    );
    hooks.log(`Loaded ${loaded.rows} rows of ${loaded.names.length} columns.`);
    const columns = await describe(db, loaded, hooks);
    hooks.progress(stages.describe, total, 'store');
    const warnings = await gatherWarnings(db, input.intake, loaded, columns);
    await store(db, loaded, columns, parquet);
    hooks.progress(stages.store, total, 'store');
    const profiles = columns.map(({ profile }) => profile);
    const { size } = await stat(parquet);
    hooks.log(`Wrote ${size} bytes of Parquet and ${warnings.length} warnings.`);
    hooks.progress(total, total, 'done');
    return {
      rows: loaded.rows,
      columns: profiles.map(({ name, type }) => ({ name, type })),
      profile: { rows: loaded.rows, columns: profiles, warnings, exact: true },
      parquetBytes: size,
    };
  } finally {
    db.close();
  }
}

async function describe(db: DuckDB, loaded: Loaded, hooks: ProfileHooks): Promise<Column[]> {
  const numbers = loaded.physicals.flatMap(({ kind }, index): NumberColumn[] =>
    kind === 'double' || kind === 'bigint' || kind === 'timestamp' ? [{ index, kind }] : [],
  );
  const numeric = new Set(numbers.map(({ index }) => index));
  const words = loaded.physicals.flatMap((_, index) => (numeric.has(index) ? [] : [index]));
  let done = 0;
  const step = (count: number) => {
    done += count;
    const share = done / loaded.names.length;
    hooks.progress(Math.round(stages.load + share * (stages.describe - stages.load)), total, 'profile');
  };
  const numberStats = await numberStatistics(db, numbers, loaded.rows, step);
  const wordStats = await wordStatistics(db, words, loaded.rows, step);
  const few = numbers.filter(
    ({ kind }, i) => kind !== 'timestamp' && (numberStats[i]?.distinct ?? 0) <= fewNumbers,
  );
  const fewStats = await wordStatistics(
    db,
    few.map(({ index }) => index),
    loaded.rows,
    () => {},
  );
  const tops = new Map(few.map(({ index }, i) => [index, fewStats[i]?.top]));
  const columns: Column[] = [];
  for (const [i, stats] of numberStats.entries()) {
    const column = numbers[i];
    if (column) columns[column.index] = numberColumn(loaded, column, stats, tops.get(column.index));
  }
  for (const [i, stats] of wordStats.entries()) {
    const index = words[i];
    if (index !== undefined) columns[index] = wordColumn(loaded, index, stats);
  }
  return columns;
}

function numberColumn(
  loaded: Loaded,
  { index, kind }: NumberColumn,
  stats: NumberStatistics,
  top: WordStatistics['top'] | undefined,
): Column {
  const name = loaded.names[index] ?? '';
  const profile: ColumnProfile = {
    name,
    type: numberType(name, kind, stats, loaded.rows),
    missing: loaded.rows - stats.present,
    distinct: stats.distinct,
    ...stats.figures,
    ...(top && top.length > 0 && { top: shownTop(top) }),
  };
  const rowNumber = kind === 'bigint' && isRowNumber(stats, loaded.rows);
  const { infinite } = stats;
  return { profile, infinite, mixed: undefined, rowNumber, mostFrequent: top?.[0]?.count, marks: false };
}

function wordColumn(loaded: Loaded, index: number, stats: WordStatistics): Column {
  const name = loaded.names[index] ?? '';
  const boolean = loaded.physicals[index]?.kind === 'boolean';
  const decision = boolean ? ({ type: 'boolean', marks: false } as const) : wordType(name, stats);
  const { marks } = decision;
  const top = marks ? stats.top.filter(({ value }) => !isMark(value)) : stats.top;
  const profile: ColumnProfile = {
    name,
    type: decision.type,
    missing: loaded.rows - stats.present + (marks ? stats.markedRows : 0),
    distinct: stats.distinct - (marks ? stats.markedValues : 0),
    ...(top.length > 0 && { top: shownTop(top) }),
  };
  const mixed = loaded.mixed.get(index);
  return { profile, infinite: 0, mixed, rowNumber: false, mostFrequent: top[0]?.count, marks };
}

function shownTop(top: WordStatistics['top']): { value: string; count: number }[] {
  return top.slice(0, listedValues).map(({ value, count }) => ({
    value: value.length > shownLength ? `${value.slice(0, shownLength - 1)}…` : value,
    count,
  }));
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

async function store(db: DuckDB, loaded: Loaded, columns: readonly Column[], path: string): Promise<void> {
  const selected = columns.map(({ marks }, i) => {
    const id = columnId(i);
    return marks ? `CASE WHEN ${isWordMissing(id)} THEN NULL ELSE ${id} END AS ${id}` : id;
  });
  const names = sqlText(JSON.stringify(loaded.names));
  await db.run(
    `COPY (SELECT ${selected.join(', ')} FROM t) TO ${sqlText(path)} ` +
      `(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, USE_TMP_FILE false, KV_METADATA {columns: ${names}})`,
  );
}
