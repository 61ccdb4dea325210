import type { ColumnType } from './datakit-shapes.ts';

/* No schema in this file: pages load it. */

/** A column that is to be predicted, as its profile tells of it. */
export interface TargetColumn {
  readonly type: ColumnType;
  readonly distinct: number;
  /** Rows that have a value. */
  readonly present: number;
}

/** What a profile tells of the values of a column. */
export interface LabelledColumn {
  readonly type: ColumnType;
  readonly distinct: number;
  readonly top?: readonly { readonly value: string }[] | undefined;
  readonly min?: number | string | undefined;
  readonly max?: number | string | undefined;
}

/** The labels that the classes of a column have, where its profile tells all of them. */
export const knownLabels = ({ type, distinct, top, min, max }: LabelledColumn): string[] | undefined => {
  if (numbers.has(type))
    return distinct === 2 && min !== undefined && max !== undefined
      ? [String(Number(min)), String(Number(max))]
      : undefined;
  return top && top.length === distinct ? top.map(({ value }) => value) : undefined;
};

/** More classes than this are no classes but an identifier or a number. */
const mostClasses = 200;

const numbers: ReadonlySet<ColumnType> = new Set(['numeric', 'integer']);

/** Why the values of a column are no classes, in words that follow its name; undefined where they may be. */
export const noClassesBecause = ({ type, distinct, present }: TargetColumn): string | undefined => {
  if (distinct < 2) return 'has only one value, so there is nothing to tell apart.';
  if (type === 'datetime') return 'holds dates, and a date cannot be a class.';
  if (type === 'time')
    return 'holds times of day, and a time cannot be a class. Change the column to text first.';
  const instead = numbers.has(type)
    ? 'Train a regression, or choose another target.'
    : 'Choose another target.';
  if (distinct > mostClasses)
    return `has ${distinct.toLocaleString('en-US')} different values: too many to be classes. ${instead}`;
  if (distinct < present) return undefined;
  return `has another value in every row, as an identifier has: there are no classes to learn. ${instead}`;
};

/** Why a column holds no numbers to predict, in words that follow its name; undefined where it may. */
export const noNumbersBecause = ({ type }: Pick<TargetColumn, 'type'>): string | undefined =>
  // What an identifier is kept as, its type leaves open.
  numbers.has(type) || type === 'identifier'
    ? undefined
    : `is ${type}, and a regression needs a number. Train a classification, or choose another target.`;
