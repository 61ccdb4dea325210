import { minimiseLbfgs } from '../../linalg/lbfgs.ts';
import type { Target } from '../data/frame.ts';
import type { CrossFit } from './cross-fit.ts';
import type { SparseRow, SparseRows } from './text-matrix.ts';

/** Beside a sum of losses, on rows of length 1. */
const penalty = 1;
/** More classes than this would need as many models. */
const mostClasses = 30;

/** Linear outputs on sparse rows: weights[bucket × outputs + output]. */
export interface TextScore {
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly intercepts: Float64Array;
}

/** Scores that a target has: one for a number or two classes, one for each of more, none for very many. */
export function scoreCount({ classes }: Target): number {
  if (classes > mostClasses) return 0;
  return classes <= 2 ? 1 : classes;
}

/** Writes the scores of a row: predicted values of the scaled target, or logits. */
export function writeScores(score: TextScore, row: SparseRow, out: Float64Array, at: number): void {
  const { outputs, weights, intercepts } = score;
  for (let k = 0; k < outputs; k++) {
    let sum = intercepts[k];
    for (let i = 0; i < row.length; i++) sum += row.values[i] * weights[row.columns[i] * outputs + k];
    out[at + k] = sum;
  }
}

/** Ridge regression of the standardised target, or logistic regression, on the rows of a weight that `counts` keeps. */
export function fitScore(matrix: SparseRows, target: Target, counts: (row: number) => boolean): TextScore {
  const outputs = scoreCount(target);
  const { weights } = target;
  const all = Int32Array.from({ length: matrix.rows }, (_, row) => row);
  const rows = all.filter((row) => weights[row] > 0 && counts(row));
  const totalWeight = rows.reduce((sum, row) => sum + weights[row], 0);
  const meanWeight = totalWeight > 0 ? totalWeight / rows.length : 1;
  const spread = target.classes === 0 ? spreadOf(target, rows, totalWeight) : { mean: 0, scale: 1 };
  const out = new Float64Array(outputs);
  const scale = 1 / Math.max(1, rows.length);
  const objective = (beta: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    for (const row of rows) {
      const weight = weights[row] / meanWeight;
      readLinear(matrix, row, beta, out);
      const actual = (target.values[row] - spread.mean) / spread.scale;
      loss += weight * (target.classes === 0 ? squared(out, actual) : logLoss(out, target.values[row]));
      addOuter(matrix, row, out, weight, gradient);
    }
    return penalise(loss, beta, gradient, outputs, scale);
  };
  const start = new Float64Array((matrix.width + 1) * outputs);
  const stop = { maxIterations: 40, tolerance: 1e-6, minDecrease: 1e-6, memory: 6 };
  const beta = minimiseLbfgs(objective, start, stop);
  const end = matrix.width * outputs;
  return { outputs, weights: Float32Array.from(beta.subarray(0, end)), intercepts: beta.slice(end) };
}

/** Scores of each row by a model of the other folds: outputs columns. */
export function crossFittedScores(matrix: SparseRows, target: Target, deal: CrossFit): Float64Array[] {
  const outputs = scoreCount(target);
  const columns = Array.from({ length: outputs }, () => new Float64Array(matrix.rows));
  if (deal.folds < 2 || outputs === 0) return columns;
  const own = new Float64Array(outputs);
  for (let fold = 0; fold < deal.folds; fold++) {
    const score = fitScore(matrix, target, (row) => deal.foldOf[row] !== fold);
    for (let row = 0; row < matrix.rows; row++) {
      if (deal.foldOf[row] !== fold) continue;
      const { starts } = matrix;
      const entries = {
        length: starts[row + 1] - starts[row],
        columns: matrix.columns.subarray(starts[row], starts[row + 1]),
        values: matrix.values.subarray(starts[row], starts[row + 1]),
      };
      writeScores(score, entries, own, 0);
      columns.forEach((column, k) => (column[row] = own[k]));
    }
  }
  return columns;
}

function readLinear(matrix: SparseRows, row: number, beta: Float64Array, out: Float64Array): void {
  const { starts, columns, values, width } = matrix;
  const outputs = out.length;
  for (let k = 0; k < outputs; k++) out[k] = beta[width * outputs + k];
  for (let at = starts[row]; at < starts[row + 1]; at++) {
    const from = columns[at] * outputs;
    for (let k = 0; k < outputs; k++) out[k] += values[at] * beta[from + k];
  }
}

/** Half the squared error; overwrites the output by its slope. */
function squared(out: Float64Array, actual: number): number {
  out[0] -= actual;
  return (out[0] * out[0]) / 2;
}

/** The log loss of logits; overwrites them by its slopes. */
function logLoss(out: Float64Array, label: number): number {
  if (out.length === 1) {
    const margin = label === 1 ? out[0] : -out[0];
    const wrong = 1 / (1 + Math.exp(margin));
    out[0] = label === 1 ? -wrong : wrong;
    return margin > -30 ? Math.log1p(Math.exp(-margin)) : -margin;
  }
  let top = -Infinity;
  for (const logit of out) top = Math.max(top, logit);
  let total = 0;
  for (let k = 0; k < out.length; k++) total += out[k] = Math.exp(out[k] - top);
  for (let k = 0; k < out.length; k++) out[k] /= total;
  const loss = -Math.log(Math.max(1e-15, out[label]));
  out[label] -= 1;
  return loss;
}

function addOuter(
  { starts, columns, values, width }: SparseRows,
  row: number,
  slopes: Float64Array,
  weight: number,
  gradient: Float64Array,
): void {
  const outputs = slopes.length;
  for (let at = starts[row]; at < starts[row + 1]; at++) {
    const from = columns[at] * outputs;
    for (let k = 0; k < outputs; k++) gradient[from + k] += weight * values[at] * slopes[k];
  }
  for (let k = 0; k < outputs; k++) gradient[width * outputs + k] += weight * slopes[k];
}

function penalise(
  loss: number,
  beta: Float64Array,
  gradient: Float64Array,
  outputs: number,
  scale: number,
): number {
  let squares = 0;
  for (let i = 0; i < beta.length; i++) {
    const weight = i < beta.length - outputs ? beta[i] : 0;
    squares += weight * weight;
    gradient[i] = (gradient[i] + penalty * weight) * scale;
  }
  return (loss + (penalty / 2) * squares) * scale;
}

function spreadOf(
  { values, weights }: Target,
  rows: Int32Array,
  totalWeight: number,
): { mean: number; scale: number } {
  const total = totalWeight || 1;
  const mean = rows.reduce((sum, row) => sum + weights[row] * values[row], 0) / total;
  const squares = rows.reduce((sum, row) => sum + weights[row] * (values[row] - mean) ** 2, 0);
  return { mean, scale: Math.sqrt(squares / total) || 1 };
}
