import { linearAttribution } from '../../explain/linear-shap.ts';
import { TabularError } from '../../errors.ts';
import { allRows, type Target } from '../../data/frame.ts';
import { densePreprocessor } from '../../preprocessing/dense.ts';
import type { Design } from '../../preprocessing/design.ts';
import type { Parameters, State } from '../../types.ts';
import type { Algorithm, FitContext, FittedEstimator } from '../algorithm.ts';
import { numberOf } from '../parameters.ts';
import { centre, descend, fitSparseLogistic, shareIntercepts, withIntercept } from './elastic-net.ts';
import { fitLogistic, logitsToProbabilities, splitCoefficients } from './logistic.ts';
import { type Coefficients, sampleRows } from './matrix.ts';
import { choosePenalty } from './path.ts';
import { accumulate, solveRidge } from './ridge.ts';
import { chooseStrength } from './sparse-path.ts';

/**
 * Least squares or logistic regression with a penalty on the coefficients: squared (ridge), absolute (lasso) or both
 * (elastic net). Without one named: ridge regression, or logistic regression with an L2 penalty (binary, or softmax for more classes), on standardised
 * and one-hot columns. The penalty is chosen by cross-validation within the training rows unless it is given.
 */
export const linear: Algorithm = {
  name: 'linear',
  parameters: [
    {
      name: 'l2',
      kind: 'number',
      min: 0,
      max: 1e9,
      default: 'auto',
      description: 'Penalty on the squared coefficients of standardised columns, where that is the penalty.',
    },
    {
      name: 'penalty',
      kind: 'choice',
      choices: ['l2', 'l1', 'elastic_net'],
      default: 'l2',
      description: 'Squared coefficients (ridge), absolute ones (lasso, which leaves features out), or both.',
    },
    {
      name: 'strength',
      kind: 'number',
      min: 0,
      max: 1e9,
      default: 'auto',
      description: 'Of l1 and elastic_net: the weight of the penalty beside the mean loss.',
    },
    {
      name: 'l1Share',
      kind: 'number',
      min: 0.01,
      max: 1,
      default: 0.5,
      description: 'Of elastic_net: the share of the absolute coefficients in the penalty.',
    },
  ],
  preprocessor: densePreprocessor,
  estimator: {
    fit(design, target, parameters, context) {
      if (parameters.penalty !== 'l2') return fitSparse(design, target, parameters, context);
      const { l2 } = parameters;
      const penalty = typeof l2 === 'number' ? l2 : choosePenalty(design, target, context);
      context.checkAborted();
      const coefficients = fitCoefficients(design, target, penalty, context);
      return { ...assemble(coefficients, Math.max(1, target.classes)), chosen: { l2: penalty } };
    },
    revive,
  },
};

function fitSparse(
  design: Design,
  target: Target,
  parameters: Parameters,
  context: FitContext,
): FittedEstimator {
  const { classes, values, weights } = target;
  const l1Share = parameters.penalty === 'l1' ? 1 : numberOf(parameters, 'l1Share');
  const given = parameters.strength;
  const strength = typeof given === 'number' ? given : chooseStrength(design, target, l1Share, context);
  const sample = sampleRows(design, values, weights, allRows(design.rows));
  const chosen = { strength };
  if (classes > 0) {
    const start = shareIntercepts(sample, classes);
    const { checkAborted } = context;
    const options = { classes, strength, l1Share, start, checkAborted, tolerance: 1e-6 };
    const beta = fitSparseLogistic(sample, options);
    return { ...assemble(splitCoefficients(beta, sample.width), classes), chosen };
  }
  const equations = centre(accumulate(sample));
  const coefficients = new Float64Array(sample.width);
  descend(equations, { strength, l1Share }, coefficients);
  return { ...assemble(withIntercept(equations, coefficients), 1), chosen };
}

function fitCoefficients(
  design: Design,
  { classes, values, weights }: Target,
  penalty: number,
  { checkAborted }: FitContext,
): Coefficients {
  const sample = sampleRows(design, values, weights, allRows(design.rows));
  if (classes === 0) return solveRidge(accumulate(sample), penalty);
  const beta = fitLogistic(sample, { classes, l2: penalty, precision: 'full', checkAborted });
  return splitCoefficients(beta, sample.width);
}

function assemble({ weights, intercepts }: Coefficients, outputs: number): FittedEstimator {
  const logits = intercepts.length;
  const width = weights.length / logits;
  return {
    outputs,
    predictRow(x, out) {
      for (let k = 0, at = 0; k < logits; k++) {
        let sum = intercepts[k];
        for (let j = 0; j < width; j++, at++) sum += weights[at] * x[j];
        out[k] = sum;
      }
      if (outputs > 1) logitsToProbabilities(out);
    },
    attribution: (players) =>
      linearAttribution({ weights, intercepts }, players, outputs > 1 ? 'log-odds' : 'value'),
    state: () => ({ weights, intercepts, outputs }),
  };
}

function revive(state: State): FittedEstimator {
  const { weights, intercepts, outputs } = state as Record<string, State>;
  if (weights instanceof Float64Array && intercepts instanceof Float64Array && typeof outputs === 'number') {
    return assemble({ weights, intercepts }, outputs);
  }
  throw new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid linear model.');
}
