import type { Calibration, CalibrationMethod } from '../types.ts';
import { orderOf } from '../../order/order.ts';

const tiny = 1e-12;
const newtonSteps = 100;

/** How often a prediction of the positive class, by a probability, came true: what corrects the next one. */
export function fitCalibration(
  method: CalibrationMethod,
  scores: Float64Array,
  positive: Float64Array,
): Calibration {
  return method === 'platt' ? fitPlatt(scores, positive) : fitIsotonic(scores, positive);
}

/** The corrected probability of the positive class. */
export function calibrate(calibration: Calibration, score: number): number {
  if (calibration.method === 'platt') {
    return 1 / (1 + Math.exp(-(calibration.slope * logit(score) + calibration.intercept)));
  }
  const { x, y } = calibration;
  let low = 0;
  let high = x.length - 1;
  if (score <= x[low]) return y[low];
  if (score >= x[high]) return y[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= score) low = middle;
    else high = middle;
  }
  return y[low] + ((y[high] - y[low]) * (score - x[low])) / (x[high] - x[low]);
}

/** Rows × 2 probabilities, corrected. */
export function calibrateRows(calibration: Calibration, probabilities: Float64Array): Float64Array {
  const corrected = new Float64Array(probabilities.length);
  for (let at = 0; at < corrected.length; at += 2) {
    corrected[at + 1] = calibrate(calibration, probabilities[at + 1]);
    corrected[at] = 1 - corrected[at + 1];
  }
  return corrected;
}

function logit(probability: number): number {
  const bounded = Math.min(1 - tiny, Math.max(tiny, probability));
  return Math.log(bounded / (1 - bounded));
}

/**
 * A logistic curve of the log odds (Platt 1999), by Newton's method on his smoothed targets (Lin, Lin & Weng 2007).
 * The slope is never negative, for calibration turns no order round: where it would be, all have the same probability,
 * the share of the positive class.
 */
function fitPlatt(scores: Float64Array, positive: Float64Array): Calibration {
  const f = scores.map(logit);
  const positives = positive.reduce((sum, value) => sum + value, 0);
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (positive.length - positives + 2);
  const goal = positive.map((value) => (value === 1 ? high : low));
  const prior = Math.log((positives + 1) / (positive.length - positives + 1));
  let slope = 0;
  let intercept = prior;
  let loss = plattLoss(f, goal, slope, intercept);
  for (let step = 0; step < newtonSteps; step++) {
    const [a, b] = newtonStep(f, goal, slope, intercept);
    let size = 1;
    while (size > 1e-10 && plattLoss(f, goal, slope - size * a, intercept - size * b) > loss) size /= 2;
    slope -= size * a;
    intercept -= size * b;
    const next = plattLoss(f, goal, slope, intercept);
    if (loss - next < 1e-10) break;
    loss = next;
  }
  return { method: 'platt', ...(slope > 0 ? { slope, intercept } : { slope: 0, intercept: prior }) };
}

function plattLoss(f: Float64Array, goal: Float64Array, slope: number, intercept: number): number {
  let loss = 0;
  for (let i = 0; i < f.length; i++) {
    const z = slope * f[i] + intercept;
    loss += Math.max(z, 0) - z * goal[i] + Math.log1p(Math.exp(-Math.abs(z)));
  }
  return loss;
}

function newtonStep(f: Float64Array, goal: Float64Array, slope: number, intercept: number): [number, number] {
  let [ga, gb, aa, ab, bb] = [0, 0, 1e-9, 0, 1e-9];
  for (let i = 0; i < f.length; i++) {
    const p = 1 / (1 + Math.exp(-(slope * f[i] + intercept)));
    const curve = p * (1 - p);
    ga += (p - goal[i]) * f[i];
    gb += p - goal[i];
    aa += curve * f[i] * f[i];
    ab += curve * f[i];
    bb += curve;
  }
  const determinant = aa * bb - ab * ab;
  return [(bb * ga - ab * gb) / determinant, (aa * gb - ab * ga) / determinant];
}

interface Block {
  from: number;
  to: number;
  sum: number;
  rows: number;
}

/**
 * A rising step curve (Zadrozny & Elkan 2002) by pooling adjacent violators, straight between the steps, and kept off 0
 * and 1 as far as so few rows can tell.
 */
function fitIsotonic(scores: Float64Array, positive: Float64Array): Calibration {
  const order = orderOf(scores);
  const blocks: Block[] = [];
  for (const row of order) {
    const last = blocks.at(-1);
    if (last && last.from === scores[row] && last.to === scores[row]) {
      last.sum += positive[row];
      last.rows++;
    } else {
      pool(blocks);
      blocks.push({ from: scores[row], to: scores[row], sum: positive[row], rows: 1 });
    }
  }
  pool(blocks);
  const edge = 1 / (scores.length + 2);
  const x: number[] = [];
  const y: number[] = [];
  for (const { from, to, sum, rows } of blocks) {
    const share = Math.min(1 - edge, Math.max(edge, sum / rows));
    x.push(...(from === to ? [from] : [from, to]));
    y.push(...(from === to ? [share] : [share, share]));
  }
  return { method: 'isotonic', x, y };
}

/** Joins the last block to those before it that stand higher. */
function pool(blocks: Block[]): void {
  while (blocks.length > 1) {
    const last = blocks[blocks.length - 1];
    const before = blocks[blocks.length - 2];
    if (before.sum / before.rows < last.sum / last.rows) return;
    blocks.pop();
    before.to = last.to;
    before.sum += last.sum;
    before.rows += last.rows;
  }
}
