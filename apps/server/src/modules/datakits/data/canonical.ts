import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { TableDialect } from './intake-result.ts';
import { createLineSkip, createRecordParser } from '@quadrax/contract/delimited';
import { textDecoder } from './text-encoding.ts';

/** Takes records of text and writes them in the one way the reader takes without question. */
export interface CanonicalWriter {
  write(fields: readonly (string | null)[]): void;
  /** Waits while the disk lags behind. */
  drain(): Promise<void>;
  /** Ends the file; resolves to the number of records. */
  end(): Promise<number>;
}

const flushAt = 1 << 20;

/**
 * Writes UTF-8 CSV without a header: commas, line feeds, every field in double quotes, exactly `width` fields to a
 * record (short ones are filled up with missing values, long ones cut off). Empty and null are missing values.
 */
export function createCanonicalWriter(path: string, width: number): CanonicalWriter {
  const stream = createWriteStream(path);
  let text = '';
  let records = 0;
  let full = false;
  const flush = () => {
    if (text !== '') full = !stream.write(text);
    text = '';
  };
  return {
    write(fields) {
      for (let i = 0; i < width; i++) text += (i === 0 ? '' : ',') + quoted(fields[i]);
      text += '\n';
      records++;
      if (text.length >= flushAt) flush();
    },
    async drain() {
      if (full) await once(stream, 'drain');
      full = false;
    },
    async end() {
      flush();
      stream.end();
      await finished(stream);
      return records;
    },
  };
}

function quoted(field: string | null | undefined): string {
  return field === undefined || field === null || field === '' ? '""' : `"${field.replaceAll('"', '""')}"`;
}

/** The dialect of a canonical file, but for its columns. Doubled quotes can double the length of a record. */
export const canonicalDialect = {
  delimiter: ',',
  quote: '"',
  header: false,
  newline: 'lf',
  maxLine: 36_000_000,
} as const;

/**
 * Rewrites an irregular delimited file canonically, by the rules it was counted with at its intake. Resolves to the
 * number of records.
 */
export async function rewriteDelimited(source: string, table: TableDialect, path: string): Promise<number> {
  const width = table.columns?.length ?? 1;
  const writer = createCanonicalWriter(path, width);
  let header = table.header;
  let started = false;
  let blanks = 0;
  const cutting = {
    delimiter: table.delimiter ?? ',',
    quote: table.quote ?? '"',
    newline: table.newline ?? 'lf',
    skipSpace: table.skipSpace,
  };
  const parser = createRecordParser(cutting, (fields, blank) => {
    if (blank) {
      blanks++;
      return;
    }
    // In a table of one column, a blank line between two values is a missing value.
    if (width === 1 && started) for (let i = 0; i < blanks; i++) writer.write([]);
    blanks = 0;
    started = true;
    if (header) header = false;
    else writer.write(fields);
  });
  const decoder = textDecoder(table.encoding);
  const skip = createLineSkip(table.skip ?? 0, cutting.newline);
  const parse = (text: string) => parser.write(text.slice(skip(text)));
  for await (const chunk of createReadStream(source, { highWaterMark: 1 << 20 })) {
    parse(decoder.write(chunk as Buffer));
    await writer.drain();
  }
  parse(decoder.end());
  parser.end();
  return writer.end();
}
