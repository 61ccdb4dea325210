import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { shortened } from '#platform/text';
import { IntakeError } from './intake-result.ts';

const inflated = promisify(inflateRaw);
const directoryBytes = 1 << 20;
/** The list of the sheets is small; what unpacks to more is none. */
const maxList = 4 << 20;

/** Of more sheets no more than so many are named. */
const mostListed = 50;

/** Refuses a sheet that the workbook does not have, and names those it has. @throws IntakeError */
export async function demandSheet(path: string, sheet: string): Promise<void> {
  const names = await sheetNames(path);
  if (names === undefined || names.includes(sheet)) return;
  const listed = names
    .slice(0, mostListed)
    .map((name) => `"${shortened(name, 60)}"`)
    .join(', ');
  throw new IntakeError(
    'UNREADABLE_FILE',
    `The workbook has no sheet "${shortened(sheet, 60)}". Its sheets are ${listed}.`,
  );
}

/** The names of the sheets of a workbook in their order; undefined where its list cannot be read: the job tells why. */
async function sheetNames(path: string): Promise<string[] | undefined> {
  const file = await open(path);
  try {
    const list = await entryOf(file, 'xl/workbook.xml');
    const found = list?.toString('utf8').matchAll(/<(?:\w+:)?sheet\s[^<>]{0,2000}?\bname="([^"<]*)"/g);
    return found && [...found].map(([, name = '']) => unescaped(name));
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** An entry of a ZIP archive, by its central directory (APPNOTE.TXT 4.3.12). */
async function entryOf(file: FileHandle, name: string): Promise<Buffer | undefined> {
  const { size } = await file.stat();
  const length = Math.min(size, directoryBytes);
  const { buffer: tail } = await file.read(Buffer.alloc(length), 0, length, size - length);
  for (let at = tail.indexOf('PK\u0001\u0002', 0, 'latin1'); at >= 0 && at + 46 <= length;) {
    const nameLength = tail.readUInt16LE(at + 28);
    if (tail.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const [method, packed] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 20)];
      const data = await bytesAt(file, tail.readUInt32LE(at + 42), Math.min(packed, maxList));
      return method === 0 ? data : inflated(data, { maxOutputLength: maxList });
    }
    at = tail.indexOf('PK\u0001\u0002', at + 46, 'latin1');
  }
  return undefined;
}

/** The bytes of an entry, behind its local header. */
async function bytesAt(file: FileHandle, header: number, length: number): Promise<Buffer> {
  const { buffer: head } = await file.read(Buffer.alloc(30), 0, 30, header);
  const from = header + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name = '') => {
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
      return Number.isNaN(code) ? (entities[name] ?? whole) : String.fromCodePoint(code);
    },
  );
}
