import type {
  ErrorCode,
  ErrorDetail,
  FileFormat,
  StatedReading,
  TextEncoding,
  WideEncoding,
} from '@quadrax/contract';

/**
 * `windows-1252` also stands for Latin-1, which it contains. `utf-8-damaged` is UTF-8 with a few bytes that are not;
 * they are read as U+FFFD. `null` where the question does not arise (Parquet, Excel).
 */
export type Encoding = 'utf-8-bom' | 'utf-8-damaged' | TextEncoding | WideEncoding | null;

/** How the text of a file is to be read. */
export interface TableDialect {
  readonly encoding: Encoding;
  readonly delimiter: string | null;
  readonly quote: string | null;
  readonly decimal: '.' | ',' | null;
  readonly header: boolean;
  /** Exact names, unique; `null` where only the job can know (Parquet, JSON, Excel). */
  readonly columns: readonly string[] | null;
  /** Data records, the header not counted; `null` where only the job can know. */
  readonly records: number | null;
  /** Records with more or fewer fields than the table has columns. */
  readonly ragged: number;
  /** The line of the first ragged record. */
  readonly raggedLine?: number;
  /** Bytes of the longest record. */
  readonly longest: number;
  /** What ends a line; `cr` is the old Macintosh way. */
  readonly newline: 'lf' | 'crlf' | 'cr' | null;
  /** Spaces after a delimiter are not part of the value. */
  readonly skipSpace: boolean;
  /** A strict reader would stumble (ragged rows, stray quotes, mixed line ends): the text is rewritten first. */
  readonly irregular: boolean;
  /** Lines above the table that are no part of it. Absent: none. */
  readonly skip?: number;
  /** The encoding was stated. Absent: it was told by the bytes. */
  readonly stated?: boolean;
  /** Characters that the encoding has none for; they are read as U+FFFD. Absent: none. */
  readonly replaced?: number;
}

/** What is known of an uploaded file once its last byte has arrived. JSON-serialisable; kept with the version. */
export interface IntakeResult {
  readonly format: FileFormat;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly table: TableDialect;
  /** What was stated of how it is to be read. Absent: all of it was guessed. */
  readonly reading?: StatedReading;
}

/** A file refused while it arrives: TOO_LARGE, EMPTY_FILE, UNSUPPORTED_TYPE or UNREADABLE_FILE. */
export class IntakeError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetail[];

  constructor(code: ErrorCode, message: string, details: readonly string[] = [message]) {
    super(message);
    this.name = 'IntakeError';
    this.code = code;
    this.details = details.map((text) => ({ field: 'dataset', message: text }));
  }
}

/** Shorthand for the refusal that names a place in the file. */
export function unreadable(message: string, details?: readonly string[]): IntakeError {
  return new IntakeError('UNREADABLE_FILE', message, details);
}

/** The dialect of a format whose structure only the job learns. */
export function opaqueTable(encoding: Encoding): TableDialect {
  return {
    encoding,
    delimiter: null,
    quote: null,
    decimal: null,
    header: true,
    columns: null,
    records: null,
    ragged: 0,
    longest: 0,
    newline: null,
    skipSpace: false,
    irregular: false,
  };
}

/** Reads one format as it arrives; `finish` tells what the table is. */
export interface FormatIntake {
  readonly format: IntakeResult['format'];
  write(chunk: Buffer): void;
  finish(tail: Buffer, bytes: number): TableDialect;
}
