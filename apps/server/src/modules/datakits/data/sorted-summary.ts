import { sortNumbers } from '@quadrax/ml/order';

/** Figures of finite numbers sorted upwards. */
export interface Summary {
  readonly count: number;
  readonly distinct: number;
  readonly min: number;
  readonly max: number;
  /** Undefined where the sum is beyond a double. */
  readonly mean: number | undefined;
  /** Of a sample (n − 1); undefined for a single value and where the variance is beyond a double. */
  readonly std: number | undefined;
}

/** Moves the finite numbers of `values` to its front and sorts them; returns them as a view, with what was left out. */
export function sortFinite(values: Float64Array): {
  sorted: Float64Array;
  infinite: number;
  missing: number;
} {
  let count = 0;
  let missing = 0;
  let rising = true;
  let before = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) {
      values[count++] = value;
      rising &&= value >= before;
      before = value;
    } else if (Number.isNaN(value)) missing++;
  }
  const sorted = values.subarray(0, count);
  if (!rising) sortNumbers(sorted);
  return { sorted, infinite: values.length - count - missing, missing };
}

/** Sums up at least one sorted number. What the sum loses by rounding is put back (Neumaier, 1974). */
export function summarise(sorted: Float64Array): Summary {
  const count = sorted.length;
  let distinct = 0;
  let sum = 0;
  let lost = 0;
  let before = NaN;
  for (let i = 0; i < count; i++) {
    const value = sorted[i] as number;
    if (value !== before) distinct++;
    before = value;
    const next = sum + value;
    lost += Math.abs(sum) < Math.abs(value) ? value - next + sum : sum - next + value;
    sum = next;
  }
  const mean = (sum + lost) / count;
  return {
    count,
    distinct,
    min: sorted[0] as number,
    max: sorted[count - 1] as number,
    mean: Number.isFinite(mean) ? mean : undefined,
    std: Number.isFinite(mean) && count > 1 ? deviation(sorted, mean) : undefined,
  };
}

/** Two passes, with the correction for the rounding of the mean (Chan, Golub and LeVeque, 1983). */
function deviation(sorted: Float64Array, mean: number): number | undefined {
  let squares = 0;
  let rest = 0;
  for (let i = 0; i < sorted.length; i++) {
    const difference = (sorted[i] as number) - mean;
    squares += difference * difference;
    rest += difference;
  }
  const variance = (squares - (rest * rest) / sorted.length) / (sorted.length - 1);
  return Number.isFinite(variance) ? Math.sqrt(Math.max(0, variance)) : undefined;
}

/** The p-quantile by linear interpolation (type 7 of Hyndman and Fan, 1996). */
export function quantile(sorted: Float64Array, p: number): number {
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low === high ? low : low + (high - low) * (position - below);
}

/** The smallest value that at least a share p of the values do not exceed (type 1): always one of the values. */
export function quantileValue(sorted: Float64Array, p: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] as number;
}

/** How many values fall between neighbouring edges; the last bin takes its upper edge too. */
export function countBins(sorted: Float64Array, edges: readonly number[]): number[] {
  const counts: number[] = [];
  let from = 0;
  for (let bin = 0; bin < edges.length - 1; bin++) {
    const last = bin === edges.length - 2;
    const to = last ? sorted.length : firstNotBelow(sorted, edges[bin + 1] as number);
    counts.push(to - from);
    from = to;
  }
  return counts;
}

function firstNotBelow(sorted: Float64Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
