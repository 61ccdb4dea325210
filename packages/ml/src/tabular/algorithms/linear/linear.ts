import { TabularError } from '../../errors.ts';
import { allRows, type Target } from '../../data/frame.ts';
import { densePreprocessor } from '../../preprocessing/dense.ts';
import type { Design } from '../../preprocessing/design.ts';
import type { State } from '../../types.ts';
import type { Algorithm, FitContext, FittedEstimator } from '../algorithm.ts';
import { fitLogistic, logitsToProbabilities, splitCoefficients } from './logistic.ts';
import { type Coefficients, sampleRows } from './matrix.ts';
import { choosePenalty } from './path.ts';
import { accumulate, solveRidge } from './ridge.ts';

/**
 * Ridge regression, or logistic regression with an L2 penalty (binary, or softmax for more classes), on standardised
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
      description: 'Penalty on the squared coefficients of standardised columns.',
    },
  ],
  preprocessor: densePreprocessor,
  candidates: () => [{}],
  estimator: {
    fit(design, target, parameters, context) {
      const { l2 } = parameters;
      const penalty = typeof l2 === 'number' ? l2 : choosePenalty(design, target, context);
      context.checkAborted();
      const coefficients = fitCoefficients(design, target, penalty, context);
      return { ...assemble(coefficients, Math.max(1, target.classes)), chosen: { l2: penalty } };
    },
    revive,
  },
};

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
