import { wideEncoding } from '@quadrax/contract/text-encodings';
import { IntakeError, unreadable } from './intake-result.ts';

/** What the first bytes of a file show it to be. */
export type Content = 'parquet' | 'zip' | 'text';

interface Signature {
  readonly kind: string;
  readonly bytes: readonly number[];
  /** The signature is plain letters a table could begin with: believed only beside bytes that no text holds. */
  readonly binaryOnly?: boolean;
}

const ascii = (text: string) => [...Buffer.from(text, 'latin1')];

const refused: readonly Signature[] = [
  { kind: 'a gzip archive', bytes: [0x1f, 0x8b] },
  { kind: 'a bzip2 archive', bytes: ascii('BZh'), binaryOnly: true },
  { kind: 'an xz archive', bytes: [0xfd, ...ascii('7zXZ'), 0] },
  { kind: 'a Zstandard archive', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { kind: 'a 7-Zip archive', bytes: [...ascii('7z'), 0xbc, 0xaf, 0x27, 0x1c] },
  { kind: 'a RAR archive', bytes: [...ascii('Rar!'), 0x1a, 0x07] },
  { kind: 'an empty ZIP archive', bytes: [...ascii('PK'), 5, 6] },
  { kind: 'a PDF document', bytes: ascii('%PDF-') },
  { kind: 'an RTF document', bytes: ascii('{\\rtf') },
  { kind: 'a PNG image', bytes: [0x89, ...ascii('PNG')] },
  { kind: 'a JPEG image', bytes: [0xff, 0xd8, 0xff] },
  { kind: 'a GIF image', bytes: ascii('GIF8'), binaryOnly: true },
  { kind: 'a TIFF image', bytes: [...ascii('II*'), 0] },
  { kind: 'a media file', bytes: ascii('RIFF'), binaryOnly: true },
  { kind: 'a program', bytes: ascii('MZ'), binaryOnly: true },
  { kind: 'a program', bytes: [0x7f, ...ascii('ELF')] },
  { kind: 'a program', bytes: [0xcf, 0xfa, 0xed, 0xfe] },
  { kind: 'a WebAssembly module', bytes: [0, ...ascii('asm')] },
  { kind: 'an SQLite database', bytes: [...ascii('SQLite format 3'), 0] },
  { kind: 'an Arrow file', bytes: ascii('ARROW1'), binaryOnly: true },
  { kind: 'a Feather file', bytes: ascii('FEA1'), binaryOnly: true },
  { kind: 'an ORC file', bytes: ascii('ORC'), binaryOnly: true },
  { kind: 'an Avro file', bytes: [...ascii('Obj'), 1] },
  { kind: 'an HDF5 file', bytes: [0x89, ...ascii('HDF')] },
  { kind: 'a NumPy file', bytes: [0x93, ...ascii('NUMPY')] },
  { kind: 'an XML document', bytes: ascii('<?xml') },
];

const supported = 'Upload CSV or other delimited text, JSON, NDJSON, Parquet or Excel (.xlsx).';

/**
 * Tells what a file is from its first bytes; its name plays no part.
 * Throws `IntakeError` UNSUPPORTED_TYPE for a known other kind. `wide` says that text of more than a byte to a character
 * was stated.
 */
export function detectContent(head: Buffer, wide = false): Content {
  if (wide) return 'text';
  // Zero bytes within it may look like those of wide text.
  if (startsWith(head, ascii('PAR1'))) return 'parquet';
  if (startsWith(head, ascii('PARE')))
    throw unreadable('The Parquet file is encrypted. Upload it decrypted.');
  if (startsWith(head, [...ascii('PK'), 3, 4])) return 'zip';
  if (wideEncoding(head)) return 'text';
  if (startsWith(head, [0xd0, 0xcf, 0x11, 0xe0])) throw oldExcel();
  const binary = controlShare(head) > 0.02;
  const kind = refused.find((entry) => startsWith(head, entry.bytes) && (binary || !entry.binaryOnly))?.kind;
  if (kind) throw new IntakeError('UNSUPPORTED_TYPE', `This is ${kind}, not a table. ${supported}`);
  if (/^\s*<(!doctype html|html)[\s>]/i.test(head.toString('latin1', 0, 200))) {
    throw new IntakeError('UNSUPPORTED_TYPE', `This is a web page, not a table. ${supported}`);
  }
  if (controlShare(head) > 0.1) {
    throw new IntakeError('UNSUPPORTED_TYPE', `This is a binary file of an unknown kind. ${supported}`);
  }
  return 'text';
}

/** Checks that a file which began as Parquet also ends as one. */
export function checkParquetEnd(tail: Buffer, bytes: number): void {
  const whole = bytes >= 12 && tail.length >= 8 && tail.subarray(-4).toString('latin1') === 'PAR1';
  if (!whole || tail.readUInt32LE(tail.length - 8) + 12 > bytes) {
    throw unreadable(
      'The Parquet file is cut off: its end is missing. Export it again and upload the whole file.',
    );
  }
}

/** Checks that a ZIP archive is an Excel workbook, by the names in its central directory. */
export function checkWorkbook(head: Buffer, tail: Buffer): void {
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) {
    throw unreadable(
      'The file is cut off: it begins as an Excel or ZIP file, and its end is missing. Upload it again.',
    );
  }
  const has = (name: string) => tail.includes(name, 0, 'latin1') || head.includes(name, 0, 'latin1');
  if (has('[Content_Types].xml') && has('xl/workbook')) return;
  throw new IntakeError(
    'UNSUPPORTED_TYPE',
    `This is a ZIP archive that is not an Excel workbook. Unpack it first. ${supported}`,
  );
}

function oldExcel(): IntakeError {
  return new IntakeError(
    'UNSUPPORTED_TYPE',
    'This is an Excel file of the old kind (.xls), or one with a password. Save it as .xlsx without a password.',
  );
}

function startsWith(head: Buffer, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[index] === byte);
}

/**
 * The share of control bytes that text has no use for. One of them may be what delimits its fields: the most frequent
 * does not count, but for NUL.
 */
function controlShare(head: Buffer): number {
  const length = Math.min(head.length, 65_536);
  const counts = new Uint32Array(32);
  for (let i = 0; i < length; i++) {
    const byte = head[i] ?? 0;
    if (byte < 32) counts[byte] = (counts[byte] ?? 0) + 1;
  }
  const controls = counts.map((count, byte) => (byte < 9 || byte > 13 ? count : 0));
  const count = controls.reduce((sum, one) => sum + one, 0) - Math.max(...controls.subarray(1));
  return length === 0 ? 0 : count / length;
}
