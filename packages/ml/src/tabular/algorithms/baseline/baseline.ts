import { TabularError } from '../../errors.ts';
import { interceptPreprocessor } from '../../preprocessing/intercept.ts';
import type { Algorithm, FittedEstimator } from '../algorithm.ts';

/** Predicts the weighted mean of the target, or the weighted share of each class, whatever the features. */
export const baseline: Algorithm = {
  name: 'baseline',
  parameters: [],
  preprocessor: interceptPreprocessor,
  estimator: {
    fit: (_design, { classes, values, weights }) =>
      assemble(
        classes > 0 ? classShares(classes, values, weights) : Float64Array.of(weightedMean(values, weights)),
      ),
    revive(state) {
      if (state instanceof Float64Array && state.length > 0) return assemble(state);
      throw new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid baseline.');
    },
  },
};

function assemble(output: Float64Array): FittedEstimator {
  return {
    outputs: output.length,
    predictRow: (_x, out) => out.set(output),
    state: () => output,
  };
}

/** Shares of the classes, by weight. */
export function classShares(classes: number, values: Float64Array, weights: Float64Array): Float64Array {
  const shares = new Float64Array(classes);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    shares[values[i]] += weights[i];
    total += weights[i];
  }
  return total > 0 ? shares.map((share) => share / total) : shares.fill(1 / classes);
}

/** Σ w v / Σ w; 0 where no row has weight. */
export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i] * values[i];
    total += weights[i];
  }
  return total > 0 ? sum / total : 0;
}
