import type { Task } from '../types.ts';
import type { PreparedFeature } from './feature.ts';
import { ranksOf } from '../../order/order.ts';

/** A feature that agrees with the target in at least this share of rows, or correlates so, is likely a copy of it. */
const leakAgreement = 0.9999;
const minLeakRows = 20;
/** Rows that are put in order before all of them are. */
const orderedRows = 2000;

/** Whether one tells the other: by correlation of numbers or of their ranks, or by one class for each value of few. */
export function copiesTarget({ schema, values }: PreparedFeature, target: Float64Array, task: Task): boolean {
  if (values.length < minLeakRows) return false;
  if (task === 'regression') {
    return (
      schema.kind !== 'categorical' &&
      schema.kind !== 'text' &&
      (Math.abs(correlation(values, target)) >= leakAgreement || hasSameOrder(values, target))
    );
  }
  return agreement(values, target) >= leakAgreement;
}

/** Whether one always rises, or always falls, with the other, as the logarithm of a target does. */
function hasSameOrder(values: Float64Array, target: Float64Array): boolean {
  const step = Math.max(1, Math.floor(values.length / orderedRows));
  const spread = (column: Float64Array): Float64Array => column.filter((_, i) => i % step === 0);
  // Most features are told apart by a few rows; only the rest are put in order whole.
  return (step === 1 || sameOrder(spread(values), spread(target))) && sameOrder(values, target);
}

function sameOrder(values: Float64Array, target: Float64Array): boolean {
  const known = Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]));
  if (known.length < values.length / 2) return false;
  const ranks = (column: Float64Array): Float64Array => ranksOf(Float64Array.from(known, (i) => column[i]));
  return Math.abs(correlation(ranks(values), ranks(target))) >= leakAgreement;
}

/** Share of rows that the most frequent class of each value gets right, of values that stand for many rows each. */
function agreement(values: Float64Array, target: Float64Array): number {
  const byValue = new Map<number, Map<number, number>>();
  for (let i = 0; i < values.length; i++) {
    const counts = byValue.get(values[i]) ?? new Map<number, number>();
    byValue.set(values[i], counts.set(target[i], (counts.get(target[i]) ?? 0) + 1));
    if (byValue.size > values.length / 10) return 0;
  }
  let right = 0;
  for (const counts of byValue.values()) right += Math.max(...counts.values());
  return right / values.length;
}

function correlation(a: Float64Array, b: Float64Array): number {
  const rows = Array.from(a.keys()).filter((i) => !Number.isNaN(a[i]));
  if (rows.length < a.length / 2) return 0;
  const meanA = rows.reduce((sum, i) => sum + a[i], 0) / rows.length;
  const meanB = rows.reduce((sum, i) => sum + b[i], 0) / rows.length;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (const i of rows) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
