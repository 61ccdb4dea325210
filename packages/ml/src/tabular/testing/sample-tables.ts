import { createRandom, type Random } from '../../random/random.ts';
import type { Column, Table } from '../types.ts';

/** Names of the feature columns of `mixedTable`. */
export const mixedFeatures = ['size', 'weight', 'colour', 'made'];

/**
 * A table of every kind of column, with missing values, and three targets that depend on them: `sold` (yes, no),
 * `grade` (three classes) and `price`.
 */
export function mixedTable(rows: number, seed = 1): Table {
  const random = createRandom(seed);
  const size = numbers(rows, () => normal(random));
  const weight = numbers(rows, () => 50 + 10 * normal(random));
  const colour = Int32Array.from({ length: rows }, () => random.below(4));
  const made = numbers(rows, () => Date.UTC(2020, 0, 1) + random.below(1000) * 86_400_000);
  const price = numbers(
    rows,
    (i) => 100 + 20 * size[i] + 0.5 * weight[i] + (colour[i] === 2 ? 30 : 0) + 3 * normal(random),
  );
  const sold = Int32Array.from(price, (value) => (value > 130 ? 1 : 0));
  const grade = Int32Array.from(price, (value) => (value > 145 ? 2 : value > 120 ? 1 : 0));
  for (let i = 0; i < rows; i++) {
    if (random.uniform() < 0.1) weight[i] = NaN;
    if (random.uniform() < 0.1) colour[i] = -1;
  }
  const columns: Column[] = [
    { name: 'size', kind: 'numeric', values: size },
    { name: 'weight', kind: 'numeric', values: weight },
    { name: 'colour', kind: 'categorical', codes: colour, categories: ['blue', 'green', 'red', 'white'] },
    { name: 'made', kind: 'datetime', values: made },
    { name: 'sold', kind: 'categorical', codes: sold, categories: ['no', 'yes'] },
    { name: 'grade', kind: 'categorical', codes: grade, categories: ['A', 'B', 'C'] },
    { name: 'price', kind: 'numeric', values: price },
  ];
  return { rows, columns };
}

const advertising = ['free', 'winner', 'offer', 'cash', 'prize', 'click', 'credit', 'cheap', 'bonus', 'deal'];
const business = [
  'meeting',
  'report',
  'invoice',
  'project',
  'team',
  'minutes',
  'review',
  'draft',
  'budget',
  'call',
];
const filler = [
  'the',
  'a',
  'we',
  'you',
  'and',
  'for',
  'with',
  'your',
  'this',
  'now',
  'please',
  'tomorrow',
  'is',
  'to',
];

/**
 * Letters in the column `letter`, whether each is advertising (`spam`: ham, spam), and a price that the same words
 * push up or down. Most words tell nothing; some letters are missing.
 */
export function letterTable(rows: number, seed = 1): Table {
  const random = createRandom(seed);
  const pick = (words: readonly string[]): string => words[random.below(words.length)];
  const spam = Int32Array.from({ length: rows }, () => random.below(2));
  const letter = Array.from(spam, (isSpam, row) => {
    if (row % 60 === 7) return null;
    const words = Array.from({ length: 12 + random.below(8) }, () => {
      const mine = random.uniform() < 0.92 ? isSpam === 1 : isSpam !== 1;
      return random.uniform() < 0.4 ? pick(mine ? advertising : business) : pick(filler);
    });
    return words.join(' ');
  });
  const price = numbers(rows, (row) => {
    const words = letter[row]?.split(' ') ?? [];
    const push = words.reduce(
      (sum, w) => sum + Number(advertising.includes(w)) - Number(business.includes(w)),
      0,
    );
    return 50 + 5 * push + normal(random);
  });
  const columns: Column[] = [
    { name: 'letter', kind: 'text', values: letter },
    { name: 'size', kind: 'numeric', values: numbers(rows, () => normal(random)) },
    { name: 'spam', kind: 'categorical', codes: spam, categories: ['ham', 'spam'] },
    { name: 'price', kind: 'numeric', values: price },
  ];
  return { rows, columns };
}

/** A table of numeric columns, given by name. */
export function numericTable(columns: Readonly<Record<string, readonly number[]>>): Table {
  const entries = Object.entries(columns);
  return {
    rows: entries[0]?.[1].length ?? 0,
    columns: entries.map(([name, values]) => ({ name, kind: 'numeric', values: Float64Array.from(values) })),
  };
}

/** The same rows in another order, or fewer, or some of them again. */
export function pickTableRows(table: Table, rows: readonly number[]): Table {
  const columns = table.columns.map((column): Column => {
    if (column.kind === 'categorical') {
      return { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]) };
    }
    if (column.kind === 'text') return { ...column, values: rows.map((row) => column.values[row]) };
    return { ...column, values: Float64Array.from(rows, (row) => column.values[row]) };
  });
  return { rows: rows.length, columns };
}

/** The table with columns of the same name replaced, others added. */
export function withColumns(table: Table, ...columns: readonly Column[]): Table {
  const names = new Set(columns.map(({ name }) => name));
  return { rows: table.rows, columns: [...table.columns.filter(({ name }) => !names.has(name)), ...columns] };
}

/** Row `row` of the table as a record of the named fields. */
export function recordOf(
  table: Table,
  row: number,
  fields: readonly string[],
): Record<string, number | string | null> {
  const picked = table.columns.filter(({ name }) => fields.includes(name));
  return Object.fromEntries(
    picked.map((column) => {
      if (column.kind === 'categorical') return [column.name, column.categories[column.codes[row]] ?? null];
      const value = column.values[row];
      return [column.name, typeof value === 'number' && Number.isNaN(value) ? null : value];
    }),
  );
}

/** Reads comma-separated text without quotes: numeric columns, and categorical ones where a value is no number. */
export function parseCsv(text: string): Table {
  const [header, ...lines] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const columns = header.map((name, i): Column => {
    const cells = lines.map((line) => line[i]);
    const values = Float64Array.from(cells, Number);
    if (!values.some((value) => Number.isNaN(value))) return { name, kind: 'numeric', values };
    const categories = [...new Set(cells)].sort();
    return {
      name,
      kind: 'categorical',
      categories,
      codes: Int32Array.from(cells, (cell) => categories.indexOf(cell)),
    };
  });
  return { rows: lines.length, columns };
}

/** Standard normal, by Box and Muller. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

function numbers(rows: number, draw: (row: number) => number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => draw(row));
}
