import type { TrainRequest } from '@quadrax/contract';
import type { Task, TrainOptions } from '@quadrax/ml/tabular';

/** A training as it is asked for, in the words of the numerics. */
export const optionsOf = (task: Task, request: TrainRequest): TrainOptions => ({
  task,
  target: request.target,
  ...(request.features && { features: request.features }),
  algorithm: request.algorithm,
  ...(request.algorithm !== 'auto' && { parameters: request.parameters }),
  validation: request.validation,
  ...(request.metric && { metric: request.metric }),
  ...(request.weights !== undefined && { weights: request.weights }),
  classWeights: request.classWeights,
  ...(request.positive !== undefined && { positive: request.positive }),
  threshold: request.threshold,
  ...(request.calibrate !== 'none' && { calibrate: request.calibrate }),
  seed: request.seed,
  budgetMs: request.timeBudgetSeconds * 1000,
  ...(request.plan && { plan: request.plan }),
});
