import type { StatedReading } from '../datakit-reading.ts';
import { isDelimiter } from './delimiter.ts';
import { leadingLines, mostLeading } from './leading-lines.ts';
import { afterLines } from './line-skip.ts';
import { isClock, isCommaNumber, isMissing, isNumber, isPointNumber, isValue } from './literals.ts';
import { createRecordParser, type Cutting } from './record-parser.ts';

/** The sniffed way a delimited text is written. */
export interface Dialect extends Cutting {
  readonly decimal: '.' | ',';
  readonly header: boolean;
  /** The fields of the first record, as they stand. */
  readonly first: readonly string[];
  /** Fields a record should have. */
  readonly width: number;
  /** Lines above the table. */
  readonly skip: number;
}

interface Candidate {
  readonly cutting: Cutting;
  readonly skip: number;
  readonly records: string[][];
  readonly width: number;
  readonly score: number;
}

const sampled = 1000;
const certain = [',', ';', '\t', '|'] as const;
const doubtful = [':', ' '] as const;
/** In a longer beginning, which is one of very long records, the rare ones are not tried. */
const longestTried = 1_000_000;
/** Tried where none of the others makes columns: signs, and control characters but those that text has anyway. */
const rare = '\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u001c\u001d\u001e\u001f^~#&!*=%$@\\/_+'.split(
  '',
);

/** The first line of what Excel writes for itself. */
const sepLine = /^"?sep=(.)"?(?=[\r\n])/i;

/**
 * Guesses the dialect from the beginning of a text, but for what is stated. `complete` says that `text` is the whole of
 * it; otherwise its last, cut-off record is not looked at. Returns undefined when there is no record at all.
 */
export function sniffDialect(
  text: string,
  complete: boolean,
  stated: Pick<StatedReading, 'delimiter' | 'header'> = {},
): Dialect | undefined {
  const newline = sniffNewline(text);
  const named = sepLine.exec(text)?.[1];
  const separated = named !== undefined && isDelimiter(named);
  const body = separated ? afterLines(text, 1, newline) : text;
  const delimiter = stated.delimiter ?? (separated ? named : undefined);
  const chosen =
    delimiter === undefined ? choose(body, complete, newline) : given(body, complete, delimiter, newline);
  const first = chosen.records[0];
  if (!first) return undefined;
  const decimal = sniffDecimal(chosen);
  const header = stated.header === undefined ? sniffHeader(chosen.records) : stated.header === 'yes';
  const width = header ? first.length : chosen.width;
  const skipSpace = spacesFollow(chosen, body);
  const skip = chosen.skip + (separated ? 1 : 0);
  return { ...chosen.cutting, decimal, header, width, first, skipSpace, skip };
}

function choose(text: string, complete: boolean, newline: Cutting['newline']): Candidate {
  const candidates = [
    ...certain.map((delimiter) => assess(text, complete, delimiter, newline)),
    ...doubtful.map((delimiter) => convincing(assess(text, complete, delimiter, newline))),
  ].filter((candidate) => candidate !== undefined);
  const best = candidates.reduce<Candidate | undefined>(better, undefined);
  if (best && (even(best) || text.length > longestTried)) return best;
  if (text.length > longestTried) return singleColumn(text, complete, newline);
  const odd = rare
    .map((delimiter) => consistent(assess(text, complete, delimiter, newline)))
    .filter((candidate) => candidate !== undefined)
    .reduce<Candidate | undefined>(better, undefined);
  return odd ?? best ?? singleColumn(text, complete, newline);
}

/** The delimiter is stated, whatever it makes of the text. */
function given(text: string, complete: boolean, delimiter: string, newline: Cutting['newline']): Candidate {
  const candidate = assess(text, complete, delimiter, newline);
  if (candidate) return candidate;
  const cutting = { delimiter, quote: sniffQuote(text, delimiter), newline, skipSpace: false };
  return { cutting, records: cut(text, complete, cutting), width: 1, score: 0, skip: 0 };
}

function sniffNewline(text: string): Cutting['newline'] {
  const feed = text.indexOf('\n');
  if (feed < 0) return text.includes('\r') ? 'cr' : 'lf';
  return text[feed - 1] === '\r' ? 'crlf' : 'lf';
}

