export interface LbfgsOptions {
  readonly maxIterations: number;
  /** Stops when no entry of the gradient exceeds this. */
  readonly tolerance: number;
  /** Stops when a step lowers the value by less than this share of it; default 1e-12. */
  readonly minDecrease?: number;
  readonly memory?: number;
}

/** Writes the gradient at `x` into `gradient` and returns the value there. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

interface Correction {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/**
 * Minimises a smooth convex function by limited-memory BFGS (Nocedal & Wright 2006, algorithms 7.4 and 7.5) with a
 * backtracking line search. Returns the minimiser; `start` is not changed.
 */
export function minimiseLbfgs(
  objective: Objective,
  start: Float64Array,
  options: LbfgsOptions,
): Float64Array {
  const { maxIterations, tolerance, minDecrease = 1e-12, memory = 10 } = options;
  const n = start.length;
  let x = start.slice();
  let gradient = new Float64Array(n);
  let value = objective(x, gradient);
  const corrections: Correction[] = [];
  for (let iteration = 0; iteration < maxIterations && largest(gradient) > tolerance; iteration++) {
    const direction = searchDirection(gradient, corrections);
    const slope = dot(direction, gradient);
    if (!(slope < 0)) break;
    const first = corrections.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    const found = backtrack(objective, x, value, direction, slope, first);
    if (!found) break;
    const s = difference(found.x, x);
    const y = difference(found.gradient, gradient);
    const curvature = dot(s, y);
    if (curvature > 1e-14 * dot(y, y)) corrections.push({ s, y, rho: 1 / curvature });
    if (corrections.length > memory) corrections.shift();
    const decrease = value - found.value;
    ({ x, gradient, value } = found);
    if (decrease <= minDecrease * Math.max(1, Math.abs(value))) break;
  }
  return x;
}

function backtrack(
  objective: Objective,
  x: Float64Array,
  value: number,
  direction: Float64Array,
  slope: number,
  firstStep: number,
): { x: Float64Array<ArrayBuffer>; gradient: Float64Array<ArrayBuffer>; value: number } | undefined {
  const n = x.length;
  const trial = new Float64Array(n);
  const gradient = new Float64Array(n);
  for (let step = firstStep, tries = 0; tries < 40; step /= 2, tries++) {
    for (let i = 0; i < n; i++) trial[i] = x[i] + step * direction[i];
    const reached = objective(trial, gradient);
    if (reached <= value + 1e-4 * step * slope) return { x: trial, gradient, value: reached };
  }
  return undefined;
}

function searchDirection(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (const { s, y, rho } of corrections.toReversed()) {
    const alpha = rho * dot(s, direction);
    alphas.push(alpha);
    addScaled(direction, y, -alpha);
  }
  const last = corrections.at(-1);
  if (last) scale(direction, 1 / (last.rho * dot(last.y, last.y)));
  for (const { s, y, rho } of corrections) {
    const beta = rho * dot(y, direction);
    addScaled(direction, s, (alphas.pop() ?? 0) - beta);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]);
}

function addScaled(target: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * other[i];
}

function scale(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] *= factor;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
