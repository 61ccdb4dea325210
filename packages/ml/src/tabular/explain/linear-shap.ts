import type { Coefficients } from '../algorithms/linear/matrix.ts';
import type { Attribution, ExplanationScale } from './attribution.ts';

/**
 * Shapley values of a linear model whose features are taken as independent (Štrumbelj & Kononenko 2014): a column adds
 * its coefficient × its distance from the mean of the training rows, which is 0 for the columns of a dense design.
 * What the columns of one feature add, such as those of its categories, is summed.
 */
export function linearAttribution(
  { weights, intercepts }: Coefficients,
  players: Int32Array,
  scale: ExplanationScale,
): Attribution {
  const margins = intercepts.length;
  const width = players.length;
  return {
    scale,
    margins,
    base: intercepts,
    rowCost: weights.length,
    attribute(x, phi) {
      phi.fill(0);
      for (let k = 0, at = 0; k < margins; k++) {
        for (let j = 0; j < width; j++, at++) phi[players[j] * margins + k] += weights[at] * x[j];
      }
    },
  };
}
