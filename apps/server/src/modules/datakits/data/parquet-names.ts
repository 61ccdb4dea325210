import { open } from 'node:fs/promises';

/*
 * DuckDB writes no two columns whose names differ in case only. So a file is written with names of our own (c0, c1 …),
 * and the footer, which is the end of the file and to which nothing else points, is written anew with the real ones.
 * https://github.com/apache/parquet-format: the footer is FileMetaData in Thrift's compact protocol, its length in
 * four bytes, and the magic number.
 */

const tailBytes = 8;

/** Types of the compact protocol. */
const wire = { byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, set: 10, map: 11, struct: 12 };

/** Where names stand: of SchemaElement, and of the path of a column's chunk. */
const namePaths: ReadonlySet<string> = new Set(['2/4', '4/1/3/3']);

/** Copies a Thrift struct, with the texts at some places replaced. */
class Rewriter {
  readonly #source: Buffer;
  readonly #replace: (text: string) => string;
  readonly #parts: Buffer[] = [];
  #at = 0;
  #copied = 0;

  constructor(source: Buffer, replace: (text: string) => string) {
    this.#source = source;
    this.#replace = replace;
  }

  rewritten(): Buffer {
    this.#struct('');
    this.#parts.push(this.#source.subarray(this.#copied));
    return Buffer.concat(this.#parts);
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#source[this.#at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  #struct(path: string): void {
    let field = 0;
    for (;;) {
      const head = this.#source[this.#at++] ?? 0;
      if (head === 0) return;
      const zigzag = head >> 4 === 0 ? this.#varint() : undefined;
      field = zigzag === undefined ? field + (head >> 4) : zigzag / 2;
      const type = head & 0x0f;
      // Of a boolean, the type is the value.
      if (type > 2) this.#value(type, path === '' ? String(field) : `${path}/${field}`);
    }
  }

  #value(type: number, path: string): void {
    if (type === wire.struct) this.#struct(path);
    else if (type === wire.list || type === wire.set) this.#list(path);
    else if (type === wire.binary) this.#text(path);
    else if (type === wire.double) this.#at += 8;
    else if (type === wire.map) this.#map(path);
    else if (type <= wire.byte) this.#at += 1;
    else this.#varint();
  }

  #list(path: string): void {
    const head = this.#source[this.#at++] ?? 0;
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    for (let i = 0; i < size; i++) this.#value(head & 0x0f, path);
  }

  #map(path: string): void {
    const size = this.#varint();
    if (size === 0) return;
    const types = this.#source[this.#at++] ?? 0;
    for (let i = 0; i < size; i++) {
      this.#value(types >> 4, `${path}/key`);
      this.#value(types & 0x0f, `${path}/value`);
    }
  }

  #text(path: string): void {
    const start = this.#at;
    const length = this.#varint();
    const text = this.#source.toString('utf8', this.#at, this.#at + length);
    this.#at += length;
    if (!namePaths.has(path)) return;
    const bytes = Buffer.from(this.#replace(text));
    this.#parts.push(this.#source.subarray(this.#copied, start), varintOf(bytes.length), bytes);
    this.#copied = this.#at;
  }
}

function varintOf(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.from([...bytes, left]);
}

/** Gives the columns c0, c1 … of a Parquet file their names, exactly. */
export async function nameParquetColumns(path: string, names: readonly string[]): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(tailBytes);
    await file.read(tail, 0, tailBytes, size - tailBytes);
    const length = tail.readUInt32LE(0);
    const start = size - tailBytes - length;
    const footer = Buffer.alloc(length);
    await file.read(footer, 0, length, start);
    const renamed = new Rewriter(footer, (text) => nameOf(text, names)).rewritten();
    tail.writeUInt32LE(renamed.length, 0);
    await file.write(Buffer.concat([renamed, tail]), 0, renamed.length + tailBytes, start);
    await file.truncate(start + renamed.length + tailBytes);
  } finally {
    await file.close();
  }
}

function nameOf(text: string, names: readonly string[]): string {
  const index = /^c(\d+)$/.exec(text)?.[1];
  return index === undefined ? text : (names[Number(index)] ?? text);
}
