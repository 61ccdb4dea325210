import { columnId, countOf, type Statements } from './duckdb.ts';

/** Shorter tables are looked at in this thread: SQL for each of thousands of columns takes longer to plan than to run. */
export const shortTable = 100_000;
/** Texts, and bytes of text, taken out of the database at a time. */
export const textCells = 1_000_000;
const portion = 50_000_000;

/**
 * The values of columns of a relation as text, in no particular order; undefined when they are too much for one go.
 * As JSON: a call into DuckDB for every string would take ten times as long.
 */
export async function fetchTexts(
  db: Statements,
  relation: string,
  columns: readonly string[],
): Promise<(string | null)[][] | undefined> {
  if (columns.length === 0) return [];
  const bytes = columns.map((column) => `coalesce(sum(strlen(${column}::VARCHAR)), 0)::BIGINT`);
  const [sizes = []] = await db.rows(`SELECT ${bytes.join(', ')} FROM ${relation}`);
  if (sizes.reduce<number>((sum, size) => sum + countOf(size), 0) > portion) return undefined;
  const lists = columns.map((column) => `to_json(list(${column}::VARCHAR))::VARCHAR`);
  const [row = []] = await db.rows(`SELECT ${lists.join(', ')} FROM ${relation}`);
  return columns.map((_, i) => (row[i] === null ? [] : (JSON.parse(String(row[i])) as (string | null)[])));
}

/** How many columns of a table with so many rows to take at a time. */
export function columnsAtOnce(rows: number): number {
  return Math.max(1, Math.min(64, Math.floor(textCells / Math.max(1, rows))));
}

export const columnIds = (indices: readonly number[]): string[] => indices.map(columnId);
