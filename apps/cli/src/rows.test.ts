import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCsv, readRows } from './rows.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quadrax-rows-'));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

describe('CSV', () => {
  it('keeps separators, quotation marks and line breaks inside quotation marks', () => {
    expect(parseCsv('a,b\r\n"x, ""y""",\n"two\nlines",2')).toEqual([
      ['a', 'b'],
      ['x, "y"', ''],
      ['two\nlines', '2'],
    ]);
  });
  it('may be separated by semicolons or tabs, and begin with a byte order mark', () => {
    expect(parseCsv('\uFEFFa;b\n1,5;2\n')).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ]);
    expect(parseCsv('a\tb\n1\t2')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });
  it('keeps an empty last value', () => {
    expect(parseCsv('a,b\n1,\n')).toEqual([
      ['a', 'b'],
      ['1', ''],
    ]);
    expect(parseCsv('a,b\n1,')).toEqual([
      ['a', 'b'],
      ['1', ''],
    ]);
  });
  it('with a quotation mark that does not close is refused', () => {
    expect(() => parseCsv('a\n"never')).toThrow('does not close');
  });
});

describe('rows of a file', () => {
  it('are texts in CSV and values in JSON', async () => {
    expect(await readRows(await file('r.csv', 'a,b\n1,x\n'))).toEqual({
      rows: [{ a: '1', b: 'x' }],
      texts: true,
    });
    expect(await readRows(await file('r.json', '{"a": 1}'))).toEqual({ rows: [{ a: 1 }], texts: false });
    expect(await readRows(await file('l.json', '[{"a": 1}, {"a": 2}]'))).toMatchObject({
      rows: [{ a: 1 }, { a: 2 }],
    });
    expect(await readRows(await file('r.ndjson', '{"a": 1}\n\n{"a": null}\n'))).toMatchObject({
      rows: [{ a: 1 }, { a: null }],
    });
  });
  it('that do not fit are refused with their place', async () => {
    await expect(readRows(await file('w.csv', 'a,b\n1,2\n3\n'))).rejects.toThrow('Row 2');
    await expect(readRows(await file('w.ndjson', '{"a": 1}\n{'))).rejects.toThrow('Line 2');
    await expect(readRows(join(folder, 'none.csv'))).rejects.toThrow('no file');
  });
});
