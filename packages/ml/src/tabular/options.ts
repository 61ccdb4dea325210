import type { PipelineSpec } from './algorithms/pipeline.ts';
import { TabularError } from './errors.ts';
import type { ScalarMetric, Task, TrainOptions, Validation } from './types.ts';

const metricsOf: Record<Task, readonly ScalarMetric[]> = {
  classification: ['logLoss', 'accuracy', 'balancedAccuracy', 'f1', 'rocAuc'],
  regression: ['rmse', 'mae', 'r2', 'pinball', 'poissonDeviance'],
};

/** Times the weight of a row: more would be no number a fit can compute with. */
const mostWeight = 1e6;
/** Fewest rows that a holdout makes sense of. */
const leastHoldoutRows = 4;

/** Throws `INVALID_OPTION` for what no data could make right. */
export function checkOptions(options: TrainOptions): void {
  const { algorithm, parameters, seed, task, threads = 1, validation, budgetMs } = options;
  if (!Number.isSafeInteger(seed)) throw invalid('seed', 'must be a whole number');
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64)) {
    throw invalid('threads', 'must be a whole number from 1 to 64');
  }
  if (budgetMs !== undefined && !(budgetMs > 0)) throw invalid('budgetMs', 'must be positive');
  if (algorithm === 'auto' && parameters && Object.keys(parameters).length > 0) {
    throw invalid('parameters', 'are chosen by auto; leave them out or name an algorithm');
  }
  checkValidation(validation);
  if (!metricsOf[task].includes(metricFor(options))) {
    throw invalid('metric', `must be one of ${metricsOf[task].join(', ')} for ${task}`);
  }
}

function checkValidation(validation: Validation): void {
  if ('folds' in validation && !(Number.isInteger(validation.folds) && validation.folds >= 2)) {
    throw invalid('validation.folds', 'must be a whole number from 2');
  }
  if ('holdout' in validation && !(validation.holdout > 0 && validation.holdout < 1)) {
    throw invalid('validation.holdout', 'must be a share between 0 and 1');
  }
  if (validation.groups !== undefined && validation.time !== undefined) {
    throw invalid('validation', 'may name groups or a time, not both');
  }
}

/** Throws `INVALID_OPTION` for a threshold or calibration that the target's classes do not allow. */
export function checkDecision(
  { threshold = 'auto', calibrate = 'none', positive }: TrainOptions,
  classes: readonly string[],
): void {
  if (typeof threshold === 'number' && !(threshold > 0 && threshold < 1)) {
    throw invalid('threshold', 'must be a number between 0 and 1');
  }
  const rule = 'needs a target of two classes';
  if (classes.length !== 2) {
    if (threshold !== 'auto' && threshold !== 'half') throw invalid('threshold', rule);
    if (calibrate !== 'none') throw invalid('calibrate', rule);
    if (positive !== undefined) throw invalid('positive', rule);
  }
  if (positive !== undefined && !classes.includes(positive)) {
    throw invalid('positive', `names ${positive}, which is no class of the target: ${classes.join(' or ')}`);
  }
}

/** Throws `TOO_FEW_ROWS` where the validation asked for cannot be made of so many rows. */
export function checkRows(rows: number, { validation }: TrainOptions): void {
  const needed = 'folds' in validation ? Math.max(validation.folds, leastHoldoutRows) : leastHoldoutRows;
  if (rows >= needed) return;
  const message = `There are ${rows} rows with a target; this validation needs at least ${needed}.`;
  throw new TabularError('TOO_FEW_ROWS', message, 'validation');
}

/** The metric asked for, what the loss minimises, or the task's own. */
export function metricFor({ metric, task, parameters }: TrainOptions): ScalarMetric {
  if (metric !== undefined) return metric;
  if (task === 'regression' && parameters?.loss === 'quantile') return 'pinball';
  if (task === 'regression' && parameters?.loss === 'poisson') return 'poissonDeviance';
  return metricsOf[task][0];
}

/** Class weights as pipelines take them. Throws `INVALID_OPTION` for an unknown label or a negative weight. */
export function classWeightsFor(
  options: TrainOptions,
  classes: readonly string[],
): PipelineSpec['classWeights'] {
  const { classWeights: given = 'none' } = options;
  if (given === 'none') return given;
  if (classes.length === 0) throw invalid('classWeights', 'needs a target of classes');
  if (given === 'balanced') return given;
  for (const [label, weight] of Object.entries(given)) {
    if (!classes.includes(label))
      throw invalid('classWeights', `names ${label}, which is no class of the target`);
    if (!(weight >= 0 && weight <= mostWeight)) {
      throw invalid('classWeights', `must be numbers from 0 to ${mostWeight}`);
    }
  }
  const weights = classes.map((label) => (Object.hasOwn(given, label) ? given[label] : 1));
  if (weights.every((weight) => weight === 0)) throw invalid('classWeights', 'must not be 0 for every class');
  return weights;
}

function invalid(field: string, rule: string): TabularError {
  return new TabularError('INVALID_OPTION', `The option ${field} ${rule}.`, field);
}
