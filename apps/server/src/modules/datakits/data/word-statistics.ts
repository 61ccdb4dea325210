import { DuckDBListValue, DuckDBStructValue, type DuckDBValue } from '@duckdb/node-api';
import { batches, columnId, countOf, type Statements } from './duckdb.ts';
import { isWordMissing } from './physical.ts';

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
  const size = Math.max(1, Math.min(16, Math.floor(200_000 / rows)));
  for (const batch of batches(columns, size)) {
    const found = await db.rows(`${batch.map(groupQuery).join(' UNION ALL ')} ORDER BY 1`);
    for (const row of found) results.push(statisticsOf(row));
    step(batch.length);
  }
  return results;
}

function groupQuery(column: number, position: number): string {
  const id = columnId(column);
  const text = `${id}::VARCHAR`;
  const top = `SELECT list(struct_pack(v := v, n := n)) FROM (SELECT v, n FROM g ORDER BY n DESC, v LIMIT ${listed})`;
  const marked = isWordMissing('v');
  const first = `FROM (SELECT DISTINCT ${text} AS v FROM (SELECT ${id} FROM t LIMIT ${lookedRows}))`;
  return (
    `SELECT ${position} AS k, * FROM (` +
    `WITH g AS MATERIALIZED (SELECT ${text} AS v, count(*) AS n FROM t WHERE ${id} IS NOT NULL GROUP BY 1) ` +
    `SELECT (${top}), count(*), coalesce(sum(n), 0)::BIGINT, coalesce(sum(n) FILTER (WHERE ${marked}), 0)::BIGINT, ` +
    `count(*) FILTER (WHERE ${marked}), (SELECT coalesce(avg(length(v)), 0) ${first}), ` +
    `(SELECT coalesce(avg(contains(trim(v), ' ')::TINYINT), 0) ${first}) FROM g)`
  );
}

function statisticsOf(row: readonly DuckDBValue[]): WordStatistics {
  const [, top, distinct, present, markedRows, markedValues, length, spaced] = row;
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
