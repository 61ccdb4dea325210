import { toMilliseconds, toTimeOfDay } from '../record.ts';
import type { FeatureSchema, Prediction, Schema } from '../types.ts';
import {
  categoriesOf,
  cellOf,
  type Distribution,
  type FeatureReference,
  lengthOf,
  numbersOf,
  type Reference,
} from './reference.ts';
import { countsOf } from './tally.ts';

/**
 * A row that was predicted, as it is compared: of each watched feature a number (of dates and times milliseconds, of
 * texts the length), a category or null; at the end the label or the value. May be sent as JSON.
 */
export type SeenRow = readonly (number | string | null)[];

/** Of features beyond these, in the order of the schema, nothing is compared. */
const mostWatched = 200;
const longestCategory = 100;

/** Reads rows and what was answered for them, of a model that is only known by its schema. */
export function createSeenReader(
  schema: Schema,
): (record: Readonly<Record<string, unknown>>, answer: Prediction) => SeenRow {
  const watched = watchedOf(schema).map(({ name, kind }) => ({ name, read: readers[kind] }));
  const outcome = schema.task === 'regression' ? 'value' : 'label';
  const readOutcome = schema.task === 'regression' ? readers.numeric : readers.categorical;
  return (record, answer) => [
    ...watched.map(({ name, read }) => read(Object.hasOwn(record, name) ? record[name] : null)),
    readOutcome(answer[outcome]),
  ];
}

function watchedOf({ features }: Schema): readonly FeatureSchema[] {
  return features.slice(0, mostWatched);
}

type Read = (value: unknown) => number | string | null;

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

const readers: Readonly<Record<FeatureSchema['kind'], Read>> = {
  numeric: (value) => (typeof value === 'number' ? orNull(value) : null),
  datetime: (value) => orNull(toMilliseconds(value)),
  time: (value) => orNull(toTimeOfDay(value)),
  text: (value) => orNull(lengthOf(value)),
  categorical: (value) => {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
    const text = String(value);
    // As a database keeps it. A part of a long text would keep the whole of it in memory: it is spelt anew.
    const short = text.length <= longestCategory ? text : Array.from(text.slice(0, longestCategory)).join('');
    return short.toWellFormed().replaceAll('\0', '\ufffd');
  },
};

/** The distributions of the first rows that a model predicted, to hold later ones against. */
export function referenceOfSeen(schema: Schema, rows: readonly SeenRow[]): Reference {
  const watched = watchedOf(schema);
  const features = watched.map(({ name, kind }, i): FeatureReference => ({
    name,
    ...distributionOf(kind, rows, i),
  }));
  const kind = schema.task === 'regression' ? 'numeric' : 'categorical';
  const prediction = distributionOf(kind, rows, watched.length);
  return { rows: rows.length, features, prediction, source: 'first_predictions' };
}

function distributionOf(kind: FeatureSchema['kind'], rows: readonly SeenRow[], at: number): Distribution {
  const values = rows.map((row) => row[at]);
  if (kind !== 'categorical')
    return numbersOf(
      Float64Array.from(values, (value) => (typeof value === 'number' ? value : NaN)),
      kind,
    );
  const names = [...new Set(values.filter((value) => typeof value === 'string'))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const codes = new Map(names.map((name, code) => [name, code]));
  return categoriesOf(
    Float64Array.from(values, (value) => (typeof value === 'string' ? (codes.get(value) ?? NaN) : NaN)),
    names,
  );
}

/** Counts rows in the cells of such a reference, laid out as a `Tally`. */
export interface SeenTally {
  readonly counts: Float64Array;
  add(row: SeenRow): void;
}

/** `reference`: of `referenceOfSeen`. */
export function createSeenTally({ features, prediction }: Reference): SeenTally {
  let width = 0;
  const slots = [...features, prediction].map((distribution) => {
    const at = width;
    width += countsOf(distribution);
    return { at, cell: cellFinder(distribution) };
  });
  const counts = new Float64Array(width);
  return {
    counts,
    add: (row) => slots.forEach(({ at, cell }, i) => counts[at + cell(row[i])]++),
  };
}

/** The cell of a value, or the place after the cells for a missing one, or the next for one that was never seen. */
function cellFinder(distribution: Distribution): (value: number | string | null | undefined) => number {
  const { length } = distribution.shares;
  if (distribution.kind !== 'categorical') {
    const { edges } = distribution;
    return (value) => (typeof value === 'number' ? cellOf(edges, value) : length);
  }
  const { categories, shares } = distribution;
  const cells = new Map(categories.map((category, i) => [category, i]));
  // Where there were more categories than are told, it may have been one of the others.
  const unknown = shares[length - 1] > 0 ? length - 1 : length + 1;
  return (value) => (typeof value === 'string' ? (cells.get(value) ?? unknown) : length);
}
