import type { DuckDBValue } from '@duckdb/node-api';
import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
} from '@duckdb/node-api';
import type { Cell, QueryResult } from '@quadrax/contract';
import { shortened } from '#platform/text';
import { columnId, memoryFor, openDuckDB, type Statements } from './duckdb.ts';
import { limitTexts, longestText, shownSql } from './long-texts.ts';
import { dateOfMicroseconds } from './moments.ts';
import { explainQuery } from './query-error.ts';
import { readStatement } from './statement.ts';
import { createViews, outsideName, type NamedTable } from './table-views.ts';

export interface QueryInput {
  readonly sql: string;
  readonly tables: readonly NamedTable[];
  readonly limit: number;
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/** Characters of all texts of an answer together. */
const longestAnswer = 8_000_000;

/**
 * The rows of one SELECT over stored tables, in a sandbox, within limits of rows, time and memory.
 * @throws QueryError
 */
export async function queryTables(input: QueryInput): Promise<QueryResult> {
  const { sql, tables, limit, timeoutMs, memoryMb } = input;
  const started = performance.now();
  const widest = Math.max(1, ...tables.map(({ columns }) => columns.length));
  const db = await openDuckDB({
    memoryMb: Math.max(memoryMb, memoryFor(widest)),
    threads: 1,
    paths: tables.map(({ parquet }) => parquet),
  });
  const timer = setTimeout(() => db.interrupt(), timeoutMs);
  let running = sql;
  try {
    await limitTexts(db);
    running = await readStatement(db, sql, await createViews(db, tables));
    return { ...(await fetchRows(db, running, limit, sql)), elapsedMs: performance.now() - started };
  } catch (error) {
    throw explainQuery(error, running, 'sql', 0, sql);
  } finally {
    clearTimeout(timer);
    db.close();
  }
}

/**
 * At most `limit` rows of a statement as an answer carries them.
 * @param original as the person wrote it, for whom it is said what is wrong with it; absent: it is of our making
 * @throws QueryError where a person wrote it
 */
export async function fetchRows(
  db: Statements,
  sql: string,
  limit: number,
  original?: string,
): Promise<Omit<QueryResult, 'elapsedMs'>> {
  const { names, types } = await db.columnsOf(sql);
  const columns = names.map((name, i) => ({ name: outsideName(name), type: answerType(types[i] ?? '') }));
  const ids = names.map((_, i) => columnId(i));
  const shown = ids.map((id, i) => `${shownSql(id, types[i] ?? '')} AS ${id}`);
  const within = `SELECT ${shown.join(', ')} FROM (\n${sql}\n) AS answer(${ids.join(', ')})`;
  try {
    return { columns, ...(await readRows(db.chunks(within), limit)) };
  } catch (error) {
    if (original === undefined) throw error;
    throw original === sql
      ? explainQuery(error, within, 'sql', 1)
      : explainQuery(error, within, 'sql', 1, original);
  }
}

async function readRows(
  chunks: ReturnType<Statements['chunks']>,
  limit: number,
): Promise<Pick<QueryResult, 'rows' | 'truncated' | 'shortened'>> {
  const rows: Cell[][] = [];
  let length = 0;
  let cut = 0;
  for await (const chunk of chunks)
    for (const values of chunk.getRows()) {
      if (rows.length === limit || length > longestAnswer) return { rows, truncated: true, shortened: cut };
      const row = values.map((value): Cell => {
        const cell = answerCell(value);
        if (typeof cell !== 'string') return cell;
        const short = shortened(cell, longestText);
        if (short !== cell) cut++;
        length += short.length;
        return short;
      });
      rows.push(row);
    }
  return { rows, truncated: false, shortened: cut };
}

/** What a column of DuckDB's type is to a reader. */
export function answerType(type: string): QueryResult['columns'][number]['type'] {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|BIGNUM|VARINT)$/.test(type)) return 'integer';
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) return 'numeric';
  if (type === 'BOOLEAN') return 'boolean';
  if (/^TIME(_NS)?$/.test(type)) return 'time';
  return /^(DATE|TIMESTAMP)/.test(type) ? 'datetime' : 'text';
}

/** What a number is told as: null where it is none, its digits where it has more than a number of JSON keeps. */
function answerCell(value: DuckDBValue): Cell {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof DuckDBDecimalValue) return answerDecimal(value);
  if (value instanceof DuckDBDateValue && !value.isFinite) return value.days > 0 ? 'infinity' : '-infinity';
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return isoText(value);
  return typeof value === 'string' ? value : String(value);
}

/** Digits that every number of JSON keeps. */
const keptDigits = 15;

function answerDecimal(value: DuckDBDecimalValue): Cell {
  const text = value.toString();
  const digits = text.replaceAll(/[-.]|^-?[0.]+/g, '').replace(/0+$/, '');
  return digits.length > keptDigits ? text : value.toDouble();
}

function isoText(value: DuckDBTimestampValue | DuckDBTimestampTZValue): string {
  const date = dateOfMicroseconds(value.micros);
  return Number.isNaN(date.getTime()) ? value.toString() : date.toISOString();
}
