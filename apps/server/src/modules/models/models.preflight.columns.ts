import type { ColumnProfile, TrainRequest } from '@quadrax/contract';
import { AppError } from '#platform/errors';
import type { DatakitTable } from '#modules/datakits';

/*
 * What a datakit's profile tells of the columns that a training names. Where it leaves open whether a training works,
 * nothing is refused here: the job finds out.
 */

export const refuse = (code: 'UNKNOWN_FIELD' | 'UNTRAINABLE', field: string, message: string): AppError =>
  new AppError(code, { message, details: [{ field, message }] });

/** @throws AppError UNKNOWN_FIELD */
export const columnOf = (table: DatakitTable, field: string, name: string): ColumnProfile => {
  const column = table.profile.columns.find((candidate) => candidate.name === name);
  if (!column) throw refuse('UNKNOWN_FIELD', field, `The datakit has no column "${name}".`);
  return column;
};

const numericTypes: ReadonlySet<string> = new Set(['numeric', 'integer']);

/** The numbers that train can compute with are no larger (`prepare.ts` of packages/ml). */
const largest = 1e100;

/** The column of the weights, where there is one. @throws AppError */
export const checkWeights = (table: DatakitTable, { weights }: TrainRequest): ColumnProfile | undefined => {
  if (weights === undefined) return undefined;
  const column = columnOf(table, 'weights', weights);
  const wrong = (message: string) => refuse('UNTRAINABLE', 'weights', message);
  if (column.distinct === 0) throw wrong(`"${weights}" is empty in every row.`);
  if (!numericTypes.has(column.type)) throw wrong(`"${weights}" is not numeric.`);
  const [least, most] = [Number(column.min ?? 0), Number(column.max ?? 1)];
  if (least < 0) throw wrong(`"${weights}" holds ${least}, and weights are numbers from 0.`);
  if (most === 0) throw wrong(`"${weights}" is 0 in every row, so that no row counts.`);
  if (most > largest)
    throw wrong(`"${weights}" holds ${most}: ${largest} is the most that is computed with.`);
  return column;
};

const namesOf = (table: DatakitTable, { features, target, weights, validation }: TrainRequest): string[] => {
  if (features) return features;
  const { groups } = validation;
  return table.profile.columns
    .map(({ name }) => name)
    .filter((name) => name !== target && name !== weights && name !== groups);
};

/** Types whose columns may be kept as words. */
const wordTypes: ReadonlySet<string> = new Set(['boolean', 'categorical', 'text']);

/** The features that may be numbers or dates, and that vary: which of them an identifier or a place is, is left open. */
export const orderedFeatures = (table: DatakitTable, request: TrainRequest): ReadonlySet<string> => {
  const used = new Set(namesOf(table, request));
  return new Set(
    table.profile.columns
      .filter((column) => used.has(column.name) && varies(column) && !wordTypes.has(column.type))
      .map(({ name }) => name),
  );
};

// A value in some rows only tells these from the others.
const varies = ({ distinct, missing }: ColumnProfile): boolean =>
  distinct > 1 || (distinct === 1 && missing > 0);

/** Some feature must tell rows apart. @throws AppError */
export const checkFeatures = (table: DatakitTable, request: TrainRequest): void => {
  const { features, target } = request;
  const seen = new Set<string>();
  for (const [i, name] of (features ?? []).entries()) {
    columnOf(table, `features[${i}]`, name);
    if (seen.has(name)) throw refuse('UNTRAINABLE', `features[${i}]`, `"${name}" is listed twice.`);
    seen.add(name);
  }
  if (seen.has(target))
    throw refuse('UNTRAINABLE', 'features', `"${target}" is the target and cannot be a feature.`);
  const used = new Set(namesOf(table, request));
  const columns = table.profile.columns.filter(({ name }) => used.has(name));
  const field = features ? 'features' : 'target';
  if (columns.length === 0) throw refuse('UNTRAINABLE', field, 'There is no column left to predict from.');
  if (!columns.some(varies))
    throw refuse(
      'UNTRAINABLE',
      field,
      'No feature varies: each is empty, or the same in every row. Add columns to learn from.',
    );
};

/** Groups or times as the folds need them. @throws AppError */
export const checkSplit = (table: DatakitTable, { validation }: TrainRequest): void => {
  const folds = 'folds' in validation ? validation.folds : undefined;
  const { groups, time } = validation;
  if (groups !== undefined && time !== undefined)
    throw refuse('UNTRAINABLE', 'validation', 'Split by groups or by time, not by both.');
  if (groups !== undefined) {
    const { distinct, missing } = columnOf(table, 'validation.groups', groups);
    // A row without a group is one of its own.
    const most = distinct + missing;
    if (folds !== undefined && most < folds)
      throw refuse(
        'UNTRAINABLE',
        'validation.groups',
        `"${groups}" has ${most} groups: too few for ${folds} folds. Use fewer folds or another column.`,
      );
    if (most < 2)
      throw refuse(
        'UNTRAINABLE',
        'validation.groups',
        `"${groups}" has one group only, so that none can be held out. Use another column.`,
      );
  }
  if (time === undefined) return;
  const { type, distinct, missing } = columnOf(table, 'validation.time', time);
  if (type !== 'datetime' && !numericTypes.has(type))
    throw refuse('UNTRAINABLE', 'validation.time', `"${time}" is neither a date nor a number.`);
  // Rows without a time come before all others.
  const times = distinct + (missing > 0 ? 1 : 0);
  if (times < (folds ?? 1) + 1)
    throw refuse(
      'UNTRAINABLE',
      'validation.time',
      `"${time}" has ${times} different times: too few to judge ${folds === undefined ? 'later rows' : `${folds} folds`}. Use another column or another split.`,
    );
};
