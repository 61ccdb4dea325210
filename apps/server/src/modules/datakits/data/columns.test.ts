import { describe, expect, it } from 'vitest';
import type { Column, Table } from '@quadrax/ml/tabular';
import { readTable } from './columns.ts';
import { profiled } from './fixtures/files.ts';

async function read(content: string, select?: readonly string[]): Promise<Table> {
  let table: Table | undefined;
  await profiled(content, async (parquet, { columns }) => {
    table = await readTable({ parquet, columns, ...(select && { select }) });
  });
  if (!table) throw new Error('It was not read.');
  return table;
}

const column = (table: Table, name: string): Column | undefined =>
  table.columns.find((each) => each.name === name);

describe('readTable', () => {
  const rows = Array.from({ length: 40 }, (_, i) => [
    i,
    i % 4 === 0 ? '' : i / 2,
    i % 2 ? 'true' : 'false',
    ['b', 'a', 'NA'][i % 3],
    `free words number ${i}`,
    `k${i}x`,
    i - 20,
  ]);
  const content = `n,x,flag,kind,words,key,lat\n${rows.map((row) => row.join(',')).join('\n')}\n`;

  it('gives every type its array', async () => {
    const table = await read(content);
    expect(table.rows).toBe(40);
    expect(table.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['n', 'numeric'],
      ['x', 'numeric'],
      ['flag', 'categorical'],
      ['kind', 'categorical'],
      ['words', 'text'],
      ['key', 'text'],
      ['lat', 'numeric'],
    ]);
    expect(column(table, 'x')).toMatchObject({ values: expect.objectContaining({ 0: NaN, 1: 0.5 }) });
    expect(column(table, 'kind')).toMatchObject({
      categories: ['a', 'b'],
      codes: expect.objectContaining({ 0: 1, 1: 0, 2: -1 }),
    });
    expect(column(table, 'flag')).toMatchObject({
      categories: ['false', 'true'],
      codes: expect.objectContaining({ 0: 0, 1: 1 }),
    });
    expect(column(table, 'words')).toMatchObject({
      values: expect.objectContaining({ 39: 'free words number 39' }),
    });
  });

  it('gives dates in milliseconds, with NaN for a missing one', async () => {
    const table = await read('d,n\n2020-01-01 00:00:00.5,1\n,2\n');
    expect(table.columns[0]).toEqual({
      name: 'd',
      kind: 'datetime',
      values: Float64Array.of(Date.UTC(2020, 0, 1) + 500, NaN),
    });
  });

  it('reads the columns asked for, in that order, and keeps names apart by case', async () => {
    const table = await read('Age,age\n1,x\n2,y\n', ['age', 'Age']);
    expect(table.columns).toEqual([
      { name: 'age', kind: 'categorical', codes: Int32Array.of(0, 1), categories: ['x', 'y'] },
      { name: 'Age', kind: 'numeric', values: Float64Array.of(1, 2) },
    ]);
  });

  it('keeps infinite numbers, for the training to warn of', async () => {
    const table = await read('x,y\ninf,1\n-inf,2\n1.5,3\n');
    expect(table.columns[0]).toMatchObject({ values: Float64Array.of(Infinity, -Infinity, 1.5) });
  });

  it('gives no category to a column without values', async () => {
    const table = await read('a,b\n1,\n2,\n');
    expect(table.columns[1]).toEqual({ name: 'b', kind: 'text', values: [null, null] });
  });

  it('refuses a column that is not there', async () => {
    await expect(read('a,b\n1,2\n', ['A'])).rejects.toThrow('"A"');
  });

  it('keeps the order of many rows', async () => {
    const long = Array.from({ length: 50_000 }, (_, i) => `${i},the words of row ${i} are many`);
    const table = await read(`n,t\n${long.join('\n')}\n`);
    const numbers = table.columns[0];
    const texts = table.columns[1];
    if (numbers?.kind !== 'numeric' || texts?.kind !== 'text') throw new Error('The kinds are wrong.');
    expect(numbers.values.every((value, i) => value === i)).toBe(true);
    expect(texts.values.every((value, i) => value === `the words of row ${i} are many`)).toBe(true);
  });
});
