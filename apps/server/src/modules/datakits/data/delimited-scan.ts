import { unreadable } from './intake-result.ts';
import type { Cutting } from '@quadrax/contract/delimited';

/** What the scanner counts. */
export interface ScanResult {
  readonly records: number;
  readonly ragged: number;
  readonly raggedLine: number | undefined;
  /** Fields of the first ragged record. */
  readonly raggedFields: number;
  /** Bytes of the longest record. */
  readonly longest: number;
  /** Something a strict reader stumbles over was met. */
  readonly irregular: boolean;
}

export interface Shape {
  /** Fields a record should have. */
  readonly width: number;
  readonly header: boolean;
  /** Lines above the table, which the scanner is not given. */
  readonly skip: number;
}

export interface DelimitedScanner {
  /** Throws `IntakeError` UNREADABLE_FILE at a NUL byte or a record beyond 16 MiB. */
  write(chunk: Buffer): void;
  /** Throws `IntakeError` UNREADABLE_FILE for a quote left open. */
  finish(): ScanResult;
}

/** A record must fit into memory, in the reader of the job too. */
export const maxRecordBytes = 16 * 1024 * 1024;

const [OTHER, DELIMITER, QUOTE, LF, CR, NUL, SPACE] = [0, 1, 2, 3, 4, 5, 6] as const;
const [START, PLAIN, QUOTED, AFTER] = [0, 1, 2, 3] as const;

function byteClasses(cutting: Cutting): Uint8Array {
  const classes = new Uint8Array(256);
  classes[0x20] = SPACE;
  classes[0x0a] = LF;
  classes[0x0d] = CR;
  classes[0] = NUL;
  classes[cutting.quote.charCodeAt(0)] = QUOTE;
  classes[cutting.delimiter.charCodeAt(0)] = DELIMITER;
  return classes;
}

/**
 * Counts the records of delimited text on its bytes as they arrive, by the rules of `record-parser.ts`, in constant
 * memory. Delimiter, quote and line ends are single ASCII bytes, which UTF-8 and Windows-1252 both leave alone.
 * With `header` the first record is not counted.
 */
