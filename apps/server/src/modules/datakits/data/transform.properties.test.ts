import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cell, TransformStep } from '@quadrax/contract';
import { expect, it } from 'vitest';
import { takeIn, withFolder } from './fixtures/files.ts';
import { columnNames, compareTexts, csvOf, randomRows, type Row } from './fixtures/random-table.ts';
import { previewTable } from './preview.ts';
import { profileFile } from './profile.ts';
import { transformTables } from './transform.ts';
import { joinKey } from './transform-steps.ts';

/*
 * What the steps make of tables of 5,000 rows (more than DuckDB takes at once), beside the same said plainly here.
 */

const quiet = { progress: () => {}, log: () => {} };
const datakitId = '7d3d8f8e-0000-4000-8000-000000000000';
const other = [
  [0, 'nought'],
  [3, 'three'],
  [3, 'a second three'],
  [8, 'eight'],
  [null, 'nothing'],
] as const;

const store = async (folder: string, name: string, csv: string) => {
  const source = join(folder, `${name}.csv`);
  const parquet = join(folder, `${name}.parquet`);
  await writeFile(source, csv);
  const temp = join(folder, `${name}-temp`);
  const place = { source, parquet, temp, tempBytes: 2 ** 30, memoryMb: 256, threads: 2 };
  const { columns } = await profileFile({ ...place, intake: takeIn(csv) }, quiet);
  return { parquet, columns: columns.map((column) => column.name) };
};

interface Table {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What the steps make of the rows: one table, or two. */
const made = (rows: readonly Row[], steps: TransformStep[]): Promise<Table[]> =>
  withFolder(async (folder) => {
    const first = await store(folder, 'first', csvOf(columnNames, rows));
    const second = await store(folder, 'second', csvOf(['key', 'word'], other));
    const outputs = [join(folder, 'a.parquet'), join(folder, 'b.parquet')];
    const result = await transformTables(
      {
        steps,
        tables: [{ names: ['data'], ...first }],
        joined: [{ key: joinKey(datakitId, 1), ...second }],
        outputs,
        temp: join(folder, 'temp'),
        tempBytes: 2 ** 30,
        memoryMb: 256,
        threads: 2,
      },
      quiet,
    );
    return Promise.all(
      result.made.map(async ({ columns }, i) => {
        const parquet = outputs[i] ?? '';
        const page = await previewTable({ parquet, columns, offset: 0, limit: 100_000, filters: [] });
        return { names: columns.map(({ name }) => name), rows: page.rows };
      }),
    );
  });

const at = (name: string): number => columnNames.indexOf(name);
const key = (row: Row, names: readonly string[]): string =>
  JSON.stringify(names.map((name) => row[at(name)]));
const same = (rows: readonly Row[]): Table => ({ names: columnNames, rows });

const firstOfEach = (rows: readonly Row[], names: readonly string[]): Table => {
  const seen = new Set<string>();
  return same(rows.filter((row) => !seen.has(key(row, names)) && seen.add(key(row, names))));
};

/** Missing values last; words by code point. */
const compare = (a: Cell, b: Cell, descending: boolean): number => {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareTexts(String(a), String(b));
  return descending ? -order : order;
};

const sorted = (rows: readonly Row[], by: readonly { column: string; descending: boolean }[]): Table =>
  same(
    rows.toSorted((a, b) => {
      for (const { column, descending } of by) {
        const order = compare(a[at(column)] ?? null, b[at(column)] ?? null, descending);
        if (order !== 0) return order;
      }
      return 0;
    }),
  );

const digest = (seed: number, row: number): string =>
  createHash('md5').update(`${seed}:${row}`).digest('hex');
const byChance = (places: readonly number[], seed: number): number[] =>
  places.toSorted((a, b) => compareTexts(digest(seed, a), digest(seed, b)));

const sampled = (rows: readonly Row[], count: number, seed: number): Table => {
  const taken = new Set(byChance([...rows.keys()], seed).slice(0, count));
  return same(rows.filter((_, i) => taken.has(i)));
};

const parted = (rows: readonly Row[], testShare: number, seed: number, stratify?: string): Table[] => {
  const groups = new Map<string, number[]>();
  for (const [i, row] of rows.entries()) {
    const name = stratify === undefined ? '' : key(row, [stratify]);
    groups.set(name, [...(groups.get(name) ?? []), i]);
  }
  const held = new Set(
    [...groups.values()].flatMap((places) =>
      byChance(places, seed).slice(0, Math.round(places.length * testShare)),
    ),
  );
  return [same(rows.filter((_, i) => !held.has(i))), same(rows.filter((_, i) => held.has(i)))];
};

const present = (rows: readonly Row[], name: string): Exclude<Cell, null>[] =>
  rows.map((row) => row[at(name)] ?? null).filter((cell) => cell !== null);

const numbers = (rows: readonly Row[], name: string): number[] => present(rows, name).map(Number);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]): number => {
  const order = values.toSorted((a, b) => a - b);
  const middle = (order.length - 1) / 2;
  return ((order[Math.floor(middle)] ?? NaN) + (order[Math.ceil(middle)] ?? NaN)) / 2;
};
const mode = (values: readonly Exclude<Cell, null>[]): Cell => {
  const counts = new Map<Exclude<Cell, null>, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ranked = [...counts].toSorted(([a, n], [b, m]) => m - n || compare(a, b, false));
  return ranked[0]?.[0] ?? null;
};

