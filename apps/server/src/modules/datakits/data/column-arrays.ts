import { DuckDBDoubleVector } from '@duckdb/node-api';
import type { Statements } from './duckdb.ts';

/**
 * Reads expressions of type DOUBLE into arrays of `rows` entries, NULL as NaN. Copies DuckDB's own column chunks,
 * which is some ten times faster than rows of values.
 */
export async function fetchDoubles(
  db: Statements,
  relation: string,
  expressions: readonly string[],
  rows: number,
): Promise<Float64Array[]> {
  const arrays = expressions.map(() => new Float64Array(rows));
  if (expressions.length === 0) return arrays;
  const columns = expressions.map((expression) => `coalesce(${expression}, 'nan'::DOUBLE)`);
  let at = 0;
  for await (const chunk of db.chunks(`SELECT ${columns.join(', ')} FROM ${relation}`)) {
    // A getter that asks DuckDB each time.
    const { rowCount } = chunk;
    for (const [i, array] of arrays.entries()) {
      const vector = chunk.getColumnVector(i);
      if (!(vector instanceof DuckDBDoubleVector))
        throw new TypeError('The expression is not of type DOUBLE.');
      for (let row = 0; row < rowCount; row++) array[at + row] = vector.getItem(row) ?? NaN;
    }
    at += rowCount;
  }
  return arrays;
}
