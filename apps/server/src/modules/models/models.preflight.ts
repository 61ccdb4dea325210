import { knownLabels, noClassesBecause, noNumbersBecause } from '@quadrax/contract';
import type { ColumnProfile, TrainRequest } from '@quadrax/contract';
import { checkBeforehand, TabularError } from '@quadrax/ml/tabular';
import type { Task } from '@quadrax/ml/tabular';
import type { DatakitTable } from '#modules/datakits';
import { optionsOf } from './models.options.ts';
import {
  checkFeatures,
  checkSplit,
  checkWeights,
  columnOf,
  orderedFeatures,
  refuse,
} from './models.preflight.columns.ts';

/** Classes of the rows that are used; `rows` of them have a target. */
const checkClasses = (target: ColumnProfile, rows: number, folds: number | undefined): void => {
  const { name, distinct } = target;
  const wrong = (message: string) => refuse('UNTRAINABLE', 'target', message);
  const reason = noClassesBecause({ ...target, present: rows });
  if (reason !== undefined) throw wrong(`"${name}" ${reason}`);
  if (folds === undefined) return;
  const rarest = target.top && target.top.length === distinct ? target.top.at(-1) : undefined;
  if (rarest ? rarest.count < 2 : rows < 2 * distinct)
    throw wrong(
      `${rarest ? `The class "${rarest.value}"` : 'Some class'} of "${name}" has a single row, so it cannot be both learnt and tested. Remove it or add rows.`,
    );
};

const checkNumbers = (target: ColumnProfile): void => {
  const reason = noNumbersBecause(target);
  if (reason !== undefined) throw refuse('UNTRAINABLE', 'target', `"${target.name}" ${reason}`);
};

const checkRows = (target: ColumnProfile, usable: number, { validation }: TrainRequest): void => {
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

const checkDecision = (target: ColumnProfile, request: TrainRequest, task: Task): void => {
  const { threshold, calibrate, positive } = request;
  const asked = {
    threshold: threshold !== 'auto' && threshold !== 'half',
    calibrate: calibrate !== 'none',
    positive: positive !== undefined,
  };
  const field = Object.entries(asked).find(([, is]) => is)?.[0];
  if (field === undefined || (task === 'classification' && target.distinct === 2)) return;
  const reason =
    task === 'regression' ? 'a regression has no classes' : `"${target.name}" has ${target.distinct} classes`;
  throw refuse('UNTRAINABLE', field, `This needs a target of two classes, and ${reason}.`);
};

/** Labels that are named, where the profile tells all there are. */
const checkLabels = (target: ColumnProfile, request: TrainRequest, task: Task): void => {
  const { classWeights, positive } = request;
  if (task === 'regression') {
    if (classWeights === 'none') return;
    throw refuse('UNTRAINABLE', 'classWeights', 'This needs a target of classes, and a regression has none.');
  }
  const labels = knownLabels(target);
  if (!labels) return;
  const check = (field: string, label: string): void => {
    if (labels.includes(label)) return;
    const known = labels.slice(0, 10).join(', ');
    throw refuse('UNTRAINABLE', field, `"${label}" is no class of "${target.name}". There are ${known}.`);
  };
  if (positive !== undefined) check('positive', positive);
  if (typeof classWeights === 'string') return;
  for (const label of Object.keys(classWeights)) check('classWeights', label);
  if (labels.every((label) => classWeights[label] === 0))
    throw refuse('UNTRAINABLE', 'classWeights', 'Every class has weight 0, so that no row counts.');
};

/** What the numerics would refuse whatever the rows hold, at the field of the request that it is said in. */
const checkOptions = (
  task: Task,
  request: TrainRequest,
  foreseen: Parameters<typeof checkBeforehand>[1],
): void => {
  try {
    checkBeforehand(optionsOf(task, request), foreseen);
  } catch (error) {
    if (!(error instanceof TabularError)) throw error;
    const { code, field = 'algorithm', message } = error;
    throw refuse('UNTRAINABLE', code === 'INVALID_PARAMETER' ? `parameters.${field}` : field, message);
  }
};

/**
 * What can be seen to be wrong with a training before it is queued, from the profile.
 * @throws AppError UNKNOWN_FIELD, UNTRAINABLE naming the field
 */
export const checkTraining = (table: DatakitTable, request: TrainRequest, task: Task): void => {
  const { algorithm, validation, plan, parameters } = request;
  const target = columnOf(table, 'target', request.target);
  checkFeatures(table, request);
  const weights = checkWeights(table, request);
  checkSplit(table, request);
  if (algorithm === 'auto' && Object.keys(parameters).length > 0)
    throw refuse(
      'UNTRAINABLE',
      'parameters',
      'With `auto` the parameters are found by the search. Name an algorithm to set them.',
    );
  if (algorithm !== 'auto' && plan)
    throw refuse('UNTRAINABLE', 'plan', 'A plan repeats a search: train with the algorithm `auto`.');
  checkDecision(target, request, task);
  checkLabels(target, request, task);
  const { rows } = table.profile;
  const usable = rows - Math.max(target.missing, weights?.missing ?? 0);
  checkRows(target, usable, request);
  // Rows without a weight are left out: of which classes and numbers they are, the profile does not tell.
  const whole = (weights?.missing ?? 0) === 0;
  if (task === 'regression') checkNumbers(target);
  else if (whole || target.distinct < 2)
    checkClasses(target, usable, 'folds' in validation ? validation.folds : undefined);
  checkOptions(task, request, {
    rows: usable,
    ordered: orderedFeatures(table, request),
    ...(whole && { least: Number(target.min ?? 0), classes: target.distinct }),
  });
};
