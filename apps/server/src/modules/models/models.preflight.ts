import type { ColumnProfile, TrainRequest } from '@quadrax/contract';
import { AppError } from '#platform/errors';
import type { DatakitTable } from '#modules/datakits';

const refuse = (code: 'UNKNOWN_FIELD' | 'UNTRAINABLE', field: string, message: string): AppError =>
  new AppError(code, { message, details: [{ field, message }] });

const columnOf = (table: DatakitTable, field: string, name: string): ColumnProfile => {
  const column = table.profile.columns.find((candidate) => candidate.name === name);
  if (!column) throw refuse('UNKNOWN_FIELD', field, `The datakit has no column "${name}".`);
  return column;
};

/** More classes than this are no classes but an identifier or a number. */
const mostClasses = 200;

const checkClasses = (target: ColumnProfile, folds: number | undefined): void => {
  if (target.distinct < 2)
    throw refuse(
      'UNTRAINABLE',
      'target',
      `"${target.name}" has only one value, so there is nothing to tell apart.`,
    );
  if (target.distinct > mostClasses)
    throw refuse(
      'UNTRAINABLE',
      'target',
      `"${target.name}" has ${target.distinct} different values: too many to be classes. Train a regression, or choose another target.`,
    );
  const rarest = target.top && target.top.length === target.distinct ? target.top.at(-1) : undefined;
  if (folds !== undefined && rarest && rarest.count < 2)
    throw refuse(
      'UNTRAINABLE',
      'target',
      `The class "${rarest.value}" of "${target.name}" has a single row, so it cannot be both learnt and tested. Remove it or add rows.`,
    );
};

const checkRows = (target: ColumnProfile, rows: number, { validation }: TrainRequest): void => {
  const usable = rows - target.missing;
  if (usable === 0) throw refuse('UNTRAINABLE', 'target', `"${target.name}" is empty in every row.`);
  if ('folds' in validation && usable < 2 * validation.folds)
    throw refuse(
      'UNTRAINABLE',
      'validation.folds',
      `${usable} rows with a target are too few for ${validation.folds} folds. Use fewer folds or more rows.`,
    );
  if (
    'holdout' in validation &&
    (Math.floor(usable * validation.holdout) < 1 || Math.ceil(usable * (1 - validation.holdout)) < 2)
  )
    throw refuse(
      'UNTRAINABLE',
      'validation.holdout',
      `${usable} rows with a target are too few to hold a share of ${validation.holdout} out.`,
    );
};

const numericTypes = new Set(['numeric', 'integer']);

const checkSplit = (table: DatakitTable, { validation }: TrainRequest): void => {
  const groups = 'folds' in validation ? validation.groups : undefined;
  if (groups !== undefined && validation.time !== undefined)
    throw refuse('UNTRAINABLE', 'validation', 'Split by groups or by time, not by both.');
  if (groups !== undefined) columnOf(table, 'validation.groups', groups);
  if (validation.time === undefined) return;
  const { type, name } = columnOf(table, 'validation.time', validation.time);
  if (type !== 'datetime' && !numericTypes.has(type))
    throw refuse('UNTRAINABLE', 'validation.time', `"${name}" is neither a date nor a number.`);
};

const checkDecision = (
  target: ColumnProfile,
  { threshold, calibrate }: TrainRequest,
  task: 'classification' | 'regression',
): void => {
  const field = threshold !== 'half' ? 'threshold' : calibrate !== 'none' ? 'calibrate' : undefined;
  if (field === undefined || (task === 'classification' && target.distinct === 2)) return;
  const reason =
    task === 'regression' ? 'a regression has no classes' : `"${target.name}" has ${target.distinct} classes`;
  throw refuse('UNTRAINABLE', field, `This needs a target of two classes, and ${reason}.`);
};

/**
 * What can be seen to be wrong with a training before it is queued, from the profile.
 * @throws AppError UNKNOWN_FIELD, UNTRAINABLE naming the field
 */
export const checkTraining = (
  table: DatakitTable,
  request: TrainRequest,
  task: 'classification' | 'regression',
): void => {
  const target = columnOf(table, 'target', request.target);
  for (const [i, name] of (request.features ?? []).entries()) columnOf(table, `features[${i}]`, name);
  if (request.features?.includes(request.target))
    throw refuse('UNTRAINABLE', 'features', `"${request.target}" is the target and cannot be a feature.`);
  if (!request.features && table.columns.length < 2)
    throw refuse('UNTRAINABLE', 'target', 'There is no column left to predict from.');
  if (request.weights !== undefined && !numericTypes.has(columnOf(table, 'weights', request.weights).type))
    throw refuse('UNTRAINABLE', 'weights', `"${request.weights}" is not numeric.`);
  checkSplit(table, request);
  if (request.algorithm === 'auto' && Object.keys(request.parameters).length > 0)
    throw refuse(
      'UNTRAINABLE',
      'parameters',
      'With `auto` the parameters are found by the search. Name an algorithm to set them.',
    );
  if (request.algorithm !== 'auto' && request.plan)
    throw refuse('UNTRAINABLE', 'plan', 'A plan repeats a search: train with the algorithm `auto`.');
  checkDecision(target, request, task);
  checkRows(target, table.profile.rows, request);
  if (task === 'classification')
    checkClasses(target, 'folds' in request.validation ? request.validation.folds : undefined);
  else if (!numericTypes.has(target.type) && target.type !== 'identifier')
    throw refuse(
      'UNTRAINABLE',
      'target',
      `"${target.name}" is ${target.type}, and a regression needs a number. Train a classification, or choose another target.`,
    );
};
