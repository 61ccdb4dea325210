import { open } from 'node:fs/promises';
import { readSheet } from 'read-excel-file/node';
import { createCanonicalWriter } from './canonical.ts';
import { sniffHeader } from './dialect.ts';
import { UnreadableFile } from './unreadable-file.ts';

export interface ExcelTable {
  /** The names as they stand in the sheet, or undefined where its first row holds values. */
  readonly header: string[] | undefined;
  readonly width: number;
  readonly records: number;
}

/** What a workbook may unpack to: a file that grows more is not a table but an attempt to fill the memory. */
const maxUnpacked = 1024 ** 3;

/**
 * Writes the first sheet of a workbook as canonical CSV: dates as ISO 8601, numbers as JavaScript prints them. Empty
 * rows and columns around the table are left out. Throws `UnreadableFile`.
 */
export async function rewriteExcel(source: string, path: string): Promise<ExcelTable> {
  await refuseBomb(source);
  const rows = trimmed(await readFirstSheet(source));
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const named = sniffHeader(rows.slice(0, 200).map((row) => row.map((cell) => cell ?? '')));
  const header = named ? Array.from({ length: width }, (_, i) => rows[0]?.[i] ?? '') : undefined;
  const body = header ? rows.slice(1) : rows;
  if (body.length === 0)
    throw new UnreadableFile('The first sheet holds no rows. Put the table on the first sheet.');
  const writer = createCanonicalWriter(path, width);
  for (const row of body) {
    writer.write(row);
    await writer.drain();
  }
  return { header, width, records: await writer.end() };
}

type Cells = (string | null)[];

async function readFirstSheet(source: string): Promise<Cells[]> {
  try {
    const data = await readSheet(source, 1, { trim: false });
    return data.map((row) => row.map(cellText));
  } catch (error) {
    throw new UnreadableFile(
      'The Excel workbook cannot be read. Open it, save it again as .xlsx and upload the new file.',
      { cause: error },
    );
  }
}

function cellText(cell: unknown): string | null {
  if (cell === null || cell === undefined) return null;
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? null : isoText(cell);
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean'
    ? String(cell)
    : null;
}

function isoText(date: Date): string {
  const text = date.toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 23).replace('T', ' ');
}

const isEmpty = (cell: string | null | undefined) => cell === null || cell === undefined || cell === '';

/** Without empty rows above and below the table, and empty columns left and right of it. */
function trimmed(rows: readonly Cells[]): Cells[] {
  const filled = rows.map((row) => row.some((cell) => !isEmpty(cell)));
  const body = rows.slice(Math.max(0, filled.indexOf(true)), filled.lastIndexOf(true) + 1);
  let left = Infinity;
  let right = 0;
  for (const row of body) {
    const first = row.findIndex((cell) => !isEmpty(cell));
    if (first < 0) continue;
    left = Math.min(left, first);
    right = Math.max(right, row.findLastIndex((cell) => !isEmpty(cell)) + 1);
  }
  return body.map((row) => row.slice(left, right));
}

/** Adds up what the entries of the archive say they unpack to. */
async function refuseBomb(source: string): Promise<void> {
  const file = await open(source);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 1 << 20);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    let total = 0;
    let at = buffer.indexOf('PK\u0001\u0002', 0, 'latin1');
    for (; at >= 0 && at + 28 <= length; at = buffer.indexOf('PK\u0001\u0002', at + 46, 'latin1')) {
      total += buffer.readUInt32LE(at + 24);
    }
    if (total > maxUnpacked) {
      throw new UnreadableFile(
        'The workbook unpacks to more than 1 GiB. Save its table as CSV and upload that.',
      );
    }
  } finally {
    await file.close();
  }
}
