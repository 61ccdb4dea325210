import type { FeatureSchema } from '../types.ts';
import { calendarPart, calendarParts, type CalendarPart, type Wave, wave } from './calendar.ts';

/** One value read out of a raw row: a feature itself or, for a date, a part of it. */
export interface Source {
  /** Index of the feature in the raw row. */
  readonly feature: number;
  readonly part: CalendarPart | undefined;
  /** A part as its place on a circle, where the last value is next to the first. */
  readonly wave?: Wave | undefined;
  /** Number of categories or of values of the part; 0 for a plain number. */
  readonly levels: number;
}

/** The parts of each date among the features, in their order, that are read. */
export type DateParts = readonly (readonly CalendarPart[])[];

/** Parts with few values, each of which may matter by itself. */
const levelsOf: Record<CalendarPart, number> = { year: 0, month: 12, day: 0, weekday: 7, hour: 24 };
/** What models read before the parts were chosen by the data. */
const fixedParts: readonly CalendarPart[] = ['month', 'weekday', 'hour'];

/**
 * The sources of a schema's features, in order: a date and its parts, everything else once, texts not at all. With
 * `waves`, parts that come round have a sine and a cosine each.
 */
export function sourcesOf(
  features: readonly FeatureSchema[],
  parts?: DateParts,
  { waves = false } = {},
): readonly Source[] {
  let dates = 0;
  return features.flatMap((schema, feature): Source[] => {
    if (schema.kind === 'text') return [];
    const levels = schema.kind === 'categorical' ? schema.categories.length : 0;
    const whole = { feature, part: undefined, levels };
    if (!hasParts(schema)) return [whole];
    const read = parts ? (parts[dates++] ?? []) : fixedParts;
    return [whole, ...read.flatMap((part) => partSources(feature, part, waves))];
  });
}

/** Dates, and times of day, which are dates of one day. */
export function hasParts({ kind }: FeatureSchema): boolean {
  return kind === 'datetime' || kind === 'time';
}

function partSources(feature: number, part: CalendarPart, waves: boolean): Source[] {
  const plain = { feature, part, levels: levelsOf[part] };
  if (!waves || part === 'year') return [plain];
  const turns = (['sine', 'cosine'] as const).map((turn) => ({ feature, part, wave: turn, levels: 0 }));
  return [plain, ...turns];
}

/** The parts of each date that have more than one value in the given columns. */
export function varyingParts(
  features: readonly FeatureSchema[],
  columns: readonly Float64Array[],
): DateParts {
  const dates = features.flatMap((schema, feature) => (hasParts(schema) ? [columns[feature]] : []));
  return dates.map((column) => calendarParts.filter((part) => varies(column, part)));
}

function varies(column: Float64Array, part: CalendarPart): boolean {
  const present = column.find((ms) => !Number.isNaN(ms));
  if (present === undefined) return false;
  const first = calendarPart(present, part);
  return column.some((ms) => !Number.isNaN(ms) && calendarPart(ms, part) !== first);
}

/** The parts that a model file names; undefined in those written before parts were chosen. */
export function reviveParts(value: unknown): DateParts | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map((names: unknown) => {
    return Array.isArray(names) ? calendarParts.filter((part) => names.includes(part)) : [];
  });
}

/** The source's value in a raw row: a number, a category's index or NaN. */
export function readSource(source: Source, raw: Float64Array): number {
  return partOf(source, raw[source.feature]);
}

/** The source's values in all rows. */
export function readSourceColumn(source: Source, columns: readonly Float64Array[]): Float64Array {
  const column = columns[source.feature];
  return source.part === undefined ? column : column.map((ms) => partOf(source, ms));
}

function partOf({ part, wave: turn }: Source, value: number): number {
  if (part === undefined) return value;
  const read = calendarPart(value, part);
  return turn === undefined || part === 'year' ? read : wave(read, part, turn);
}
