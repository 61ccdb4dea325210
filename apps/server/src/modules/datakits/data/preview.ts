import { DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import type { Cell } from '@quadrax/contract';
import { columnId, countOf, memoryFor, openDuckDB, sqlText, type Statements } from './duckdb.ts';
import { castSql } from './physical.ts';
import { booleanOf, dateOf, numberOf, type Filter, type Sort, type TableColumn } from './filter.ts';
import { dateOfMicroseconds } from './moments.ts';

export type { Filter, Sort, TableColumn } from './filter.ts';

export interface PreviewInput {
  readonly parquet: string;
  /** Name and type of every column of the file, in its order. */
  readonly columns: readonly TableColumn[];
  readonly offset: number;
  readonly limit: number;
  readonly sort?: Sort | undefined;
  readonly filters: readonly Filter[];
  readonly memoryMb?: number;
  readonly threads?: number;
}

/** Longer texts are cut, with an ellipsis: a page of rows is for looking at. */
const longestText = 10_000;

/**
 * A page of the rows that meet every filter, and how many there are. Without `sort` rows keep the order of the file;
 * equal values do too. Missing values come last. Dates are ISO 8601 in UTC, times of day
 * HH:MM:SS; NaN and ±Infinity are null; whole numbers
 * beyond 2^53 are text.
 */
export async function previewTable(input: PreviewInput): Promise<{ rows: Cell[][]; total: number }> {
  const { parquet, columns, memoryMb = memoryFor(columns.length), threads = 1 } = input;
  const db = await openDuckDB({ memoryMb, threads, paths: [parquet] });
  try {
    const kinds = await physicalKinds(db, parquet);
    const values: DuckDBValue[] = [];
    const where = whereSql(input, kinds, values);
    const [count] = await db.rows(`SELECT count(*) FROM read_parquet(${sqlText(parquet)}) ${where}`, [
      ...values,
    ]);
    const selected = columns.map((_, i) => shownSql(columnId(i), kinds[i]));
    const rows = await db.rows(
      `SELECT ${selected.join(', ')} FROM read_parquet(${sqlText(parquet)}, file_row_number = true) ${where} ` +
        `${orderSql(input)} LIMIT ${Math.floor(input.limit)} OFFSET ${Math.floor(input.offset)}`,
      values,
    );
    return { rows: rows.map((row) => row.map(cellOf)), total: countOf(count?.[0]) };
  } finally {
    db.close();
  }
}

export interface ReadRowsInput extends Pick<PreviewInput, 'parquet' | 'columns' | 'memoryMb'> {
  /** Numbers of rows, from 0. */
  readonly rows: readonly number[];
}

/** The rows of these numbers, in their order, as a preview shows them. */
export async function readRows(input: ReadRowsInput): Promise<Cell[][]> {
  const { parquet, columns, rows: wanted, memoryMb = memoryFor(columns.length) } = input;
  const db = await openDuckDB({ memoryMb, threads: 1, paths: [parquet] });
  try {
    const kinds = await physicalKinds(db, parquet);
    const selected = columns.map((_, i) => shownSql(columnId(i), kinds[i]));
    const numbers = wanted.map(Math.floor).join(', ');
    const rows = await db.rows(
      `SELECT file_row_number, ${selected.join(', ')} FROM read_parquet(${sqlText(parquet)}, file_row_number = true) ` +
        `WHERE file_row_number IN (${numbers})`,
    );
    const byNumber = new Map(rows.map(([number, ...cells]) => [Number(number), cells.map(cellOf)]));
    return wanted.map((number) => byNumber.get(Math.floor(number)) ?? []);
  } finally {
    db.close();
  }
}

export type StoredKind = 'number' | 'whole' | 'boolean' | 'timestamp' | 'time' | 'text';

/** What the columns of a stored table hold, which a type such as `identifier` leaves open. */
export async function physicalKinds(db: Statements, parquet: string): Promise<StoredKind[]> {
  const rows = await db.rows(`DESCRIBE SELECT * FROM read_parquet(${sqlText(parquet)})`);
  return rows.map((row): StoredKind => {
    const type = String(row[1]);
    if (type === 'DOUBLE') return 'number';
    if (type === 'BIGINT') return 'whole';
    if (type === 'BOOLEAN') return 'boolean';
    if (type === 'TIME') return 'time';
    return type === 'TIMESTAMP' ? 'timestamp' : 'text';
  });
}

function shownSql(column: string, kind: StoredKind | undefined): string {
  if (kind !== 'text') return column;
  return `CASE WHEN length(${column}) > ${longestText} THEN left(${column}, ${longestText - 1}) || '…' ELSE ${column} END`;
}

function indexOf(columns: readonly TableColumn[], name: string): number {
  const index = columns.findIndex((column) => column.name === name);
  if (index < 0) throw new RangeError(`There is no column "${name}".`);
  return index;
}

/** Adds the values it refers to by number to `values`. */
function whereSql(input: PreviewInput, kinds: readonly StoredKind[], values: DuckDBValue[]): string {
  const conditions = input.filters.map((filter) => {
    const index = indexOf(input.columns, filter.column);
    return conditionSql(columnId(index), kinds[index] ?? 'text', filter, values);
  });
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

function conditionSql(column: string, kind: StoredKind, filter: Filter, values: DuckDBValue[]): string {
  const { operator, value } = filter;
  const bind = (bound: DuckDBValue, type: string) => {
    values.push(bound);
    return `$${values.length}::${type}`;
  };
  if (operator === 'missing')
    return kind === 'number' ? `(${column} IS NULL OR isnan(${column}))` : `${column} IS NULL`;
  if (operator === 'contains') {
    return `contains(lower(${column}::VARCHAR), lower(${bind(String(value), 'VARCHAR')}))`;
  }
  if (kind === 'number' || kind === 'whole') {
    const compared = wholeOf(value, kind) ?? numberOf(value);
    if (compared === undefined) return 'false';
    const right = typeof compared === 'bigint' ? bind(compared, 'BIGINT') : bind(compared, 'DOUBLE');
    return kind === 'number'
      ? `(${column} ${operator} ${right} AND NOT isnan(${column}))`
      : `${column} ${operator} ${right}`;
  }
  if (kind === 'boolean') {
    const compared = booleanOf(value);
    return compared === undefined ? 'false' : `${column} ${operator} ${bind(compared, 'BOOLEAN')}`;
  }
  if (kind === 'timestamp') {
    const date = dateOf(value);
    return date
      ? `${column} ${operator} ${bind(BigInt(date.getTime()), 'BIGINT')}`.replace(
          /(\$\d+::BIGINT)/,
          'epoch_ms($1)',
        )
      : 'false';
  }
  const text = bind(String(value), 'VARCHAR');
  return `${column} ${operator} ${kind === 'time' ? castSql(text, { kind }) : text}`;
}

/** Digits beyond 2^53 compare exactly only as a whole number of 64 bits. */
function wholeOf(value: Filter['value'], kind: StoredKind): bigint | undefined {
  if (kind !== 'whole' || !/^[+-]?\d+$/.test(String(value))) return undefined;
  const whole = BigInt(String(value).replace('+', ''));
  return BigInt.asIntN(64, whole) === whole ? whole : undefined;
}

function orderSql({ sort, columns }: PreviewInput): string {
  if (!sort) return '';
  const column = columnId(indexOf(columns, sort.column));
  return `ORDER BY ${column} ${sort.descending ? 'DESC' : 'ASC'} NULLS LAST, file_row_number`;
}

function cellOf(value: DuckDBValue): Cell {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === 'boolean' || typeof value === 'string' || value === null) return value;
  return value instanceof DuckDBTimestampValue ? isoText(value.micros) : String(value);
}

function isoText(micros: bigint): string {
  const date = dateOfMicroseconds(micros);
  return Number.isNaN(date.getTime()) ? new DuckDBTimestampValue(micros).toString() : date.toISOString();
}
