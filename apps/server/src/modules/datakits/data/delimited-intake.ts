import type { StatedReading } from '@quadrax/contract';
import { createDelimitedScanner, maxRecordBytes, type ScanResult } from './delimited-scan.ts';
import { sniffDialect, type Dialect, createLineSkip, sampleLength } from '@quadrax/contract/delimited';
import { checkedNames, numberedNames } from './header.ts';
import {
  IntakeError,
  unreadable,
  type Encoding,
  type TableDialect,
  type FormatIntake,
} from './intake-result.ts';
import { createEncodingCheck, isUtf8Name, textDecoder } from './text-encoding.ts';

/**
 * Reads delimited text as it arrives, of which the delimiters are single bytes. `start` is what the dialect is guessed
 * from (it is not consumed here: `write` gets it too); `complete` says that it is the whole file. Throws `IntakeError`
 * for an unusable header.
 */
export function createDelimitedIntake(
  start: Buffer,
  complete: boolean,
  stated: StatedReading = {},
): FormatIntake {
  const sample = sampleOf(start, complete);
  const early = encodingOfSample(sample, stated);
  const dialect = sniff(sample, early, stated);
  const columns = namesOf(dialect);
  const scanner = createDelimitedScanner(dialect, dialect);
  const skip = createLineSkip(dialect.skip, dialect.newline);
  const check = createEncodingCheck();
  return {
    format: 'csv',
    write(chunk) {
      scanner.write(chunk.subarray(skip(chunk)));
      check.write(chunk);
    },
    finish() {
      const scan = scanner.finish();
      refuseShapeless(scan, dialect, columns.length);
      const encoding = settled(check.finish(), stated);
      // What came further down may show that the names were read in another encoding than theirs.
      const same = encoding === early || (isUtf8Name(encoding) && isUtf8Name(early));
      const names = same ? columns : namesOf(sniff(sample, encoding, stated));
      return { ...table(dialect, names, scan, encoding), ...(stated.encoding && { stated: true }) };
    },
  };
}

const namesOf = (dialect: Dialect): string[] =>
  dialect.header ? checkedNames(dialect.first) : numberedNames(dialect.width);

/** A stated encoding is believed; UTF-8 may be damaged. */
function settled(found: Encoding, { encoding }: StatedReading): Encoding {
  if (encoding === undefined) return found;
  if (encoding !== 'utf-8') return encoding;
  return isUtf8Name(found) ? found : 'utf-8-damaged';
}

interface Sample {
  readonly bytes: Buffer;
  /** It is the whole file. */
  readonly whole: boolean;
}

function encodingOfSample({ bytes, whole }: Sample, stated: StatedReading): Encoding {
  const check = createEncodingCheck();
  check.write(bytes);
  return settled(check.finish(whole), stated);
}

/** As much of the beginning as the dialect is guessed from. */
function sampleOf(start: Buffer, complete: boolean): Sample {
  const feed = start.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  if (feed < 0 && start.length > maxRecordBytes) {
    throw unreadable('The first line is longer than 16 MiB, so this is not a table of records.');
  }
  const length = sampleLength(start);
  return { bytes: start.subarray(0, length), whole: complete && length === start.length };
}

function sniff({ bytes, whole }: Sample, encoding: Encoding, stated: StatedReading): Dialect {
  const decoder = textDecoder(encoding);
  const text = decoder.write(bytes) + (whole ? decoder.end() : '');
  const dialect = sniffDialect(text, whole, stated);
  if (dialect) return dialect;
  throw new IntakeError('EMPTY_FILE', 'The file holds nothing but blank lines.');
}

function refuseShapeless(scan: ScanResult, dialect: Dialect, columns: number): void {
  if (scan.records === 0) {
    throw unreadable('The file has a header line and no rows below it. Add at least one row.');
  }
  if (scan.ragged * 2 <= scan.records) return;
  const expected = dialect.header
    ? `The header names ${columns} columns`
    : `Rows have ${columns} fields at first`;
  const rows = scan.ragged.toLocaleString('en');
  throw unreadable(
    `${expected}, but ${rows} of ${scan.records.toLocaleString('en')} rows have another number of fields ` +
      `(line ${scan.raggedLine} has ${scan.raggedFields}). Check the delimiter and the quotes, or state the delimiter.`,
  );
}

function table(
  dialect: Dialect,
  columns: readonly string[],
  scan: ScanResult,
  encoding: Encoding,
): TableDialect {
  const { delimiter, quote, decimal, header, newline, skipSpace, skip } = dialect;
  const recoded = encoding !== 'utf-8' && encoding !== 'utf-8-bom';
  return {
    encoding,
    delimiter,
    quote,
    decimal,
    header,
    columns,
    records: scan.records,
    ragged: scan.ragged,
    ...(scan.raggedLine !== undefined && { raggedLine: scan.raggedLine }),
    longest: scan.longest,
    newline,
    skipSpace,
    irregular: scan.irregular || recoded || newline === 'cr' || skip > 0,
    ...(skip > 0 && { skip }),
  };
}
