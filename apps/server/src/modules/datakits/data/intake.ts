import { createHash } from 'node:crypto';
import { markedEncoding, wideEncoding } from '@quadrax/contract/text-encodings';
import type { StatedReading } from '@quadrax/contract';
import { checkParquetEnd, checkWorkbook, detectContent } from './content.ts';
import { createDelimitedIntake } from './delimited-intake.ts';
import {
  IntakeError,
  opaqueTable,
  type Encoding,
  type FormatIntake,
  type IntakeResult,
} from './intake-result.ts';
import { createJsonIntake, detectJson } from './json-intake.ts';
import { maxRecordBytes } from './delimited-scan.ts';
import { createEncodingCheck, isUtf8Name } from './text-encoding.ts';
import { transcoded, transcoding } from './transcoding.ts';

export { IntakeError } from './intake-result.ts';
export type { IntakeResult, TableDialect } from './intake-result.ts';

export interface Intake {
  /** Takes the next bytes. Throws `IntakeError` as soon as the file must be refused. */
  write(chunk: Buffer): void;
  /** Ends the file. Throws `IntakeError` when the whole of it cannot be taken. */
  finish(): IntakeResult;
}

export interface IntakeOptions {
  readonly fileName: string;
  readonly maxBytes: number;
  /** What was stated of how it is to be read. */
  readonly reading?: StatedReading | undefined;
}

/** Enough to sniff a dialect from; the first record is waited for beyond it. */
const headBytes = 128 * 1024;
/** Holds the central directory of a workbook and the footer's end of a Parquet file. */
const tailBytes = 64 * 1024;

/**
 * Examines an upload while it streams, in bounded memory: size, SHA-256, format, dialect, structure. What the file is
 * gets decided from its bytes, but for what is stated of how to read it; `fileName` only appears in messages.
 */
export function createIntake(options: IntakeOptions): Intake {
  const { reading } = options;
  const hash = createHash('sha256');
  let bytes = 0;
  let head: Buffer[] | undefined = [];
  let headLength = 0;
  let tail = Buffer.alloc(0);
  let format: FormatIntake | undefined;

  const decide = (complete: boolean) => {
    const start = Buffer.concat(head ?? []);
    if (!complete && awaitsFirstRecord(start, reading)) return;
    head = undefined;
    format = chooseFormat(start, complete, reading);
    format.write(start);
  };

  return {
    write(chunk) {
      bytes += chunk.length;
      if (bytes > options.maxBytes) throw tooLarge(options);
      hash.update(chunk);
      tail = lastBytes(tail, chunk);
      if (format) format.write(chunk);
      else {
        head?.push(chunk);
        headLength += chunk.length;
        if (headLength >= headBytes) decide(false);
      }
    },
    finish() {
      if (bytes === 0) throw new IntakeError('EMPTY_FILE', `The file "${options.fileName}" is empty.`);
      if (!format) decide(true);
      if (!format) throw new IntakeError('EMPTY_FILE', `The file "${options.fileName}" is empty.`);
      const table = format.finish(tail, bytes);
      return { format: format.format, bytes, sha256: hash.digest('hex'), table, ...(reading && { reading }) };
    },
  };
}

const isWide = (encoding: Encoding | undefined): boolean => /^utf-(16|32)/.test(encoding ?? '');

/** Line ends in more than a byte, in either order. */
const wideBreaks = [
  [0x0a, 0],
  [0x0d, 0],
  [0, 0x0a],
  [0, 0x0d],
].map((bytes) => Buffer.from(bytes));

/** True while a text has not shown the end of its first line and may still. */
function awaitsFirstRecord(start: Buffer, reading: StatedReading = {}): boolean {
  const wide = isWide(reading.encoding);
  if (start.length > maxRecordBytes || detectContent(start, wide) !== 'text') return false;
  if (wide || wideEncoding(start)) return !wideBreaks.some((mark) => start.includes(mark));
  return !start.includes(0x0a) && !start.includes(0x0d);
}

function chooseFormat(start: Buffer, complete: boolean, reading: StatedReading = {}): FormatIntake {
  const content = detectContent(start, isWide(reading.encoding));
  if (content === 'parquet') return opaque('parquet', (tail, bytes) => checkParquetEnd(tail, bytes));
  if (content === 'zip') return opaque('xlsx', (tail) => checkWorkbook(start, tail));
  const encoding = textEncoding(start, complete, reading);
  const asItStands = isUtf8Name(encoding) || (encoding === 'windows-1252' && reading.encoding === undefined);
  const text = asItStands ? start : transcoded(start, complete, encoding);
  const { encoding: stated, ...others } = reading;
  const inner = textFormat(text, complete, asItStands ? reading : others);
  return asItStands ? inner : transcoding(inner, encoding, stated !== undefined);
}

function textFormat(start: Buffer, complete: boolean, reading: StatedReading): FormatIntake {
  const json = detectJson(start);
  return json ? createJsonIntake(json) : createDelimitedIntake(start, complete, reading);
}

/** What a text is encoded in, by what is stated, its mark, its zero bytes, or what its beginning reads as. */
function textEncoding(
  start: Buffer,
  complete: boolean,
  { encoding }: StatedReading,
): Exclude<Encoding, null> {
  const marked = markedEncoding(start);
  if (encoding !== undefined) return encoding.startsWith('utf-16') ? (marked ?? encoding) : encoding;
  const wide = wideEncoding(start);
  if (wide) return wide;
  const check = createEncodingCheck();
  check.write(start);
  return check.finish(complete);
}

function opaque(format: IntakeResult['format'], check: (tail: Buffer, bytes: number) => void): FormatIntake {
  return {
    format,
    write() {},
    finish(tail, bytes) {
      check(tail, bytes);
      return opaqueTable(null);
    },
  };
}

function lastBytes(tail: Buffer, chunk: Buffer): Buffer<ArrayBuffer> {
  if (chunk.length >= tailBytes) return Buffer.from(chunk.subarray(chunk.length - tailBytes));
  return Buffer.concat([tail.subarray(Math.max(0, tail.length + chunk.length - tailBytes)), chunk]);
}

export function tooLarge({ fileName, maxBytes }: { fileName: string; maxBytes: number }): IntakeError {
  const mebibytes = maxBytes / 1024 / 1024;
  const limit = mebibytes >= 1 ? `${Number(mebibytes.toFixed(1))} MiB` : `${maxBytes} bytes`;
  return new IntakeError(
    'TOO_LARGE',
    `The file "${fileName}" is larger than the ${limit} this server accepts. Split it, or upload it as Parquet.`,
  );
}
