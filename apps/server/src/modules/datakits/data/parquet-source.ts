import { sqlText, type Statements } from './duckdb.ts';
import type { Physical } from './physical.ts';

export interface ParquetColumns {
  readonly names: string[];
  readonly physicals: Physical[];
  /** Queries the columns as c0, c1 … of their physical types. */
  readonly query: string;
}

/** Reads the columns of a Parquet file: names exactly (DuckDB renames those that differ in case only), types as declared. */
export async function parquetColumns(db: Statements, path: string): Promise<ParquetColumns> {
  const names = topLevelNames(
    await db.rows(`SELECT name, coalesce(num_children, 0) FROM parquet_schema(${sqlText(path)})`),
  );
  const described = await db.rows(`DESCRIBE SELECT * FROM read_parquet(${sqlText(path)})`);
  const types = described.map((row) => String(row[1]));
  const converted = types.map((type, i) => convert(`s${i}`, type));
  const columns = converted.map(({ sql }, i) => `${sql} AS c${i}`);
  const source = `read_parquet(${sqlText(path)}) AS t(${types.map((_, i) => `s${i}`).join(', ')})`;
  return {
    names: names.length === types.length ? names : described.map((row) => String(row[0])),
    physicals: converted.map(({ physical }) => physical),
    query: `SELECT ${columns.join(', ')} FROM ${source}`,
  };
}

/** The schema is listed depth first; the root comes first. */
function topLevelNames(rows: readonly (readonly unknown[])[]): string[] {
  const names: string[] = [];
  let at = 1;
  const skip = () => {
    const children = Number(rows[at]?.[1] ?? 0);
    at++;
    for (let i = 0; i < children; i++) skip();
  };
  while (at < rows.length) {
    names.push(String(rows[at]?.[0]));
    skip();
  }
  return names;
}

/** SQL that gives a column of a declared type as one of the types a table is stored in. */
export function convert(column: string, type: string): { sql: string; physical: Physical } {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/.test(type)) {
    return { sql: `${column}::BIGINT`, physical: { kind: 'bigint' } };
  }
  if (/^DECIMAL\(\d+,0\)$/.test(type) || /^(UBIGINT|HUGEINT|UHUGEINT)$/.test(type)) {
    return { sql: `${column}::VARCHAR`, physical: { kind: 'raw' } };
  }
  if (/^(FLOAT|DOUBLE|DECIMAL.*)$/.test(type)) {
    // Through text, so that 0.1 kept in 32 bits comes out as 0.1.
    const sql = type === 'FLOAT' ? `${column}::VARCHAR::DOUBLE` : `${column}::DOUBLE`;
    return { sql: `nullif(${sql}, 'nan'::DOUBLE)`, physical: { kind: 'double', style: 'plain' } };
  }
  if (type === 'BOOLEAN') return { sql: column, physical: { kind: 'boolean' } };
  if (/^(DATE|TIMESTAMP(_S|_MS|_NS)?)$/.test(type)) {
    const sql = `CASE WHEN isfinite(${column}::TIMESTAMP) THEN ${column}::TIMESTAMP END`;
    return { sql, physical: { kind: 'timestamp', format: 'iso' } };
  }
  if (type === 'TIMESTAMP WITH TIME ZONE') {
    const sql = `CASE WHEN isfinite(${column}) THEN make_timestamp(epoch_us(${column})) END`;
    return { sql, physical: { kind: 'timestamp', format: 'iso' } };
  }
  if (/^TIME(_NS| WITH TIME ZONE)?$/.test(type)) {
    const utc = type.endsWith('ZONE')
      ? `${column}::TIME - to_seconds(extract('timezone' FROM ${column}))`
      : `${column}::TIME`;
    // DuckDB knows a time 24:00, which no clock shows.
    const sql = `CASE WHEN ${column} IS NOT NULL THEN least(${utc}, TIME '23:59:59.999999') END`;
    return { sql, physical: { kind: 'time' } };
  }
  const nested = /\[\]$|\[\d+\]$|^(STRUCT|MAP|UNION)/.test(type);
  const text = nested ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`;
  return { sql: `nullif(${text}, '')`, physical: { kind: 'varchar' } };
}
