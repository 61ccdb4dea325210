import type { ColumnProfile } from '@quadrax/contract';
import { shortened } from '#platform/text';
import { isRowNumber, numberType, wordType } from './column-types.ts';
import { columnId, sqlText, type DuckDB, type Statements } from './duckdb.ts';
import { isMark } from '@quadrax/contract/delimited';
import type { Loaded } from './loaded.ts';
import { numberStatistics, type NumberColumn, type NumberStatistics } from './number-statistics.ts';
import { isWordMissing } from './physical.ts';
import type { ColumnFacts } from './warnings.ts';
import { wordStatistics, type WordStatistics } from './word-statistics.ts';

/** Everything found out about one column. */
export interface Column extends ColumnFacts {
  /** Marks such as `NA` are written as missing values. */
  readonly marks: boolean;
}

/** Distinct values up to which numbers are listed like categories. */
const fewNumbers = 20;
const listedValues = 20;
const shownLength = 200;

/**
 * Describes the columns of table `t` and writes it to a Parquet file. Numbers are sorted in this thread while DuckDB
 * groups the words and writes the file, which needs to know the words only. `progress` is told the share done.
 */
export async function describeAndStore(
  db: DuckDB,
  loaded: Loaded,
  path: string,
  progress: (share: number) => void,
): Promise<Column[]> {
  const width = loaded.names.length;
  // Writing counts as much as describing a third of the columns.
  const units = width * (4 / 3);
  let done = 0;
  const step = (count: number) => {
    done += count;
    progress(Math.min(1, done / units));
  };
  const columns: Column[] = [];
  const second = await db.another();
  const words = async () => {
    for (const [index, column] of await describeWords(db, loaded, step)) columns[index] = column;
    const marked = new Set([...columns.keys()].filter((index) => columns[index]?.marks));
    await store(db, loaded, marked, path);
    step(width / 3);
  };
  const numbers = await settled([words(), describeNumbers(second, loaded, step)] as const);
  for (const [index, column] of numbers) columns[index] = column;
  return columns;
}

/** Waits for both, also when one fails: the database may not be closed under the other. */
async function settled<T>([first, second]: readonly [Promise<void>, Promise<T>]): Promise<T> {
  await Promise.allSettled([first, second]);
  await first;
  return second;
}

type Numbered = (readonly [index: number, column: Column])[];

const isNumber = (kind: string | undefined): kind is NumberColumn['kind'] =>
  kind === 'double' || kind === 'bigint' || kind === 'timestamp' || kind === 'time';

async function describeWords(
  db: Statements,
  loaded: Loaded,
  step: (count: number) => void,
): Promise<Numbered> {
  const indices = loaded.physicals.flatMap(({ kind }, index) => (isNumber(kind) ? [] : [index]));
  const found = await wordStatistics(db, indices, loaded.rows, step);
  return found.map((stats, i) => {
    const index = indices[i] ?? 0;
    return [index, wordColumn(loaded, index, stats)] as const;
  });
}

async function describeNumbers(
  db: Statements,
  loaded: Loaded,
  step: (count: number) => void,
): Promise<Numbered> {
  const columns = loaded.physicals.flatMap(({ kind }, index): NumberColumn[] =>
    isNumber(kind) ? [{ index, kind }] : [],
  );
  const found = await numberStatistics(db, columns, loaded.rows, step);
  const few = columns.flatMap(({ kind, index }, i) =>
    (kind === 'double' || kind === 'bigint') && (found[i]?.distinct ?? 0) <= fewNumbers ? [index] : [],
  );
  const listed = await wordStatistics(db, few, loaded.rows, () => {});
  const tops = new Map(few.map((index, i) => [index, listed[i]?.top]));
  return columns.flatMap((column, i): Numbered => {
    const stats = found[i];
    return stats ? [[column.index, numberColumn(loaded, column, stats, tops.get(column.index))]] : [];
  });
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
  const { type, marks } = boolean ? ({ type: 'boolean', marks: false } as const) : wordType(name, stats);
  const top = marks ? stats.top.filter(({ value }) => !isMark(value)) : stats.top;
  const profile: ColumnProfile = {
    name,
    type,
    missing: loaded.rows - stats.present + (marks ? stats.markedRows : 0),
    distinct: stats.distinct - (marks ? stats.markedValues : 0),
    ...(top.length > 0 && { top: shownTop(top) }),
  };
  const mixed = loaded.mixed.get(index);
  return { profile, infinite: 0, mixed, rowNumber: false, mostFrequent: top[0]?.count, marks };
}

function shownTop(top: WordStatistics['top']): { value: string; count: number }[] {
  return top.slice(0, listedValues).map(({ value, count }) => ({
    value: shortened(value, shownLength),
    count,
  }));
}

/** SQL: the value of a column as it is stored, where marks such as `NA` are missing values or are not. */
export const storedSql = (id: string, marks: boolean): string =>
  marks ? `CASE WHEN ${isWordMissing(id)} THEN NULL ELSE ${id} END` : id;

/** Columns are c0, c1 … in the file; their names are kept in its metadata, and by the caller. */
async function store(
  db: Statements,
  loaded: Loaded,
  marked: ReadonlySet<number>,
  path: string,
): Promise<void> {
  const selected = loaded.names.map((_, i) => {
    const id = columnId(i);
    return `${storedSql(id, marked.has(i))} AS ${id}`;
  });
  const names = sqlText(JSON.stringify(loaded.names));
  await db.run(
    `COPY (SELECT ${selected.join(', ')} FROM t) TO ${sqlText(path)} ` +
      `(FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION v2, USE_TMP_FILE false, KV_METADATA {columns: ${names}})`,
  );
}
