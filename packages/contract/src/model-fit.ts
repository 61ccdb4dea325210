import type { ColumnType } from './datakit-shapes.ts';
import type { Feature } from './model-versions.ts';

/* No schema in this file: pages load it. */

/** A column of a table that is to be predicted, and what is known of it beyond its type. */
export interface FitColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** What identifiers and places are kept as, which their type leaves open. */
  readonly kept?: 'number' | 'word';
  /** It has no value in any row. */
  readonly empty?: boolean;
}

export interface Misfit {
  readonly feature: string;
  readonly message: string;
}

type Holds = 'number' | 'date' | 'time' | 'boolean' | 'word' | 'unknown';

const holds: Readonly<Record<ColumnType, Holds>> = {
  numeric: 'number',
  integer: 'number',
  boolean: 'boolean',
  datetime: 'date',
  time: 'time',
  categorical: 'word',
  // A column without a value is text too.
  text: 'unknown',
  identifier: 'unknown',
  geographic: 'unknown',
};

const held = {
  number: 'numbers',
  date: 'dates',
  time: 'times of day',
  boolean: 'true and false',
  word: 'words',
} as const;
const needed = {
  numeric: 'numbers',
  datetime: 'dates',
  time: 'times of day',
  categorical: 'categories',
  text: 'text',
} as const;

const isNumeral = (category: string): boolean => category.trim() !== '' && Number.isFinite(Number(category));

const isClock = (category: string): boolean => /^\d{1,2}:\d{2}/.test(category);

const takes = ({ type, categories = [] }: Feature, what: Exclude<Holds, 'unknown'>): boolean => {
  if (type === 'numeric') return what === 'number';
  if (type === 'datetime') return what === 'date';
  if (type === 'time') return what === 'time';
  if (what === 'time') return type === 'text' || categories.length === 0 || categories.some(isClock);
  if (what === 'word' || type === 'text') return what === 'word';
  if (what === 'boolean') return categories.includes('true') || categories.includes('false');
  return what === 'number' && categories.some(isNumeral);
};

/**
 * What a model needs of a table and does not find there: features without a column of their name, or with one that
 * holds something else. What a column's type leaves open, and nobody knows, is taken to fit.
 */
export const misfitsOf = (features: readonly Feature[], columns: readonly FitColumn[]): Misfit[] => {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return features.flatMap((feature): Misfit[] => {
    const { name, type } = feature;
    const column = byName.get(name);
    if (!column) return [{ feature: name, message: `The column "${name}" is missing.` }];
    const what =
      column.kept ?? (column.type === 'text' && column.empty === false ? 'word' : holds[column.type]);
    if (column.empty === true || what === 'unknown' || takes(feature, what)) return [];
    return [
      {
        feature: name,
        message: `The column "${name}" holds ${held[what]}, and the model needs ${needed[type]}.`,
      },
    ];
  });
};
