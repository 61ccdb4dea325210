import { createHash } from 'node:crypto';
import { checkParquetEnd, checkWorkbook, detectContent } from './content.ts';
import { createDelimitedIntake } from './delimited-intake.ts';
import { IntakeError, opaqueTable, type IntakeResult, type TableDialect } from './intake-result.ts';
import { createJsonIntake, detectJson } from './json-intake.ts';
import { maxRecordBytes } from './delimited-scan.ts';

export { IntakeError } from './intake-result.ts';
export type { IntakeResult, TableDialect } from './intake-result.ts';

export interface Intake {
  /** Takes the next bytes. Throws `IntakeError` as soon as the file must be refused. */
  write(chunk: Buffer): void;
  /** Ends the file. Throws `IntakeError` when the whole of it cannot be taken. */
  finish(): IntakeResult;
}

/** Reads one format as it arrives; `finish` tells what the table is. */
export interface FormatIntake {
  readonly format: IntakeResult['format'];
  write(chunk: Buffer): void;
  finish(tail: Buffer, bytes: number): TableDialect;
}

/** Enough to sniff a dialect from; the first record is waited for beyond it. */
const headBytes = 128 * 1024;
/** Holds the central directory of a workbook and the footer's end of a Parquet file. */
const tailBytes = 64 * 1024;

/**
 * Examines an upload while it streams, in bounded memory: size, SHA-256, format, dialect, structure. What the file is
 * gets decided from its bytes; `fileName` only appears in messages.
 */
export function createIntake(options: { fileName: string; maxBytes: number }): Intake {
  const hash = createHash('sha256');
  let bytes = 0;
  let head: Buffer[] | undefined = [];
  let headLength = 0;
  let tail = Buffer.alloc(0);
  let format: FormatIntake | undefined;

  const decide = (complete: boolean) => {
    const start = Buffer.concat(head ?? []);
    if (!complete && awaitsFirstRecord(start)) return;
    head = undefined;
    format = chooseFormat(start, complete);
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
      return { format: format.format, bytes, sha256: hash.digest('hex'), table };
    },
  };
}

/** True while a text has not shown the end of its first line and may still. */
function awaitsFirstRecord(start: Buffer): boolean {
  if (start.length > maxRecordBytes || detectContent(start) !== 'text') return false;
  return !start.includes(0x0a) && !start.includes(0x0d);
}

function chooseFormat(start: Buffer, complete: boolean): FormatIntake {
  const content = detectContent(start);
  if (content === 'parquet') return opaque('parquet', (tail, bytes) => checkParquetEnd(tail, bytes));
  if (content === 'zip') return opaque('xlsx', (tail) => checkWorkbook(start, tail));
  const json = detectJson(start);
  return json ? createJsonIntake(json) : createDelimitedIntake(start, complete);
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
