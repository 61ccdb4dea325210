import type { FileFormat, StatedReading } from '@quadrax/contract';
import {
  afterLines,
  createRecordParser,
  type Dialect,
  isDate,
  isMissing,
  isNumber,
  isTimeOfDay,
  nameColumns,
  sampleLength,
  sniffDialect,
} from '@quadrax/contract/delimited';
import { wideEncoding } from '@quadrax/contract/text-encodings';
import { quickDecode } from './quick-decode.ts';

/** How many bytes of a file the browser reads before the upload: the server's sample, with a long first line. */
export const LOOK_BYTES = 262_144;
const EXAMPLES = 3;
const MAX_ROWS = 200;

export interface LookColumn {
  readonly name: string;
  readonly guess: 'number' | 'date' | 'time' | 'yes/no' | 'text' | 'empty';
  readonly examples: readonly string[];
}

/**
 * What the first bytes of a file tell, to show people. Delimited text is cut by the very code of the server, on the same
 * sample; the server settles encoding and types by the whole file.
 */
export interface QuickLook {
  readonly format: FileFormat | 'unknown';
  /** Its name in the Encoding Standard. */
  readonly encoding?: string;
  readonly delimiter?: string;
  /** Of delimited text: whether the first line names the columns. */
  readonly header?: boolean;
  readonly columns: readonly LookColumn[];
  /** Sentences about what stands out, and what will be done about it. */
  readonly notes: readonly string[];
}

/**
 * Looks at the beginning of a file.
 * @param beginning the first bytes, at most `LOOK_BYTES`
 * @param complete true when `beginning` is the whole file (the last line then counts as whole)
 * @param stated what is not to be guessed
 */
export function quickLook(beginning: Uint8Array, complete: boolean, stated: StatedReading = {}): QuickLook {
  const binary = binaryFormat(beginning, stated.encoding?.startsWith('utf-16') ?? false);
  if (binary) return { format: binary, columns: [], notes: [binaryNote(binary)] };
  const bytes = beginning.subarray(0, sampleLength(beginning));
  const whole = complete && bytes.length === beginning.length;
  const { text, encoding } = quickDecode(bytes, stated.encoding);
  const trimmed = text.trimStart();
  if (trimmed.startsWith('[') || trimmed.startsWith('{')) {
    const json = lookAtJson(trimmed, whole);
    if (json) return { ...json, encoding };
  }
  return { ...lookAtDelimited(text, whole, stated), encoding };
}

function binaryFormat(bytes: Uint8Array, wide: boolean): 'parquet' | 'xlsx' | 'unknown' | undefined {
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic === 'PAR1') return 'parquet';
  if (magic === 'PK\u0003\u0004') return 'xlsx';
  if (wide || wideEncoding(bytes)) return undefined;
  return bytes.subarray(0, 4096).includes(0) ? 'unknown' : undefined;
}

function binaryNote(format: 'parquet' | 'xlsx' | 'unknown'): string {
  if (format === 'parquet') return 'A Parquet file: names and types are in the file and are kept.';
  if (format === 'xlsx')
    return 'A zipped file, most likely an Excel workbook: the first sheet with a table is read, unless you name another.';
  return 'This does not look like text, Parquet or Excel. The server will refuse it if it cannot read it as a table.';
}

// ---------------------------------------------------------------- JSON

