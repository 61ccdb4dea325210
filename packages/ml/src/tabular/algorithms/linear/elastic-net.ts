import type { Coefficients, Sample } from './matrix.ts';
import type { NormalEquations } from './ridge.ts';
import { logisticLoss, logitCount } from './logistic.ts';

/** λ (share |β|₁ + (1 − share)/2 ‖β‖²), beside a mean loss; as in glmnet. */
export interface SparsePenalty {
  readonly strength: number;
  /** Share of the absolute values, above 0: 1 is the lasso. */
  readonly l1Share: number;
}

/** Least squares of centred columns and target: Gram matrix (width², whole), moments and means, by total weight. */
export interface CentredEquations {
  readonly gram: Float64Array;
  readonly moments: Float64Array;
  readonly means: Float64Array;
  readonly targetMean: number;
}

export function centre({ gram, moments }: NormalEquations): CentredEquations {
  const size = moments.length;
  const width = size - 1;
  const weight = Math.max(1e-300, gram[gram.length - 1]);
  const means = Float64Array.from({ length: width }, (_, j) => gram[width * size + j] / weight);
  const targetMean = moments[width] / weight;
  const centred = new Float64Array(width * width);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b <= a; b++) {
      const value = gram[a * size + b] / weight - means[a] * means[b];
      centred[a * width + b] = value;
      centred[b * width + a] = value;
    }
  }
  return {
    gram: centred,
    moments: means.map((mean, j) => moments[j] / weight - mean * targetMean),
    means,
    targetMean,
  };
}

const maxSweeps = 10_000;
/** The change that still counts, beside the greatest moment: both are in the unit of the target. */
const tolerance = 1e-9;

/**
 * Coefficients that minimise half the mean squared error plus the penalty, by coordinate descent with covariance
 * updates (Friedman, Hastie & Tibshirani 2010). `start` is changed into the solution, or as near to it as so many sweeps
 * over the columns come.
 */
export function descend(
  { gram, moments }: CentredEquations,
  { strength, l1Share }: SparsePenalty,
  start: Float64Array,
  sweeps = maxSweeps,
): void {
  const width = moments.length;
  const slopes = moments.slice();
  for (let j = 0; j < width; j++) if (start[j] !== 0) addScaled(slopes, gram, j, -start[j]);
  const scale = moments.reduce((most, moment) => Math.max(most, Math.abs(moment)), 0) || 1;
  for (let sweep = 0, largest = Infinity; sweep < sweeps && largest > tolerance * scale; sweep++) {
    largest = 0;
    for (let j = 0; j < width; j++) {
      const own = gram[j * width + j];
      const before = start[j];
      const bottom = own + strength * (1 - l1Share);
      const after = bottom > 1e-12 ? shrink(slopes[j] + own * before, strength * l1Share) / bottom : 0;
      if (after === before) continue;
      start[j] = after;
      addScaled(slopes, gram, j, before - after);
      largest = Math.max(largest, Math.abs(after - before) * Math.sqrt(own));
    }
  }
}

/** target += factor × row `row` of a square matrix. */
function addScaled(target: Float64Array, matrix: Float64Array, row: number, factor: number): void {
  const { length } = target;
  for (let i = 0, at = row * length; i < length; i++, at++) target[i] += factor * matrix[at];
}

export function shrink(value: number, by: number): number {
  if (value > by) return value - by;
  return value < -by ? value + by : 0;
}

export function withIntercept({ means, targetMean }: CentredEquations, weights: Float64Array): Coefficients {
  const offset = weights.reduce((sum, weight, j) => sum + weight * means[j], 0);
  return { weights, intercepts: Float64Array.of(targetMean - offset) };
}

/** The least strength at which every coefficient is 0. */
export function strongest({ moments }: CentredEquations, l1Share: number): number {
  return moments.reduce((most, moment) => Math.max(most, Math.abs(moment)), 0) / l1Share;
}

