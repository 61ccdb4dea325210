import { createDelimitedScanner, maxRecordBytes, type ScanResult } from './delimited-scan.ts';
import { sniffDialect, type Dialect } from './dialect.ts';
import { checkedNames, numberedNames } from './header.ts';
import type { FormatIntake } from './intake.ts';
import { IntakeError, unreadable, type TableDialect } from './intake-result.ts';
import { createEncodingCheck, textDecoder } from './text-encoding.ts';

/** How much of a text is looked at to guess its dialect, counted from the end of its first line. */
const sniffBytes = 128 * 1024;

/**
 * Reads delimited text as it arrives. `start` is what the dialect is guessed from (it is not consumed here: `write`
 * gets it too); `complete` says that it is the whole file. Throws `IntakeError` for an unusable header.
 */
export function createDelimitedIntake(start: Buffer, complete: boolean): FormatIntake {
  const dialect = sniff(start, complete);
  const names = (encoded: readonly string[]) =>
    dialect.header ? checkedNames(encoded) : numberedNames(dialect.width);
  const early = names(dialect.first);
  const scanner = createDelimitedScanner(dialect, dialect.width, dialect.header);
  const encoding = createEncodingCheck();
  return {
    format: 'csv',
    write(chunk) {
      scanner.write(chunk);
      encoding.write(chunk);
    },
    finish() {
      const scan = scanner.finish();
      refuseShapeless(scan, dialect, early.length);
      return table(dialect, early, scan, encoding.finish());
    },
  };
}

function sniff(start: Buffer, complete: boolean): Dialect {
  const feed = start.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  if (feed < 0 && start.length > maxRecordBytes) {
    throw unreadable('The first line is longer than 16 MiB, so this is not a table of records.');
  }
  const length = Math.min(start.length, Math.max(feed, 0) + sniffBytes);
  const sample = start.subarray(0, length);
  const check = createEncodingCheck();
  check.write(sample);
  const whole = complete && length === start.length;
  const text = textDecoder(check.finish()).decode(sample, { stream: !whole });
  const dialect = sniffDialect(text, whole);
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
      `(line ${scan.raggedLine} has ${scan.raggedFields}). Check the delimiter and the quotes.`,
  );
}

function table(
  dialect: Dialect,
  columns: readonly string[],
  scan: ScanResult,
  encoding: TableDialect['encoding'],
): TableDialect {
  const { delimiter, quote, decimal, header, newline, skipSpace } = dialect;
  const recoded = encoding === 'windows-1252' || encoding === 'utf-8-damaged';
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
    irregular: scan.irregular || recoded || newline === 'cr',
  };
}
