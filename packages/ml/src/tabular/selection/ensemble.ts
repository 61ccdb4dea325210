import { createRandom, type Random } from '../../random/random.ts';
import type { Split } from '../evaluation/splits.ts';
import type { Session } from './session.ts';

/** A candidate whose predictions for the held-out rows of every fold are known. */
export interface Contender<T> {
  readonly trial: T;
  /** Of each fold: held-out rows × outputs. */
  readonly predicted: readonly Float64Array[];
}

/** Candidates and their shares, which add up to 1, the largest first. */
export type Decision<T> = readonly { readonly trial: T; readonly share: number }[];

const bags = 20;
const maxPicks = 10;
/** What loses so many times as much as the best is never averaged with it. */
const reach = 3;
/** More members, or smaller ones, make a model slower to ask and no better. */
const mostMembers = 5;
const leastShare = 0.05;
/** Held-out rows that shares are chosen on, at most. */
const maxRows = 10_000;

/**
 * An average of the contenders, best first as given, that loses least on the held-out rows of the given folds: bagged
 * ensemble selection (Caruana, Munson & Niculescu-Mizil 2006) by log loss or squared error. Each bag has half of the
 * contenders and rows drawn with replacement, so that none gets its share by being lucky on a few rows; a single
 * contender remains where averaging brings nothing.
 */
export function chooseAverage<T>(
  session: Session,
  contenders: readonly Contender<T>[],
  splits: readonly Split[],
  folds: readonly number[],
): Decision<T> {
  const rows = heldOutRows(splits, folds);
  if (contenders.length < 2 || rows.length === 0) return [{ trial: contenders[0].trial, share: 1 }];
  const judged = contenders.map((contender) => judge(session, contender, rows));
  const weights = Float64Array.from(rows, ({ row }) => session.dataset.target.weights[row]);
  const actual = actualOf(session, rows);
  const losses = judged.map((numbers) => meanLoss(numbers, 1, weights, actual));
  const least = Math.min(...losses);
  const near = Int32Array.from(losses.keys()).filter((i) => losses[i] <= reach * least);
  const random = createRandom(session.seed, 0x62616773);
  const shares = new Float64Array(contenders.length);
  for (let bag = 0; bag < bags; bag++) {
    const half = random.shuffle(near.slice()).subarray(0, Math.ceil(near.length / 2));
    const counts = pick(judged, half.toSorted(), resampled(weights, random), actual);
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (const i of half) shares[i] += counts[i] / total / bags;
  }
  return membersOf(contenders, shares);
}

function membersOf<T>(contenders: readonly Contender<T>[], shares: Float64Array): Decision<T> {
  const ordered = contenders
    .map(({ trial }, i) => ({ trial, share: shares[i] }))
    .sort((a, b) => b.share - a.share);
  const members = ordered.slice(0, mostMembers).filter(({ share }, i) => i === 0 || share >= leastShare);
  const total = members.reduce((sum, { share }) => sum + share, 0);
  return members.map(({ trial, share }) => ({ trial, share: share / total }));
}

/** A held-out row: of the dataset, and its place in its fold. */
interface HeldOutRow {
  readonly fold: number;
  readonly place: number;
  readonly row: number;
}

function heldOutRows(splits: readonly Split[], folds: readonly number[]): HeldOutRow[] {
  const total = folds.reduce((sum, fold) => sum + splits[fold].test.length, 0);
  const stride = Math.max(1, Math.ceil(total / maxRows));
  return folds.flatMap((fold) => {
    const { test } = splits[fold];
    return Array.from({ length: Math.ceil(test.length / stride) }, (_, i) => {
      return { fold, place: i * stride, row: test[i * stride] };
    });
  });
}

/** The one number of each row that a loss depends on: the probability of its class, or the value predicted. */
function judge<T>(
  { dataset: { target } }: Session,
  { predicted }: Contender<T>,
  rows: readonly HeldOutRow[],
): Float64Array {
  const { classes, values } = target;
  return Float64Array.from(rows, ({ fold, place, row }) =>
    classes > 0 ? predicted[fold][place * classes + values[row]] : predicted[fold][place],
  );
}

/** What is to be predicted; undefined for classes. */
function actualOf({ dataset: { target } }: Session, rows: readonly HeldOutRow[]): Float64Array | undefined {
  return target.classes > 0 ? undefined : Float64Array.from(rows, ({ row }) => target.values[row]);
}

/** As many rows, drawn with replacement: each weighs as often as it was drawn. */
function resampled(weights: Float64Array, random: Random): Float64Array {
  const drawn = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const row = random.below(weights.length);
    drawn[row] += weights[row];
  }
  return drawn;
}

/** How often each contender is picked: always the one that lowers the loss most, until none does. */
function pick(
  judged: readonly Float64Array[],
  among: Int32Array,
  weights: Float64Array,
  actual: Float64Array | undefined,
): Int32Array {
  const counts = new Int32Array(judged.length);
  const sums = new Float64Array(weights.length);
  const mixed = new Float64Array(weights.length);
  let least = Number.POSITIVE_INFINITY;
  for (let count = 1; count <= maxPicks; count++) {
    let next = -1;
    for (const i of among) {
      for (let row = 0; row < mixed.length; row++) mixed[row] = sums[row] + judged[i][row];
      const loss = meanLoss(mixed, count, weights, actual);
      if (loss >= least) continue;
      least = loss;
      next = i;
    }
    if (next < 0) break;
    counts[next]++;
    for (let row = 0; row < sums.length; row++) sums[row] += judged[next][row];
  }
  return counts;
}

/** Weighted mean of the log loss, or of the squared error where there are actual values, of `sums` / `count`. */
function meanLoss(
  sums: Float64Array,
  count: number,
  weights: Float64Array,
  actual: Float64Array | undefined,
): number {
  let loss = 0;
  let total = 0;
  for (let row = 0; row < sums.length; row++) {
    const value = sums[row] / count;
    const own = actual ? (value - actual[row]) ** 2 : -Math.log(Math.max(value, 1e-15));
    loss += weights[row] * own;
    total += weights[row];
  }
  return total > 0 ? loss / total : 0;
}

/** The weighted average of the contenders' predictions for a fold. */
export function average(
  contenders: readonly { readonly predicted: readonly Float64Array[] }[],
  shares: readonly number[],
  fold: number,
): Float64Array {
  const averaged = new Float64Array(contenders[0].predicted[fold].length);
  contenders.forEach(({ predicted }, i) => {
    const own = predicted[fold];
    for (let j = 0; j < averaged.length; j++) averaged[j] += shares[i] * own[j];
  });
  return averaged;
}
