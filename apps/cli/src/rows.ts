import { readFile } from 'node:fs/promises';
import { CliError } from './failure.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Rows of a file; `texts` where every value is text, as in CSV. */
export interface Rows {
  readonly rows: Row[];
  readonly texts: boolean;
}

/** Records of a CSV text by RFC 4180; separators `,`, `;` and tab by what the first line has most of. */
export const parseCsv = (text: string): string[][] => {
  const body = text.replace(/^\uFEFF/, '');
  const first = body.slice(0, body.search(/\r?\n|$/));
  const count = (mark: string): number => first.split(mark).length;
  const separator = [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] ?? ',';
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"|((?!")[^${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`,
    'y',
  );
  while (at < body.length) {
    cell.lastIndex = at;
    const found = cell.exec(body);
    if (!found)
      throw new CliError(
        `Record ${records.length + 1} of the CSV file has a quotation mark that does not close.`,
      );
    record.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    at = cell.lastIndex;
    if (found[3] === separator && at < body.length) continue;
    if (found[3] === separator) record.push('');
    records.push(record);
    record = [];
  }
  return records;
};

const fromCsv = (text: string): Row[] => {
  const [names = [], ...records] = parseCsv(text).filter((cells) => cells.some((cell) => cell !== ''));
  return records.map((cells, at) => {
    if (cells.length !== names.length)
      throw new CliError(
        `Row ${at + 1} of the CSV file has ${cells.length} values for ${names.length} columns.`,
      );
    return Object.fromEntries(names.map((name, column) => [name, cells[column] ?? '']));
  });
};

const json = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(`${what} is no JSON: ${error instanceof Error ? error.message : ''}`);
  }
};

/** Rows to predict, from a CSV file, a JSON object or list, or a JSON object a line. @throws CliError */
export const readRows = async (file: string): Promise<Rows> => {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CliError(`There is no file ${file} that can be read.`, 'NO_FILE');
  });
  if (/\.(ndjson|jsonl)$/i.test(file)) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return { rows: lines.map((line, at) => json(line, `Line ${at + 1} of ${file}`) as Row), texts: false };
  }
  if (!/\.json$/i.test(file)) return { rows: fromCsv(text), texts: true };
  const value = json(text, file);
  return { rows: (Array.isArray(value) ? value : [value]) as Row[], texts: false };
};