/** As `strongest`, of a logistic model: from its gradient where it knows only the classes' shares. */
export function strongestLogistic(sample: Sample, classes: number, l1Share: number): number {
  const beta = shareIntercepts(sample, classes);
  const gradient = new Float64Array(beta.length);
  logisticLoss(sample, classes, beta, gradient, 0, 1 / totalWeight(sample));
  const slopes = gradient.subarray(0, logitCount(classes) * sample.width);
  return slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0) / l1Share;
}

/** Coefficients of a logistic model that knows only the classes' shares. */
export function shareIntercepts({ width, y, weights }: Sample, classes: number): Float64Array {
  const shares = new Float64Array(classes).fill(1e-9);
  y.forEach((label, row) => (shares[label] += weights[row]));
  const logits = logitCount(classes);
  const beta = new Float64Array(logits * (width + 1));
  for (let k = 0; k < logits; k++) {
    beta[logits * width + k] = logits === 1 ? Math.log(shares[1] / shares[0]) : Math.log(shares[k]);
  }
  if (logits > 1) {
    const mean = beta.subarray(logits * width).reduce((sum, value) => sum + value, 0) / logits;
    for (let k = 0; k < logits; k++) beta[logits * width + k] -= mean;
  }
  return beta;
}

export interface SparseLogisticOptions extends SparsePenalty {
  readonly classes: number;
  /** The largest change of a coefficient that still counts as one. */
  readonly tolerance: number;
  readonly start: Float64Array;
  /** May end the fit by throwing. */
  readonly checkAborted: () => void;
}

const maxSteps = 2000;

/**
 * Coefficients of a binary or softmax logistic model that minimise the mean log loss plus the penalty, by accelerated
 * proximal gradients (Beck & Teboulle 2009) with restarts (O'Donoghue & Candès 2015). Weights and intercepts in one
 * array.
 */
export function fitSparseLogistic(sample: Sample, options: SparseLogisticOptions): Float64Array {
  const { classes, strength, l1Share, start } = options;
  const scale = 1 / totalWeight(sample);
  const penalised = logitCount(classes) * sample.width;
  const l2 = (strength * (1 - l1Share)) / scale;
  const lossAt = (beta: Float64Array, gradient?: Float64Array): number =>
    logisticLoss(sample, classes, beta, gradient, l2, scale);
  const gradient = new Float64Array(start.length);
  let current = start;
  let ahead = start.slice();
  let momentum = 1;
  let curvature = 0.5;
  for (let step = 0; step < maxSteps; step++) {
    options.checkAborted();
    const value = lossAt(ahead, gradient);
    let next = current;
    for (curvature *= 0.8; ; curvature *= 2) {
      next = proximalStep(ahead, gradient, curvature, strength * l1Share, penalised);
      if (lossAt(next) <= value + rise(ahead, next, gradient, curvature) + 1e-12 || curvature > 1e12) break;
    }
    if (largestChange(current, next) <= options.tolerance && step > 0) return next;
    if (overshoots(ahead, next, current)) momentum = 1;
    const following = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const push = (momentum - 1) / following;
    const before = current;
    ahead = next.map((value_, i) => value_ + push * (value_ - before[i]));
    current = next;
    momentum = following;
  }
  return current;
}

function proximalStep(
  from: Float64Array,
  gradient: Float64Array,
  curvature: number,
  threshold: number,
  penalised: number,
): Float64Array {
  return from.map((value, i) => {
    const moved = value - gradient[i] / curvature;
    return i < penalised ? shrink(moved, threshold / curvature) : moved;
  });
}

/** How much the quadratic bound rises from one point to another. */
function rise(from: Float64Array, to: Float64Array, gradient: Float64Array, curvature: number): number {
  let linear = 0;
  let squares = 0;
  for (let i = 0; i < from.length; i++) {
    linear += gradient[i] * (to[i] - from[i]);
    squares += (to[i] - from[i]) ** 2;
  }
  return linear + (curvature / 2) * squares;
}

function overshoots(ahead: Float64Array, next: Float64Array, current: Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < next.length; i++) sum += (ahead[i] - next[i]) * (next[i] - current[i]);
  return sum > 0;
}

function largestChange(a: Float64Array, b: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

function totalWeight({ weights }: Sample): number {
  return Math.max(
    1e-15,
    weights.reduce((sum, weight) => sum + weight, 0),
  );
}