export function createDelimitedScanner(cutting: Cutting, { width, header, skip }: Shape): DelimitedScanner {
  const classes = byteClasses(cutting);
  const plain = classes.map((kind) => (kind === SPACE ? OTHER : kind));
  const oldMac = cutting.newline === 'cr';
  const lineBreak = oldMac ? CR : LF;
  let place: number = START;
  let fields = 1;
  let blank = true;
  let afterCr = false;
  let spaces = false;
  let offset = 0;
  let recordStart = 0;
  let longest = 0;
  let line = skip + 1;
  let [recordLine, quoteLine] = [line, line];
  let records = 0;
  let blanks = 0;
  let ragged = 0;
  let raggedLine: number | undefined;
  let raggedFields = 0;
  let lf = 0;
  let crlf = 0;
  let irregular = cutting.skipSpace;

  function endRecord(at: number): void {
    const length = at - recordStart;
    if (length > maxRecordBytes) throw tooLong();
    if (length > longest) longest = length;
    if (blank && fields === 1) blanks++;
    else {
      if (blanks > 0 && width === 1) {
        irregular = true;
        if (records > 0) records += blanks;
      }
      blanks = 0;
      records++;
      if (fields !== width) countRagged();
    }
    irregular ||= spaces && blank;
    place = START;
    fields = 1;
    blank = true;
    spaces = false;
    recordStart = at + 1;
    recordLine = line + 1;
  }

  function countRagged(): void {
    ragged++;
    if (raggedLine !== undefined) return;
    raggedLine = recordLine;
    raggedFields = fields;
  }

  function tooLong() {
    const opened =
      place === QUOTED ? ` A quote opened on line ${quoteLine} is not closed there; add it.` : '';
    return unreadable(
      `The record that begins on line ${recordLine} is longer than 16 MiB, so this is not a table of records.${opened}`,
    );
  }

  function mark(kind: number | undefined): void {
    if (kind === NUL) {
      throw unreadable(
        `Line ${line} holds a NUL byte, which text does not have. Export the file again as plain text.`,
      );
    }
    if (kind === SPACE) {
      spaces ||= place === START;
      irregular ||= place === AFTER;
    } else if (kind === DELIMITER) {
      fields++;
      place = START;
      blank = false;
      spaces = false;
    } else if (kind === QUOTE) {
      markQuote();
    } else {
      if (place === AFTER) irregular = true;
      place = PLAIN;
      blank = false;
    }
  }

  function markQuote(): void {
    if (place === START) {
      irregular ||= spaces;
      quoteLine = line;
      place = QUOTED;
    } else if (place === AFTER) place = QUOTED;
    else irregular = true;
    blank = false;
  }

  function markReturn(at: number): void {
    if (oldMac) {
      endRecord(at);
      line++;
    } else {
      if (afterCr) mark(OTHER);
      afterCr = true;
    }
  }

  function feed(at: number): void {
    if (oldMac) mark(OTHER);
    else {
      if (afterCr) crlf++;
      else lf++;
      afterCr = false;
      endRecord(at);
      line++;
    }
  }

  /** Skips to the end of a quoted field, counting lines; returns the index of the quote, or the end. */
  function quoted(chunk: Buffer, from: number): number {
    let i = from;
    let lines = 0;
    for (; i < chunk.length; i++) {
      const kind = classes[chunk[i] as number];
      if (kind === OTHER || kind === SPACE || kind === DELIMITER) continue;
      if (kind === QUOTE || kind === NUL) break;
      if (kind === lineBreak) lines++;
    }
    line += lines;
    if (i < chunk.length && classes[chunk[i] as number] === NUL) mark(NUL);
    return i;
  }

  /** The hot loop: unquoted values and delimiters, up to what needs thought. Returns the index of that. */
  function values(chunk: Buffer, from: number): number {
    const end = chunk.length;
    let i = from;
    let found = 0;
    let kind: number | undefined = OTHER;
    while (i < end) {
      kind = plain[chunk[i] as number];
      if (kind === OTHER) i++;
      else if (kind === DELIMITER) {
        found++;
        i++;
        const next = i < end ? classes[chunk[i] as number] : SPACE;
        if (next === SPACE || next === QUOTE) break;
      } else break;
    }
    if (i === from) return i;
    fields += found;
    blank = false;
    spaces = false;
    place = classes[chunk[i - 1] as number] === DELIMITER ? START : PLAIN;
    return i;
  }

  function scan(chunk: Buffer): void {
    const end = chunk.length;
    let i = 0;
    while (i < end) {
      if (place === QUOTED) {
        i = quoted(chunk, i);
        if (i === end) break;
        place = AFTER;
        i++;
        continue;
      }
      const kind = classes[chunk[i] as number];
      if (!afterCr && (kind === OTHER ? place !== AFTER : kind === DELIMITER)) {
        i = values(chunk, i);
        continue;
      }
      if (kind === LF) feed(offset + i);
      else if (kind === CR) markReturn(offset + i);
      else {
        if (afterCr) loneReturn();
        mark(kind);
      }
      i++;
    }
  }

  /** A carriage return within a line is part of the value. */
  function loneReturn(): void {
    afterCr = false;
    irregular = true;
    mark(OTHER);
  }

  return {
    write(chunk) {
      scan(chunk);
      offset += chunk.length;
      if (offset - recordStart > maxRecordBytes) throw tooLong();
    },
    finish() {
      if (place === QUOTED) {
        throw unreadable(
          `The quote opened on line ${quoteLine} is never closed. Close it, or remove it, and upload the file again.`,
        );
      }
      if (!blank || fields > 1) endRecord(offset);
      const mixed = lf > 0 && crlf > 0;
      const counted = header ? Math.max(0, records - 1) : records;
      return {
        records: counted,
        ragged,
        raggedLine,
        raggedFields,
        longest,
        irregular: irregular || mixed || ragged > 0,
      };
    },
  };
}
