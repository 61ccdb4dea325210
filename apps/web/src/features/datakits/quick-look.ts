import type { FileFormat, StatedReading } from '@quadrax/contract';
import { wideEncoding } from '@quadrax/contract/text-encodings';
import { quickDecode } from './quick-decode.ts';

/** How many bytes of a file the browser looks at before the upload. */
export const LOOK_BYTES = 65_536;
const EXAMPLES = 3;
const MAX_ROWS = 200;

export interface LookColumn {
  readonly name: string;
  readonly guess: 'number' | 'date' | 'yes/no' | 'text' | 'empty';
  readonly examples: readonly string[];
}

/** What the first bytes of a file tell. A guess to show people; the server decides by the whole file. */
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
 * @param bytes the first bytes, at most `LOOK_BYTES`
 * @param complete true when `bytes` is the whole file (the last line then counts as whole)
 * @param stated what is not to be guessed
 */
export function quickLook(bytes: Uint8Array, complete: boolean, stated: StatedReading = {}): QuickLook {
  const binary = binaryFormat(bytes, stated.encoding?.startsWith('utf-16') ?? false);
  if (binary) return { format: binary, columns: [], notes: [binaryNote(binary)] };
  const { text, encoding } = quickDecode(bytes, stated.encoding);
  const trimmed = text.trimStart();
  if (trimmed.startsWith('[') || trimmed.startsWith('{')) {
    const json = lookAtJson(trimmed, complete);
    if (json) return { ...json, encoding };
  }
  return { ...lookAtDelimited(text, complete, stated), encoding };
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

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Looked for where none of those makes columns. */
const RARE = ['^', '~', '#', '\u0001'] as const;
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
export const delimiterChoices = [...DELIMITERS, ':', ' ', '^', '~', '#', '\u0001'] as const;

/** The delimiter in a word. */
export const delimiterName = (delimiter: string): string => delimiterNames[delimiter] ?? delimiter;

function lookAtDelimited(
  text: string,
  complete: boolean,
  stated: StatedReading,
): Omit<QuickLook, 'encoding'> {
  // The first line of what Excel writes for itself.
  const excel = /^"?sep=(.)"?(\r\n|\n|\r)/i.exec(text);
  const table = excel ? text.slice(excel[0].length) : text;
  const look = (delimiter: string) => {
    const { rows, skipped } = belowTitles(parseDelimited(table, delimiter, complete));
    return { delimiter, rows, skipped, score: evenness(rows) };
  };
  const best = (delimiters: readonly string[]) =>
    delimiters.map(look).reduce((winner, other) => (other.score > winner.score ? other : winner));
  const given = stated.delimiter ?? excel?.[1];
  const usual = given === undefined ? best(DELIMITERS) : look(given);
  const chosen = given === undefined && usual.score === 0 ? best(RARE) : usual;
  const { rows, skipped } = chosen.score > 0 ? chosen : usual;
  const delimiter = given ?? (chosen.score > 0 ? chosen.delimiter : undefined);
  const header = rows[0] ?? [];
  const named =
    stated.header === undefined
      ? header.every((cell) => cell.trim() !== '' && !isNumber(cell))
      : stated.header === 'yes';
  const body = named ? rows.slice(1) : rows;
  const names = named ? header : header.map((_, i) => `column ${i + 1}`);
  const columns = names.map((name, i) =>
    describe(
      name,
      body.map((row) => row[i] ?? ''),
    ),
  );
  const notes = notesOf(rows, names, named || stated.header === 'no');
  return {
    format: 'csv',
    ...(delimiter && { delimiter }),
    header: named,
    columns,
    notes: [...skippedNote(skipped + (excel ? 1 : 0)), ...notes],
  };
}

function skippedNote(lines: number): string[] {
  if (lines === 0) return [];
  return [`${lines === 1 ? 'A line' : `${lines} lines`} above the table will be left out.`];
}

/** Without titles and comments above it, which have fewer cells than most rows. The server looks more closely. */
function belowTitles(rows: readonly string[][]): { rows: readonly string[][]; skipped: number } {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width = 0] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? [];
  const isTitle = (row: readonly string[]) =>
    row.filter((cell) => cell.trim() !== '').length < 2 && (width > 2 || row[0]?.trim() !== '');
  const isComment = (row: readonly string[]) =>
    row.length < width && row[0]?.trimStart().startsWith('#') === true;
  const skipped = rows.findIndex((row) => !isTitle(row) && !isComment(row));
  return width < 2 || skipped <= 0 ? { rows, skipped: 0 } : { rows: rows.slice(skipped), skipped };
}