function assess(
  text: string,
  complete: boolean,
  delimiter: string,
  newline: Cutting['newline'],
): Candidate | undefined {
  if (!text.includes(delimiter)) return undefined;
  const quote = sniffQuote(text, delimiter);
  const cutting = { delimiter, quote, newline, skipSpace: false };
  const all = cut(text, complete, cutting);
  // What a comment quotes it need not close.
  const below = afterLines(text, commentLines(text), newline);
  const usual = commonWidth(below === text ? all : cut(below, complete, cutting));
  const skip = linesAbove(text, complete, cutting, usual);
  const records = skip > 0 ? cut(afterLines(text, skip, newline), complete, cutting) : all;
  const width = Math.max(commonWidth(records), namedWidth(records[0], delimiter));
  if (width < 2) return undefined;
  const fitting = records.filter((record) => record.length === width);
  const share = fitting.length / records.length;
  const header = records[0]?.length === width ? 1 : 0.5;
  const score = share * header * (0.5 + 0.5 * cleanShare(fitting, delimiter));
  return { cutting, records, width, score, skip };
}

const commentLines = (text: string): number =>
  /^(?:[ \t]*#.*(?:\r\n|\n|\r))*/.exec(text)?.[0].match(/\r\n|\n|\r/g)?.length ?? 0;

/** Lines of the text above the table, each looked at by itself: a title may hold a quote that nothing closes. */
function linesAbove(text: string, complete: boolean, cutting: Cutting, width: number): number {
  const { newline } = cutting;
  if (width < 2) return 0;
  const lines = text.slice(0, 100_000).split(newline === 'cr' ? '\r' : '\n', mostLeading);
  const fields = lines.map((line) => cut(line.replace(/\r$/, ''), true, cutting)[0] ?? ['']);
  return leadingLines(fields, width, (skip) => cut(afterLines(text, skip, newline), complete, cutting));
}

/** The fields of a first record that looks like a list of names, also where most rows below it do not fit. */
function namedWidth(first: readonly string[] | undefined, delimiter: string): number {
  const names =
    first?.filter((field) => field !== '' && field.length <= 64 && !/^\s|[.!?]$/.test(field)) ?? [];
  const named = delimiter !== ' ' && delimiter !== ':' && names.length === first?.length;
  return named && !names.some(isValue) ? names.length : 0;
}

/** Higher score first; at a near tie, the one that makes more columns. */
function better(best: Candidate | undefined, next: Candidate): Candidate {
  if (!best) return next;
  if (Math.abs(next.score - best.score) < 0.02) return next.width > best.width ? next : best;
  return next.score > best.score ? next : best;
}

/** Colons and spaces occur within words and times: believed only when nearly every field is then a value. */
function convincing(candidate: Candidate | undefined): Candidate | undefined {
  if (!candidate || candidate.records.length < 3) return undefined;
  const { records, width } = candidate;
  if (records.some((record) => record.length !== width)) return undefined;
  const fields = records.slice(1).flat();
  const values = fields.filter((field) => isNumber(field) || isMissing(field)).length;
  const times = records.slice(1).every((record) => isClock(record.join(':').slice(-8)));
  if (values < fields.length * 0.5 || (candidate.cutting.delimiter === ':' && times)) return undefined;
  return { ...candidate, score: candidate.score * 0.6 };
}

/** Nearly all records have the same number of fields. */
function even({ records, width }: Candidate): boolean {
  return records.filter((record) => record.length === width).length >= records.length * 0.5;
}

/** A rare delimiter is believed where it cuts every record alike, and into values or under names. */
function consistent(candidate: Candidate | undefined): Candidate | undefined {
  if (!candidate || candidate.records.length < 2) return undefined;
  const { records, width, cutting } = candidate;
  if (records.some((record) => record.length !== width)) return undefined;
  // `1%` and `$5` are values with a sign, `a@b` and `06/2020` are values of their own kind.
  if (Array.from({ length: width }, (_, i) => i).some((i) => records.every((record) => record[i] === '')))
    return undefined;
  const believed = cutting.delimiter < ' ' || ['^', '~', '#'].includes(cutting.delimiter);
  return believed || (width > 2 && namedWidth(records[0], cutting.delimiter) === width && records.length > 2)
    ? candidate
    : undefined;
}

/** No delimiter makes columns: one column, cut by a mark that the text does not hold. */
function singleColumn(text: string, complete: boolean, newline: Cutting['newline']): Candidate {
  const delimiter = [',', ';', '\t', '|', '\u001f'].find((mark) => !text.includes(mark)) ?? '\u001f';
  const cutting = { delimiter, quote: '"', newline, skipSpace: false };
  return { cutting, records: cut(text, complete, cutting), width: 1, score: 0, skip: 0 };
}

function cut(text: string, complete: boolean, cutting: Cutting): string[][] {
  const records: string[][] = [];
  const parser = createRecordParser(cutting, (fields, blank) => {
    if (!blank && records.length < sampled) records.push(fields);
  });
  parser.write(text);
  if (complete || records.length === 0) parser.end();
  return records;
}

/** Single quotes only when as many fields begin with one as end with one, and none holds double quotes. */
function sniffQuote(text: string, delimiter: string): string {
  if (text.includes('"')) return '"';
  let opening = 0;
  let closing = 0;
  for (const line of text.slice(0, 20_000).split(/\r\n|\n|\r/)) {
    for (const field of line.split(delimiter)) {
      if (/^\s*'/.test(field)) opening++;
      if (/'\s*$/.test(field)) closing++;
    }
  }
  return opening > 1 && opening === closing ? "'" : '"';
}

function commonWidth(records: readonly string[][]): number {
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  const header = records[0]?.length;
  let best = 0;
  let most = 0;
  for (const [width, count] of counts) {
    if (count > most || (count === most && width === header)) {
      best = width;
      most = count;
    }
  }
  return best;
}

/** The share of fields that hold no other delimiter; a decimal comma is none. */
function cleanShare(records: readonly string[][], delimiter: string): number {
  const others = certain.filter((mark) => mark !== delimiter);
  let clean = 0;
  let all = 0;
  for (const record of records) {
    for (const field of record) {
      all++;
      if (isCommaNumber(field) || !others.some((mark) => field.includes(mark))) clean++;
    }
  }
  return all === 0 ? 0 : clean / all;
}

/** `1, 2, "x"`: a space follows nearly every delimiter, and every name but the first begins with one. */
function spacesFollow({ records, width, cutting }: Candidate, text: string): boolean {
  const { delimiter } = cutting;
  if (width < 2 || delimiter === ' ' || delimiter === '\t') return false;
  const after = text.split(delimiter).slice(1);
  const spaced = after.filter((rest) => rest.startsWith(' ')).length;
  return (
    spaced >= after.length * 0.9 && (records[0]?.slice(1).every((field) => field.startsWith(' ')) ?? false)
  );
}

function sniffDecimal({ records, cutting }: Candidate): '.' | ',' {
  const fields = records.flat().map((field) => field.trim());
  const points = fields.filter((field) => field.includes('.') && isPointNumber(field)).length;
  const commas = fields.filter(isCommaNumber);
  const thousands = cutting.delimiter === ',' && commas.every((field) => /^[+-]?\d{1,3},\d{3}$/.test(field));
  return commas.length > points && !thousands ? ',' : '.';
}

/**
 * The first record names the columns unless it holds values where the records below hold values too. Years as names
 * above figures (`country,2019,2020`) are names.
 */
export function sniffHeader(records: readonly string[][]): boolean {
  const first = records[0]?.map((field) => field.trim()) ?? [];
  if (!first.some(isValue)) return true;
  const body = records.slice(1, 200);
  if (body.length === 0) return false;
  const allValues = (column: number) =>
    body.every((record) => isValue((record[column] ?? '').trim()) || isMissing(record[column] ?? ''));
  const named = first.some(
    (field, column) => field !== '' && !isMissing(field) && !isValue(field) && allValues(column),
  );
  return named || yearsAsNames(first, body);
}

function yearsAsNames(first: readonly string[], body: readonly string[][]): boolean {
  const columns = first.flatMap((field, column) => (isValue(field) ? [column] : []));
  const years = columns.map((column) => Number(first[column]));
  const rising = years.every((year, i) => i === 0 || year === (years[i - 1] ?? 0) + 1);
  const inRange = years.every((year) => Number.isInteger(year) && year >= 1800 && year <= 2200);
  if (years.length < 2 || !rising || !inRange || columns.length === first.length) return false;
  return !body.some((record) => columns.some((column, i) => Number(record[column]) === years[i]));
}