function lookAtJson(text: string, complete: boolean): Omit<QuickLook, 'encoding'> | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const first = parseRecord(lines[0] ?? '');
  const second = parseRecord(lines[1] ?? '');
  if (first && (second || (complete && lines.length === 1 && text.startsWith('{')))) {
    const records = lines
      .slice(0, MAX_ROWS)
      .map(parseRecord)
      .filter((record) => record !== undefined);
    return { format: 'ndjson', columns: columnsOfRecords(records), notes: [] };
  }
  return { format: 'json', columns: columnsOfRecords(leadingRecords(text)), notes: [] };
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line.trim().replace(/,$/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The whole objects at the start of a JSON array that may be cut off. */
function leadingRecords(text: string): Record<string, unknown>[] {
  const records: Record<string, unknown>[] = [];
  let depth = 0;
  let start = -1;
  let quoted = false;
  for (let i = text.indexOf('['); i >= 0 && i < text.length && records.length < MAX_ROWS; i++) {
    const character = text[i];
    if (quoted) {
      if (character === '\\') i++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' && depth++ === 0) start = i;
    else if (character === '}' && --depth === 0) {
      const record = parseRecord(text.slice(start, i + 1));
      if (record) records.push(record);
    }
  }
  return records;
}

function columnsOfRecords(records: readonly Record<string, unknown>[]): LookColumn[] {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return names.map((name) =>
    describe(
      name,
      records.map((record) => {
        const value = record[name];
        if (value === null || value === undefined) return '';
        return typeof value === 'string' ? value : JSON.stringify(value);
      }),
    ),
  );
}

// ---------------------------------------------------------------- delimited text

const delimiterNames: Record<string, string> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
  ':': 'colon',
  ' ': 'space',
  '\u0001': 'control character 01',
};
/** Those that a person can choose between. */
export const delimiterChoices = [',', ';', '\t', '|', ':', ' ', '^', '~', '#', '\u0001'] as const;

/** The delimiter in a word. */
export const delimiterName = (delimiter: string): string => delimiterNames[delimiter] ?? delimiter;

function lookAtDelimited(
  text: string,
  complete: boolean,
  stated: StatedReading,
): Omit<QuickLook, 'encoding'> {
  const dialect = sniffDialect(text, complete, stated);
  if (!dialect) return { format: 'csv', columns: [], notes: [] };
  const rows = rowsOf(text, complete, dialect);
  const given = dialect.header ? dialect.first : Array.from({ length: dialect.width }, () => '');
  const { names, problems } = nameColumns(given);
  const body = dialect.header ? rows.slice(1) : rows;
  const columns = names.map((name, i) =>
    describe(
      name,
      body.map((row) => row[i] ?? ''),
    ),
  );
  // What is cut by nothing holds no delimiter.
  const delimiter = stated.delimiter ?? (dialect.width > 1 ? dialect.delimiter : undefined);
  return {
    format: 'csv',
    ...(delimiter !== undefined && { delimiter }),
    header: dialect.header,
    columns,
    notes: [
      ...skippedNote(dialect.skip),
      ...(dialect.header || stated.header === 'no' ? [] : [unnamed]),
      ...problems,
      ...raggedNote(rows, dialect.width),
    ],
  };
}

const unnamed = 'The first line holds values, not names: the columns are numbered.';

/** The first records below what is above the table; one that the cut went through is left out. */
function rowsOf(text: string, complete: boolean, dialect: Dialect): string[][] {
  const rows: string[][] = [];
  const parser = createRecordParser(dialect, (fields, blank) => {
    if (!blank && rows.length < MAX_ROWS) rows.push(fields);
  });
  parser.write(afterLines(text, dialect.skip, dialect.newline));
  if (complete || rows.length === 0) parser.end();
  return rows;
}

function skippedNote(lines: number): string[] {
  if (lines === 0) return [];
  return [`${lines === 1 ? 'A line' : `${lines} lines`} above the table will be left out.`];
}

function raggedNote(rows: readonly (readonly string[])[], width: number): string[] {
  const ragged = rows.filter((row) => row.length !== width).length;
  if (ragged === 0) return [];
  return [
    `${ragged} of the first ${rows.length} lines ${ragged === 1 ? 'has' : 'have'} another number of cells than the first. ` +
      'The profile will count them all.',
  ];
}

// ---------------------------------------------------------------- columns

const isYesNo = (cell: string): boolean => /^(true|false|yes|no)$/i.test(cell.trim());

function describe(name: string, cells: readonly string[]): LookColumn {
  const present = cells.filter((cell) => !isMissing(cell));
  const guess = (): LookColumn['guess'] => {
    if (present.length === 0) return 'empty';
    if (present.every((cell) => isNumber(cell.trim()))) return 'number';
    if (present.every((cell) => isDate(cell.trim()))) return 'date';
    if (present.every(isTimeOfDay)) return 'time';
    return present.every(isYesNo) ? 'yes/no' : 'text';
  };
  return { name, guess: guess(), examples: [...new Set(present)].slice(0, EXAMPLES) };
}