/** How well a delimiter explains the rows: columns beyond the first, weighted by the share of rows that have as many. */
function evenness(rows: readonly (readonly string[])[]): number {
  const width = rows[0]?.length ?? 0;
  if (width < 2) return 0;
  return (rows.filter((row) => row.length === width).length / rows.length) * Math.log2(width + 1);
}

function notesOf(rows: readonly (readonly string[])[], names: readonly string[], named: boolean): string[] {
  const notes: string[] = [];
  if (!named && rows.length > 0) {
    notes.push('The first line holds values, not names: the columns are numbered.');
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    notes.push(
      `The column name "${twice}" occurs more than once. Rename one of them in the file before you import it.`,
    );
  const ragged = rows.filter((row) => row.length !== names.length).length;
  if (ragged > 0) {
    notes.push(
      `${ragged} of the first ${rows.length} lines ${ragged === 1 ? 'has' : 'have'} another number of cells than the first. ` +
        'The profile will count them all.',
    );
  }
  return notes;
}

/** Rows of RFC 4180 text. A last line that may be cut off is left out. */
export function parseDelimited(text: string, delimiter: string, complete: boolean): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length && rows.length < MAX_ROWS) {
    const cell = readCell(text, at, delimiter);
    at = cell.end;
    row.push(cell.value);
    const closed = text[at] === '\n' || text[at] === '\r';
    const finished = closed || (at >= text.length && (complete || rows.length === 0));
    if (finished && (row.length > 1 || row[0] !== '')) rows.push(row);
    if (closed || at >= text.length) row = [];
    at += text.startsWith('\r\n', at) ? 2 : 1;
  }
  return rows;
}

/** The cell that begins at a place, and where its delimiter or line end stands. */
function readCell(text: string, start: number, delimiter: string): { value: string; end: number } {
  let value = '';
  let at = start;
  if (text[at] === '"') {
    for (at++; at < text.length && !(text[at] === '"' && text[at + 1] !== '"'); at++) {
      if (text[at] === '"') at++;
      value += text[at] ?? '';
    }
    at++;
  }
  const rest = at;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
  return { value: value + text.slice(rest, at), end: Math.min(at, text.length) };
}

// ---------------------------------------------------------------- columns

const isNumber = (cell: string): boolean => /^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?\s*$/i.test(cell);
const isDate = (cell: string): boolean =>
  /^\d{4}-\d{1,2}-\d{1,2}([T ]|$)|^\d{1,2}[./]\d{1,2}[./]\d{2,4}\b/.test(cell.trim());
const isYesNo = (cell: string): boolean => /^(true|false|yes|no)$/i.test(cell.trim());
const isMissing = (cell: string): boolean => /^\s*(|na|n\/a|nan|null|none)\s*$/i.test(cell);

function describe(name: string, cells: readonly string[]): LookColumn {
  const present = cells.filter((cell) => !isMissing(cell));
  const guess = (): LookColumn['guess'] => {
    if (present.length === 0) return 'empty';
    if (present.every(isNumber)) return 'number';
    if (present.every(isDate)) return 'date';
    return present.every(isYesNo) ? 'yes/no' : 'text';
  };
  return { name, guess: guess(), examples: [...new Set(present)].slice(0, EXAMPLES) };
}
