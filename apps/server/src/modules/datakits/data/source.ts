import { createReadStream, createWriteStream } from 'node:fs';
import { textDecoder } from './text-encoding.ts';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DateOrder, ProfileWarning } from '@quadrax/contract';
import { canonicalDialect, rewriteDelimited } from './canonical.ts';
import { sqlText, type Statements } from './duckdb.ts';
import { nameColumns } from '@quadrax/contract/delimited';
import type { IntakeResult, TableDialect } from './intake-result.ts';
import { loadJson } from './json-source.ts';
import { parquetColumns } from './parquet-source.ts';
import type { Physical } from './physical.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** A file opened for reading: the columns c0, c1 … of `query`, with their real names beside them. */
export interface Source {
  readonly names: readonly string[];
  /** Types the file itself declares; `undefined` when all is text. */
  readonly declared: readonly Physical[] | undefined;
  readonly query: string;
  /** Rows expected, where known: another count means that the reader cut the records differently. */
  readonly records: number | null;
  readonly decimal: '.' | ',';
  /** What a person should know of how it was opened. */
  readonly warnings?: readonly ProfileWarning[];
}

export interface SourceFile {
  readonly path: string;
  readonly intake: IntakeResult;
  readonly temp: string;
  /** How dates were read in the version before. */
  readonly dateOrder?: DateOrder | undefined;
}

/** Opens a file of any format. `rewrite` sends delimited text through our own parser in any case. */
export async function openSource(db: Statements, file: SourceFile, rewrite: boolean): Promise<Source> {
  const { format, table } = file.intake;
  switch (format) {
    case 'parquet': {
      const { names, physicals, query } = await parquetColumns(db, file.path);
      return { names: checked(names), declared: physicals, query, records: null, decimal: '.' };
    }
    case 'json':
    case 'ndjson': {
      const { keys, query, records } = await loadJson(db, await plainJson(file), format);
      return { names: checked(keys), declared: undefined, query, records, decimal: '.' };
    }
    case 'xlsx':
      return openExcel(file);
    case 'csv':
      return openDelimited(file, table, rewrite || table.irregular);
  }
}

/** DuckDB takes JSON as UTF-8 only, and no byte order mark before NDJSON. */
async function plainJson({ path, intake, temp }: SourceFile): Promise<string> {
  const { encoding } = intake.table;
  if (encoding === 'utf-8' || encoding === null) return path;
  const copy = join(temp, 'records.json');
  const decoder = textDecoder(encoding);
  const recode = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) yield decoder.write(chunk);
    yield decoder.end();
  };
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), recode, createWriteStream(copy));
  return copy;
}

async function openExcel({ path, temp, intake }: SourceFile): Promise<Source> {
  const copy = join(temp, 'sheet.csv');
  // A reader of archives and XML, which no other file needs.
  const { rewriteExcel } = await import('./excel.ts');
  const { header, width, records, warnings } = await rewriteExcel(path, copy, intake.reading);
  const names = checked(header ?? Array.from({ length: width }, () => ''));
  const query = `SELECT * FROM ${readCsv(copy, canonicalDialect, width)}`;
  return { names, declared: undefined, query, records, decimal: '.', warnings };
}

async function openDelimited(file: SourceFile, table: TableDialect, rewrite: boolean): Promise<Source> {
  const names = table.columns ?? [];
  const decimal = table.decimal ?? '.';
  const base = { names, declared: undefined, decimal };
  if (!rewrite) {
    const dialect = {
      delimiter: table.delimiter ?? ',',
      quote: table.quote ?? '"',
      header: table.header,
      maxLine: Math.max(usualLine, table.longest + 1024),
    };
    const query = `SELECT * FROM ${readCsv(file.path, dialect, names.length)}`;
    return { ...base, query, records: table.records };
  }
  const copy = join(file.temp, 'table.csv');
  const records = await rewriteDelimited(file.path, table, copy);
  return { ...base, query: `SELECT * FROM ${readCsv(copy, canonicalDialect, names.length)}`, records };
}

/** Bytes a thread reads at a time; DuckDB's own default is sixteen lines of the longest kind. */
const bufferSize = 8_000_000;
/** DuckDB's own default. */
const usualLine = 2_000_000;

interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly header: boolean;
  /** Bytes; DuckDB sizes its buffers by it. */
  readonly maxLine: number;
}

function readCsv(path: string, dialect: CsvDialect, width: number): string {
  const columns = Array.from({ length: width }, (_, i) => `'c${i}': 'VARCHAR'`).join(', ');
  const options = [
    'auto_detect = false',
    `header = ${dialect.header}`,
    `delim = ${sqlText(dialect.delimiter)}`,
    `quote = ${sqlText(dialect.quote)}`,
    `escape = ${sqlText(dialect.quote)}`,
    `columns = {${columns}}`,
    "nullstr = ''",
    'strict_mode = true',
    `max_line_size = ${dialect.maxLine}`,
    `buffer_size = ${Math.max(bufferSize, dialect.maxLine * 2)}`,
  ];
  return `read_csv(${sqlText(path)}, ${options.join(', ')})`;
}

/** The names of a file whose header only the job can see. */
function checked(raw: readonly string[]): string[] {
  const { names, problems } = nameColumns(raw);
  if (problems[0] !== undefined) throw new UnreadableFile(problems[0]);
  return names;
}
