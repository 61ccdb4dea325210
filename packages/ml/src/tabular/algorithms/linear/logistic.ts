import { minimiseLbfgs } from '../../../linalg/lbfgs.ts';
import type { Coefficients, Sample } from './matrix.ts';

const tiny = 1e-15;

/** Linear outputs that `classes` classes need: one for two, else one each. */
export function logitCount(classes: number): number {
  return classes === 2 ? 1 : classes;
}

/** Overwrites the logits at the front of `out` (one for two classes) by the probabilities of all classes. */
export function logitsToProbabilities(out: Float64Array): void {
  if (out.length === 2) {
    out[1] = 1 / (1 + Math.exp(-out[0]));
    out[0] = 1 - out[1];
    return;
  }
  let top = -Infinity;
  for (let k = 0; k < out.length; k++) if (out[k] > top) top = out[k];
  let total = 0;
  for (let k = 0; k < out.length; k++) total += out[k] = Math.exp(out[k] - top);
  for (let k = 0; k < out.length; k++) out[k] /= total;
}

export interface LogisticOptions {
  readonly classes: number;
  readonly l2: number;
  /** Rough fits are good enough to compare penalties by. */
  readonly precision: 'rough' | 'full';
  /** Coefficients to begin at, as `fitLogistic` returns them. */
  readonly start?: Float64Array | undefined;
  /** May end the fit by throwing. */
  readonly checkAborted: () => void;
}

/**
 * Minimises Σ w · log loss + l2/2 ‖β‖² over the coefficients of a binary or softmax logistic model; intercepts are
 * free. Returns weights and intercepts in one array.
 */
export function fitLogistic(sample: Sample, options: LogisticOptions): Float64Array {
  const { classes, l2, precision, start } = options;
  const size = logitCount(classes) * (sample.width + 1);
  const scale = 1 / Math.max(tiny, total(sample.weights));
  const objective = (beta: Float64Array, gradient: Float64Array): number => {
    options.checkAborted();
    return logisticLoss(sample, classes, beta, gradient, l2, scale);
  };
  const stop =
    precision === 'full' ? { tolerance: 1e-6, minDecrease: 1e-12 } : { tolerance: 1e-4, minDecrease: 1e-7 };
  return minimiseLbfgs(objective, start ?? new Float64Array(size), { maxIterations: 200, ...stop });
}

/** Splits what `fitLogistic` returns. */
export function splitCoefficients(beta: Float64Array, width: number): Coefficients {
  const outputs = beta.length / (width + 1);
  return { weights: beta.slice(0, outputs * width), intercepts: beta.slice(outputs * width) };
}

/** Weighted mean log loss of coefficients on a sample, with no penalty. */
export function logLossOf(sample: Sample, classes: number, beta: Float64Array): number {
  return logisticLoss(sample, classes, beta, undefined, 0, 1 / Math.max(tiny, total(sample.weights)));
}

/** (Σ w · log loss + l2/2 ‖β‖²) × scale at `beta`; writes its gradient where there is room for one. */
export function logisticLoss(
  sample: Sample,
  classes: number,
  beta: Float64Array,
  gradient: Float64Array | undefined,
  l2: number,
  scale: number,
): number {
  const { rows, width, x, y, weights } = sample;
  const outputs = logitCount(classes);
  const out = new Float64Array(classes);
  gradient?.fill(0);
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const at = i * width;
    for (let k = 0; k < outputs; k++) {
      let logit = beta[outputs * width + k];
      for (let j = 0; j < width; j++) logit += beta[k * width + j] * x[at + j];
      out[k] = logit;
    }
    logitsToProbabilities(out);
    loss -= weights[i] * Math.log(Math.max(tiny, out[y[i]]));
    if (gradient) addGradient(gradient, sample, i, out, outputs);
  }
  return penalise(loss, beta, gradient, outputs * width, l2, scale);
}

function addGradient(
  gradient: Float64Array,
  { width, x, y, weights }: Sample,
  row: number,
  probabilities: Float64Array,
  outputs: number,
): void {
  const at = row * width;
  for (let k = 0; k < outputs; k++) {
    const label = outputs === 1 ? 1 : k;
    const error = weights[row] * (probabilities[label] - (y[row] === label ? 1 : 0));
    for (let j = 0; j < width; j++) gradient[k * width + j] += error * x[at + j];
    gradient[outputs * width + k] += error;
  }
}

function penalise(
  loss: number,
  beta: Float64Array,
  gradient: Float64Array | undefined,
  penalised: number,
  l2: number,
  scale: number,
): number {
  let squares = 0;
  for (let i = 0; i < penalised; i++) squares += beta[i] * beta[i];
  if (gradient) {
    for (let i = 0; i < penalised; i++) gradient[i] += l2 * beta[i];
    for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
  }
  return (loss + (l2 / 2) * squares) * scale;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