const changed = (rows: readonly Row[], name: string, change: (cell: Cell) => Cell): Table =>
  same(rows.map((row) => row.with(at(name), change(row[at(name)] ?? null))));

const alphabet = (rows: readonly Row[], name: string): string[] =>
  [...new Set(present(rows, name).map(String))].toSorted(compareTexts);

const wholeOf = (cell: Cell): Cell => (/^\d+$/.test(String(cell)) ? Number(cell) : null);

const commonest = (rows: readonly Row[]): ((cell: Cell) => Cell) => {
  const trimmed = present(rows, 'town').map((town) => String(town).trim());
  const byFold = Map.groupBy(trimmed, (town) => town.toLowerCase());
  return (cell) => (cell === null ? null : mode(byFold.get(String(cell).trim().toLowerCase()) ?? []));
};

const joined = (rows: readonly Row[], inner: boolean): Table => ({
  names: [...columnNames, 'its_word'],
  rows: rows.flatMap((row) => {
    const found = other.filter(([number]) => number !== null && number === row[at('few')]);
    if (found.length === 0) return inner ? [] : [[...row, null]];
    return found.map(([, word]) => [...row, word]);
  }),
});

const oneHot = (rows: readonly Row[]): Table => {
  const values = alphabet(rows, 'word');
  const others = columnNames.filter((name) => name !== 'word');
  return {
    names: [...others, ...values.map((value) => `word=${value}`)],
    rows: rows.map((row) => [
      ...others.map((name) => row[at(name)] ?? null),
      ...values.map((value) => Number(row[at('word')] === value)),
    ]),
  };
};

const subset = (rows: readonly Row[], names: readonly string[]): Table => ({
  names,
  rows: rows.map((row) => names.map((name) => row[at(name)] ?? null)),
});

type Case = readonly [TransformStep, (rows: readonly Row[]) => Table | readonly Table[]];

const join2 = (type: 'inner' | 'left'): TransformStep => ({
  step: 'join',
  datakitId,
  version: 1,
  on: [{ left: 'few', right: 'key' }],
  type,
  prefix: 'its_',
});
const by = [
  { column: 'word', descending: true },
  { column: 'few', descending: false },
];

