import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cell } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { takeIn, withFolder } from './fixtures/files.ts';
import { columnNames, compareTexts, csvOf, randomRows } from './fixtures/random-table.ts';
import { previewTable, readRows, type Filter } from './preview.ts';
import { profileFile, type ProfileOutput } from './profile.ts';
import { queryTables } from './query.ts';

/* What pages, queries and profiles tell of a table of 5,000 rows, beside the same counted plainly here. */

const rows = randomRows(5000, 23);
const at = (name: string): number => columnNames.indexOf(name);
const valuesOf = (name: string): Cell[] => rows.map((row) => row[at(name)] ?? null);

interface Stored extends ProfileOutput {
  readonly parquet: string;
}

const stored = <T>(look: (stored: Stored) => Promise<T>): Promise<T> =>
  withFolder(async (folder) => {
    const [source, parquet] = [join(folder, 'source.csv'), join(folder, 'table.parquet')];
    const csv = csvOf(columnNames, rows);
    await writeFile(source, csv);
    const limits = { temp: join(folder, 'temp'), tempBytes: 2 ** 30, memoryMb: 256, threads: 2 };
    const output = await profileFile(
      { source, parquet, intake: takeIn(csv), ...limits },
      { progress() {}, log() {} },
    );
    return look({ ...output, parquet });
  });

const compare = (a: Cell, b: Cell): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : compareTexts(String(a), String(b));

const holds: Readonly<Record<Filter['operator'], (cell: Cell, value: Cell) => boolean>> = {
  '=': (cell, value) => compare(cell, value) === 0,
  '!=': (cell, value) => compare(cell, value) !== 0,
  '<': (cell, value) => compare(cell, value) < 0,
  '<=': (cell, value) => compare(cell, value) <= 0,
  '>': (cell, value) => compare(cell, value) > 0,
  '>=': (cell, value) => compare(cell, value) >= 0,
  contains: (cell, value) => String(cell).toLowerCase().includes(String(value).toLowerCase()),
  missing: () => false,
};

const sample: Readonly<Record<string, string | number>> = {
  few: 4,
  many: 1999,
  share: 512,
  word: 'birch',
  town: 'KÖLN ',
  mixed: '120',
};

const expectedPage = (filter: Filter, sort: string, descending: boolean) =>
  rows
    .filter((row) => {
      const cell = row[at(filter.column)] ?? null;
      if (cell === null || filter.operator === 'missing')
        return cell === null && filter.operator === 'missing';
      return holds[filter.operator](cell, filter.value ?? null);
    })
    .toSorted((left, right) => {
      const [a, b] = [left[at(sort)] ?? null, right[at(sort)] ?? null];
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      return descending ? compare(b, a) : compare(a, b);
    });

describe('a page of 5,000 rows', () => {
  it('holds the rows that meet a filter, sorted, for every column and operator', () =>
    stored(async ({ parquet, columns }) => {
      for (const [i, column] of columnNames.entries())
        for (const operator of Object.keys(holds) as Filter['operator'][]) {
          const filter: Filter = {
            column,
            operator,
            ...(operator !== 'missing' && { value: sample[column] }),
          };
          const [sort, descending] = [columnNames[(i + 1) % columnNames.length] ?? '', i % 2 === 0];
          const expected = expectedPage(filter, sort, descending);
          const page = { offset: 7, limit: 200, filters: [filter], sort: { column: sort, descending } };
          const found = await previewTable({ parquet, columns, ...page });
          expect({ filter, total: found.total }).toEqual({ filter, total: expected.length });
          expect(found.rows).toEqual(expected.slice(7, 207));
        }
    }));

  it('holds rows by their numbers, in the order asked for', () =>
    stored(async ({ parquet, columns }) => {
      const wanted = Array.from({ length: 300 }, (_, i) => (i * 1709) % 5000);
      const found = await readRows({ parquet, columns, rows: wanted });
      expect(found).toEqual(wanted.map((i) => rows[i]));
    }));
});

it('a query for the first row of each group finds it as it is', () =>
  stored(async ({ parquet }) => {
    const tables = [{ names: ['data'], parquet, columns: [...columnNames] }];
    const sql =
      'SELECT * FROM data WHERE few IS NOT NULL QUALIFY row_number() OVER (PARTITION BY few ORDER BY many, share) = 1 ORDER BY few';
    const limits = { limit: 100, timeoutMs: 20_000, memoryMb: 256 };
    const first = Map.groupBy(
      rows.filter(([few]) => few !== null),
      ([few]) => Number(few),
    );
    const expected = [...first]
      .toSorted(([a], [b]) => a - b)
      .map(
        ([, group]) =>
          group.toSorted(
            (a, b) => compare(a[1] ?? null, b[1] ?? null) || compare(a[2] ?? null, b[2] ?? null),
          )[0],
      );
    expect((await queryTables({ sql, tables, ...limits })).rows).toEqual(expected);
  }));

it('a profile counts 5,000 rows as they are', () =>
  stored(async ({ profile }) => {
    for (const { name, missing, distinct, min, max, mean, quantiles, histogram, top } of profile.columns) {
      const present = valuesOf(name).filter((value) => value !== null);
      expect({ name, missing, distinct }).toEqual({
        name,
        missing: rows.length - present.length,
        distinct: new Set(present).size,
      });
      if (top) {
        const counts = [...Map.groupBy(present, String)].map(([value, all]) => ({
          value,
          count: all.length,
        }));
        const ranked = counts.toSorted((a, b) => b.count - a.count || compare(a.value, b.value));
        expect({ name, top }).toEqual({ name, top: ranked.slice(0, top.length) });
      }
      if (typeof mean !== 'number') continue;
      const numbers = present.map(Number).toSorted((a, b) => a - b);
      expect([min, max]).toEqual([numbers[0], numbers.at(-1)]);
      expect(mean).toBeCloseTo(numbers.reduce((a, b) => a + b, 0) / numbers.length, 6);
      const median = quantiles?.find(({ p }) => p === 0.5)?.value;
      const middle = (numbers.length - 1) / 2;
      expect(median).toBeCloseTo(
        ((numbers[Math.floor(middle)] ?? NaN) + (numbers[Math.ceil(middle)] ?? NaN)) / 2,
        6,
      );
      expect(histogram?.counts.reduce((a, b) => a + b, 0)).toBe(numbers.length);
    }
  }));
