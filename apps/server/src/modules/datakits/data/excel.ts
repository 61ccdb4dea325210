import { open } from 'node:fs/promises';
import type { ProfileWarning, StatedReading } from '@quadrax/contract';
import { shortened } from '#platform/text';
import readWorkbook from 'read-excel-file/node';
import { createCanonicalWriter } from './canonical.ts';
import { sniffHeader, leadingLines, mostLeading } from '@quadrax/contract/delimited';
import { UnreadableFile } from './unreadable-file.ts';

export interface ExcelTable {
  /** The names as they stand in the sheet, or undefined where its first row holds values. */
  readonly header: string[] | undefined;
  readonly width: number;
  readonly records: number;
  readonly warnings: readonly ProfileWarning[];
}

/** What a workbook may unpack to: a file that grows more is not a table but an attempt to fill the memory. */
const maxUnpacked = 1024 ** 3;

/**
 * Writes a sheet of a workbook as canonical CSV: dates as ISO 8601, times as HH:MM:SS, numbers as JavaScript prints
 * them. Without a sheet stated, the first that holds a table. Empty rows and columns around the table, and titles above
 * it, are left out. Throws `UnreadableFile`.
 */
export async function rewriteExcel(
  source: string,
  path: string,
  { sheet: wanted, header: stated }: StatedReading = {},
): Promise<ExcelTable> {
  await refuseBomb(source);
  const sheets = await readSheets(source);
  const chosen = chooseSheet(sheets, wanted);
  const { rows, skipped } = belowTitles(chosen.rows);
  const width = widest(rows);
  const named =
    stated === undefined
      ? sniffHeader(rows.slice(0, 200).map((row) => row.map((cell) => cell ?? '')))
      : stated === 'yes';
  const header = named ? Array.from({ length: width }, (_, i) => rows[0]?.[i] ?? '') : undefined;
  const body = header ? rows.slice(1) : rows;
  if (body.length === 0)
    throw new UnreadableFile(
      `The sheet "${shown(chosen.name)}" holds no rows below its names. Add at least one, or state another sheet.`,
    );
  const writer = createCanonicalWriter(path, width);
  for (const row of body) {
    writer.write(row);
    await writer.drain();
  }
  const warnings = [...sheetWarning(sheets, chosen), ...titleWarning(skipped)];
  return { header, width, records: await writer.end(), warnings };
}

type Cells = (string | null)[];

interface Sheet {
  readonly name: string;
  readonly rows: readonly Cells[];
}

const shown = (name: string) => shortened(name, 60);
const widest = (rows: readonly Cells[]) => rows.reduce((most, row) => Math.max(most, row.length), 0);

async function readSheets(source: string): Promise<Sheet[]> {
  try {
    const sheets = await readWorkbook(source, { trim: false });
    return sheets.map(({ sheet, data }) => ({
      name: sheet,
      rows: trimmed(data.map((row) => row.map(cellText))),
    }));
  } catch (error) {
    throw new UnreadableFile(
      'The Excel workbook cannot be read. Open it, save it again as .xlsx and upload the new file.',
      { cause: error },
    );
  }
}

/** A sheet that may be a table: there is more on it than a line. */
const isTable = ({ rows }: Sheet) => rows.length > 1;

function chooseSheet(sheets: readonly Sheet[], wanted: string | undefined): Sheet {
  const named = sheets.find(({ name }) => name === wanted);
  if (named && named.rows.length > 0) return named;
  if (named) throw new UnreadableFile(`The sheet "${shown(named.name)}" is empty. State another.`);
  const first = sheets.find(isTable) ?? sheets.find(({ rows }) => rows.length > 0);
  if (wanted === undefined && first) return first;
  throw new UnreadableFile(
    wanted === undefined
      ? 'No sheet of the workbook holds a table. Put the names of the columns above its rows.'
      : `The workbook has no sheet "${shown(wanted)}". Its sheets are ${sheets.map(({ name }) => `"${shown(name)}"`).join(', ')}.`,
  );
}

function sheetWarning(sheets: readonly Sheet[], chosen: Sheet): ProfileWarning[] {
  const others = sheets.filter((sheet) => sheet !== chosen && isTable(sheet));
  if (others.length === 0) return [];
  const names = others.slice(0, 20).map(({ name }) => `"${shown(name)}"`);
  const more = others.length > names.length ? ` and ${others.length - names.length} more` : '';
  return [
    {
      code: 'OTHER_SHEETS',
      message:
        `The sheet "${shown(chosen.name)}" was read. Other sheets hold data too: ${names.join(', ')}${more}. ` +
        'To read one of them, upload the file again and state the sheet.',
    },
  ];
}

/** The rows below titles and remarks: rows of fewer cells than those that follow. */
function belowTitles(rows: readonly Cells[]): { rows: readonly Cells[]; skipped: number } {
  const width = widest(rows);
  const texts = rows.map((row) => Array.from({ length: width }, (_, i) => row[i] ?? ''));
  const skipped = leadingLines(texts.slice(0, mostLeading), width, (lines) =>
    texts.slice(lines).filter((row) => row.some((cell) => cell !== '')),
  );
  return { rows: trimmed(rows.slice(skipped)), skipped };
}

function titleWarning(skipped: number): ProfileWarning[] {
  if (skipped === 0) return [];
  const rows = skipped === 1 ? 'A row above the table was' : `${skipped} rows above the table were`;
  return [{ code: 'SKIPPED_LINES', message: `${rows} taken for a title and left out.` }];
}

function cellText(cell: unknown): string | null {
  if (cell === null || cell === undefined) return null;
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? null : isoText(cell);
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean'
    ? String(cell)
    : null;
}

const dayMs = 86_400_000;
/** The day 0 of Excel, which a cell has that holds a time of day and no date. */
const noDay = Date.UTC(1899, 11, 30);

function isoText(given: Date): string {
  // Fractions of days are not exact: 06:00 may come as 05:59:59.9999.
  const date = new Date(Math.round(given.getTime() / 1000) * 1000);
  const exact = Math.abs(date.getTime() - given.getTime()) <= 1 ? date : given;
  if (exact.getTime() >= noDay && exact.getTime() < noDay + dayMs)
    return exact.toISOString().slice(11, exact.getUTCMilliseconds() === 0 ? 19 : 23);
  const text = exact.toISOString();
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