const cases: readonly Case[] = [
  ...columnNames.map((name): Case => [
    { step: 'deduplicate', columns: [name] },
    (rows) => firstOfEach(rows, [name]),
  ]),
  [{ step: 'deduplicate', columns: ['few', 'word'] }, (rows) => firstOfEach(rows, ['few', 'word'])],
  [{ step: 'deduplicate' }, (rows) => firstOfEach(rows, columnNames)],
  ...columnNames.flatMap((column): Case[] =>
    [true, false].map((descending) => [
      { step: 'sort', by: [{ column, descending }] },
      (rows) => sorted(rows, [{ column, descending }]),
    ]),
  ),
  [{ step: 'sort', by }, (rows) => sorted(rows, by)],
  [{ step: 'sample', rows: 1234, seed: 5 }, (rows) => sampled(rows, 1234, 5)],
  [{ step: 'split', testShare: 0.3, seed: 9 }, (rows) => parted(rows, 0.3, 9)],
  [{ step: 'split', testShare: 0.3, seed: 9, stratify: 'word' }, (rows) => parted(rows, 0.3, 9, 'word')],
  [
    { step: 'filter', where: "few > 3 AND word <> 'beech'" },
    (rows) =>
      same(
        rows.filter(
          (row) =>
            Number(row[at('few')] ?? NaN) > 3 && ![null, 'beech'].includes(row[at('word')] as string | null),
        ),
      ),
  ],
  [
    { step: 'derive', name: 'few', expression: 'few * 2 - many' },
    (rows) =>
      same(
        rows.map((row) =>
          row.with(
            at('few'),
            row[at('few')] === null ? null : Number(row[at('few')]) * 2 - Number(row[at('many')]),
          ),
        ),
      ),
  ],
  [
    {
      step: 'derive',
      name: 'rank',
      expression: 'row_number() OVER (PARTITION BY word ORDER BY many, share)',
    },
    (rows) => {
      const places = new Map<number, number>();
      for (const group of Map.groupBy(rows.keys(), (i) => rows[i]?.[at('word')]).values())
        for (const [rank, i] of group
          .toSorted(
            (a, b) =>
              Number(rows[a]?.[at('many')]) - Number(rows[b]?.[at('many')]) ||
              Number(rows[a]?.[at('share')]) - Number(rows[b]?.[at('share')]),
          )
          .entries())
          places.set(i, rank + 1);
      return { names: [...columnNames, 'rank'], rows: rows.map((row, i) => [...row, places.get(i) ?? null]) };
    },
  ],
  [
    { step: 'impute', columns: ['few'], method: 'mean' },
    (rows) => changed(rows, 'few', (cell) => cell ?? mean(numbers(rows, 'few'))),
  ],
  [
    { step: 'impute', columns: ['few'], method: 'median' },
    (rows) => changed(rows, 'few', (cell) => cell ?? median(numbers(rows, 'few'))),
  ],
  [
    { step: 'impute', columns: ['word'], method: 'mode' },
    (rows) => changed(rows, 'word', (cell) => cell ?? mode(present(rows, 'word'))),
  ],
  [
    { step: 'impute', columns: ['word'], method: 'constant', value: 'none' },
    (rows) => changed(rows, 'word', (cell) => cell ?? 'none'),
  ],
  [
    { step: 'cast', column: 'mixed', type: 'integer', onFailure: 'null' },
    (rows) => changed(rows, 'mixed', wholeOf),
  ],
  [
    { step: 'encode', column: 'word', method: 'ordinal' },
    (rows) =>
      changed(rows, 'word', (cell) => (cell === null ? null : alphabet(rows, 'word').indexOf(String(cell)))),
  ],
  [{ step: 'encode', column: 'word', method: 'one_hot' }, oneHot],
  [
    { step: 'tidy', column: 'town', trim: true, case: 'upper' },
    (rows) => changed(rows, 'town', (cell) => (cell === null ? null : String(cell).trim().toUpperCase())),
  ],
  [
    { step: 'tidy', column: 'town', trim: true, case: 'common' },
    (rows) => changed(rows, 'town', commonest(rows)),
  ],
  [join2('left'), (rows) => joined(rows, false)],
  [join2('inner'), (rows) => joined(rows, true)],
  [{ step: 'keep', columns: ['word', 'few'] }, (rows) => subset(rows, ['word', 'few'])],
  [
    { step: 'drop', columns: ['word', 'few'] },
    (rows) =>
      subset(
        rows,
        columnNames.filter((name) => name !== 'word' && name !== 'few'),
      ),
  ],
  [
    { step: 'rename', column: 'word', to: 'tree' },
    (rows) => ({ names: columnNames.map((name) => (name === 'word' ? 'tree' : name)), rows }),
  ],
];

const rows = randomRows(5000, 17);

it.each(cases.map(([step, plain]) => [JSON.stringify(step), step, plain] as const))(
  '%s makes of 5,000 rows what it says',
  async (_, step, plain) => {
    const expected = [plain(rows)].flat();
    const found = await made(rows, [step]);
    expect(found.map(({ names }) => names)).toEqual(expected.map(({ names }) => names));
    for (const [i, table] of found.entries()) {
      expect(table.rows.length).toBe(expected[i]?.rows.length);
      const wrong = table.rows.findIndex(
        (row, r) => !row.every((cell, c) => alike(cell, expected[i]?.rows[r]?.[c])),
      );
      expect([wrong, table.rows[wrong]]).toEqual([-1, undefined]);
    }
  },
);

/** A mean is summed in another order there. */
const alike = (cell: Cell, expected: Cell | undefined): boolean =>
  cell === expected ||
  (typeof cell === 'number' &&
    typeof expected === 'number' &&
    Math.abs(cell - expected) <= 1e-9 * Math.abs(expected));
