import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { finished, pipeline } from 'node:stream/promises';
import { columnId, memoryFor, openDuckDB, sqlText, type DuckDB } from './duckdb.ts';
import { nameParquetColumns } from './parquet-names.ts';
import { physicalKinds, type StoredKind } from './preview.ts';

export interface ExportInput {
  readonly parquet: string;
  readonly columns: readonly string[];
  readonly format: 'csv' | 'json' | 'parquet';
  /** Where it is to be written. */
  readonly file: string;
  readonly memoryMb?: number;
}

/**
 * Writes a stored table as a file of another format, so that reading it again gives the same table: names exactly,
 * dates as ISO 8601 in UTC (without a clock where no row has one), doubles with all their digits, missing values as
 * empty fields or null. Resolves to its size in bytes.
 */
export async function exportTable(input: ExportInput): Promise<number> {
  const { parquet, file, format, columns, memoryMb = memoryFor(columns.length) } = input;
  const db = await openDuckDB({ memoryMb, threads: 1, paths: [parquet, file, rowsOf(file)] });
  try {
    const kinds = await physicalKinds(db, parquet);
    const dates = await wholeDays(db, parquet, kinds);
    const shown = kinds.map((kind, i) => (format === 'parquet' ? columnId(i) : textSql(i, kind, dates)));
    if (format === 'csv') await writeCsv(db, input, shown);
    else if (format === 'json') await writeJson(db, input, shown, kinds);
    else await writeParquet(db, input);
    return (await stat(file)).size;
  } finally {
    db.close();
  }
}

/** Where the rows of a CSV are written, before its header is put in front. */
const rowsOf = (file: string): string => `${file}.rows`;

/** The columns of dates of which every one is a day without a clock. */
async function wholeDays(
  db: DuckDB,
  parquet: string,
  kinds: readonly StoredKind[],
): Promise<ReadonlySet<number>> {
  const dates = kinds.flatMap((kind, i) => (kind === 'timestamp' ? [i] : []));
  if (dates.length === 0) return new Set();
  const checks = dates.map((i) => `coalesce(bool_and(epoch_us(${columnId(i)}) % 86400000000 = 0), true)`);
  const [row = []] = await db.rows(`SELECT ${checks.join(', ')} FROM read_parquet(${sqlText(parquet)})`);
  return new Set(dates.filter((_, k) => row[k] === true));
}

function textSql(index: number, kind: StoredKind, days: ReadonlySet<number>): string {
  const id = columnId(index);
  if (kind !== 'timestamp') return id;
  if (days.has(index)) return `${id}::DATE::VARCHAR`;
  const fraction = `CASE WHEN epoch_us(${id}) % 1000000 = 0 THEN '' ELSE strftime(${id}, '.%f') END`;
  return `strftime(${id}, '%Y-%m-%dT%H:%M:%S') || ${fraction} || 'Z'`;
}

const csvField = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;

/** The header is ours, since DuckDB would rename columns that differ in case only. */
async function writeCsv(
  db: DuckDB,
  { parquet, file, columns }: ExportInput,
  shown: readonly string[],
): Promise<void> {
  const rows = rowsOf(file);
  const selected = shown.map((sql, i) => `${sql} AS ${columnId(i)}`);
  await db.run(
    `COPY (SELECT ${selected.join(', ')} FROM read_parquet(${sqlText(parquet)})) TO ${sqlText(rows)} ` +
      `(FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '', USE_TMP_FILE false)`,
  );
  try {
    await writeFile(file, `${columns.map(csvField).join(',')}\n`);
    await pipeline(createReadStream(rows), createWriteStream(file, { flags: 'a' }));
  } finally {
    await rm(rows, { force: true });
  }
}

async function writeJson(
  db: DuckDB,
  { parquet, file, columns }: ExportInput,
  shown: readonly string[],
  kinds: readonly StoredKind[],
): Promise<void> {
  const fields = columns.map((name, i) => {
    const sql = shown[i] ?? columnId(i);
    const value = kinds[i] === 'number' ? `CASE WHEN isfinite(${sql}) THEN ${sql} END` : sql;
    const key = sqlText(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`);
    return `${key} || coalesce(to_json(${value})::VARCHAR, 'null')`;
  });
  const row = `'{' || ${fields.join(' || ')} || '}'`;
  const out = createWriteStream(file);
  let first = true;
  out.write('[');
  for await (const chunk of db.chunks(`SELECT ${row} FROM read_parquet(${sqlText(parquet)})`)) {
    const lines = chunk.getColumnValues(0).map(String).join(',\n');
    if (!out.write(`${first ? '\n' : ',\n'}${lines}`)) await once(out, 'drain');
    first = false;
  }
  out.end('\n]\n');
  await finished(out);
}

async function writeParquet(db: DuckDB, { parquet, file, columns }: ExportInput): Promise<void> {
  await db.run(
    `COPY (SELECT ${columns.map((_, i) => columnId(i)).join(', ')} FROM read_parquet(${sqlText(parquet)})) ` +
      `TO ${sqlText(file)} (FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false)`,
  );
  await nameParquetColumns(file, columns);
}
