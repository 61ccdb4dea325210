import { DuckDBListValue, DuckDBStructValue, type DuckDBValue } from '@duckdb/node-api';
import { batches, columnId, countOf, type Statements } from './duckdb.ts';
import { isMark } from '@quadrax/contract/delimited';
import { isWordMissing } from './physical.ts';
import { columnIds, columnsAtOnce, fetchTexts, shortTable } from './text-columns.ts';

/** Statistics of a column of words, text or booleans (index in table `t`). */
export interface WordStatistics {
  /** Rows that are not NULL. */
  readonly present: number;
  readonly distinct: number;
  /** Rows and distinct values that are a mark for "missing", such as `NA`. */
  readonly markedRows: number;
  readonly markedValues: number;
  /** Mean length and share with a space, over distinct values of the first rows. */
  readonly length: number;
  readonly spaced: number;
  /** The most frequent values, at most 25, the most frequent first, then by code point. */
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

const listed = 25;
const lookedRows = 10_000;

/** Statistics of columns by grouping their values, in their order. `step` is told how many columns are done. */
export async function wordStatistics(
  db: Statements,
  columns: readonly number[],
  rows: number,
  step: (columns: number) => void,
): Promise<WordStatistics[]> {
  const results: WordStatistics[] = [];
  for (const batch of batches(columns, columnsAtOnce(rows))) {
    const texts = rows <= shortTable ? await fetchTexts(db, 't', columnIds(batch)) : undefined;
    results.push(...(texts ? texts.map(countWords) : await countThere(db, batch)));
    step(batch.length);
  }
  return results;
}

async function countThere(db: Statements, columns: readonly number[]): Promise<WordStatistics[]> {
  const results: WordStatistics[] = [];
  for (const column of columns) {
    const [row] = await db.rows(groupQuery(column));
    if (row) results.push(statisticsOf(row));
  }
  return results;
}

function countWords(words: readonly (string | null)[]): WordStatistics {
  const counts = new Map<string, number>();
  let present = 0;
  for (const word of words) {
    if (word === null) continue;
    present++;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const values = [...counts];
  const marked = values.filter(([value]) => isMark(value));
  const first = [...new Set(words.slice(0, lookedRows))].filter((word) => word !== null);
  const mean = (figures: readonly number[]) =>
    figures.reduce((sum, figure) => sum + figure, 0) / (figures.length || 1);
  const ranked = values.toSorted(([a, n], [b, m]) => m - n || byCodePoint(a, b));
  return {
    present,
    distinct: counts.size,
    markedRows: marked.reduce((sum, [, count]) => sum + count, 0),
    markedValues: marked.length,
    length: mean(first.map((word) => word.length)),
    spaced: mean(first.map((word) => (word.trim().includes(' ') ? 1 : 0))),
    top: ranked.slice(0, listed).map(([value, count]) => ({ value, count })),
  };
}

/** The order of the bytes of UTF-8, as DuckDB sorts; UTF-16 differs beyond U+FFFF. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function groupQuery(column: number): string {
  const id = columnId(column);
  const text = `${id}::VARCHAR`;
  const top = `SELECT list(struct_pack(v := v, n := n)) FROM (SELECT v, n FROM g ORDER BY n DESC, v LIMIT ${listed})`;
  const marked = isWordMissing('v');
  const first = `FROM (SELECT DISTINCT ${text} AS v FROM (SELECT ${id} FROM t LIMIT ${lookedRows}))`;
  return (
    `WITH g AS MATERIALIZED (SELECT ${text} AS v, count(*) AS n FROM t WHERE ${id} IS NOT NULL GROUP BY 1) ` +
    `SELECT (${top}), count(*), coalesce(sum(n), 0)::BIGINT, coalesce(sum(n) FILTER (WHERE ${marked}), 0)::BIGINT, ` +
    `count(*) FILTER (WHERE ${marked}), (SELECT coalesce(avg(length(v)), 0) ${first}), ` +
    `(SELECT coalesce(avg(contains(trim(v), ' ')::TINYINT), 0) ${first}) FROM g`
  );
}

function statisticsOf(row: readonly DuckDBValue[]): WordStatistics {
  const [top, distinct, present, markedRows, markedValues, length, spaced] = row;
  return {
    present: countOf(present),
    distinct: countOf(distinct),
    markedRows: countOf(markedRows),
    markedValues: countOf(markedValues),
    length: Number(length),
    spaced: Number(spaced),
    top: structList(top).map((entry) => ({ value: String(entry['v']), count: countOf(entry['n']) })),
  };
}

function structList(value: DuckDBValue | undefined): Readonly<Record<string, DuckDBValue>>[] {
  if (!(value instanceof DuckDBListValue)) return [];
  return value.items.flatMap((item) => (item instanceof DuckDBStructValue ? [item.entries] : []));
}
