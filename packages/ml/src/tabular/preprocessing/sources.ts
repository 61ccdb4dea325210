import type { FeatureSchema } from '../types.ts';
import { calendarPart, calendarParts, type CalendarPart } from './calendar.ts';

/** One value read out of a raw row: a feature itself or, for a date, a part of it. */
export interface Source {
  /** Index of the feature in the raw row. */
  readonly feature: number;
  readonly part: CalendarPart | undefined;
  /** Number of categories or of values of the part; 0 for a plain number. */
  readonly levels: number;
}

const levelsOf: Record<CalendarPart, number> = { month: 12, weekday: 7, hour: 24 };

/** The sources of a schema's features, in order: a date counts four times, everything else once. */
export function sourcesOf(features: readonly FeatureSchema[]): readonly Source[] {
  return features.flatMap((schema, feature): Source[] => {
    const whole = {
      feature,
      part: undefined,
      levels: schema.kind === 'categorical' ? schema.categories.length : 0,
    };
    if (schema.kind !== 'datetime') return [whole];
    return [whole, ...calendarParts.map((part) => ({ feature, part, levels: levelsOf[part] }))];
  });
}

/** The source's value in a raw row: a number, a category's index or NaN. */
export function readSource(source: Source, raw: Float64Array): number {
  const value = raw[source.feature];
  return source.part === undefined ? value : calendarPart(value, source.part);
}

/** The source's values in all rows. */
export function readSourceColumn(source: Source, columns: readonly Float64Array[]): Float64Array {
  const { part } = source;
  const column = columns[source.feature];
  return part === undefined ? column : column.map((ms) => calendarPart(ms, part));
}
