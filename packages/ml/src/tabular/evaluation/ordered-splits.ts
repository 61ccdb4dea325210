import type { Random } from '../../random/random.ts';
import type { Split } from './splits.ts';

/**
 * k-fold splits that keep rows of the same group together, in folds of about as many rows. `groups`: a number for each
 * row; a row whose number is NaN is a group of its own. Undefined where there are fewer groups than folds.
 */
export function groupSplits(groups: Float64Array, folds: number, random: Random): Split[] | undefined {
  const members = membersOf(groups);
  if (members.length < folds) return undefined;
  const order = random.shuffle(Int32Array.from(members.keys()));
  // The largest first, each to the fold with the fewest rows.
  order.sort((a, b) => members[b].length - members[a].length);
  const sizes = new Int32Array(folds);
  const foldOf = new Int32Array(groups.length);
  for (const group of order) {
    const fold = sizes.indexOf(Math.min(...sizes));
    sizes[fold] += members[group].length;
    for (const row of members[group]) foldOf[row] = fold;
  }
  return Array.from({ length: folds }, (_, fold) => ({
    train: rowsWhere(groups.length, (row) => foldOf[row] !== fold),
    test: rowsWhere(groups.length, (row) => foldOf[row] === fold),
  }));
}

function membersOf(groups: Float64Array): number[][] {
  const byGroup = new Map<number, number[]>();
  groups.forEach((group, row) => {
    // -1 − row is no group's number: those are from 0.
    const key = Number.isNaN(group) ? -1 - row : group;
    const members = byGroup.get(key);
    if (members) members.push(row);
    else byGroup.set(key, [row]);
  });
  return [...byGroup.values()];
}

/**
 * Forward chaining: the rows in order of time, cut into folds + 1 parts; each fold learns from all parts before the one
 * it is judged on. Rows without a time come first and are never judged on. Rows of the same time stay together;
 * undefined where there are too few times for that.
 */
export function timeSplits(times: Float64Array, folds: number): Split[] | undefined {
  const order = byTime(times);
  const cuts = Array.from({ length: folds }, (_, i) =>
    cutAfter(times, order, ((i + 1) * order.length) / (folds + 1)),
  );
  const ends = [...cuts.slice(1), order.length];
  if (cuts.some((cut, i) => cut === 0 || cut >= ends[i])) return undefined;
  return cuts.map((cut, i) => ({
    train: order.slice(0, cut).sort(),
    test: order.slice(cut, ends[i]).sort(),
  }));
}

/** Holds out the latest rows, about `share` of them; undefined where all are of one time. */
export function timeHoldout(times: Float64Array, share: number): Split | undefined {
  const order = byTime(times);
  const cut = cutAfter(times, order, order.length * (1 - share));
  if (cut === 0 || cut >= order.length) return undefined;
  return { train: order.slice(0, cut).sort(), test: order.slice(cut).sort() };
}

function byTime(times: Float64Array): Int32Array {
  const key = (row: number): number => (Number.isNaN(times[row]) ? -Infinity : times[row]);
  return Int32Array.from(times.keys()).sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b));
}

/** The first place from `wanted` on, at least 1, where the time changes. */
function cutAfter(times: Float64Array, order: Int32Array, wanted: number): number {
  let cut = Math.max(1, Math.round(wanted));
  while (cut < order.length && !(times[order[cut]] > times[order[cut - 1]] || startsTimes(times, order, cut)))
    cut++;
  return cut;
}

function startsTimes(times: Float64Array, order: Int32Array, at: number): boolean {
  return Number.isNaN(times[order[at - 1]]) && !Number.isNaN(times[order[at]]);
}

function rowsWhere(rows: number, isIn: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row).filter(isIn);
}
