import type { Random } from '../../random/random.ts';
import type { Target } from '../data/frame.ts';
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

/**
 * Holds out whole groups, drawn at random, that together come near to `share` of the rows, of each class alike where
 * there are classes; undefined where there are fewer than two groups.
 */
export function groupHoldout(
  groups: Float64Array,
  { values, classes }: Pick<Target, 'values' | 'classes'>,
  share: number,
  random: Random,
): Split | undefined {
  const members = membersOf(groups);
  if (members.length < 2) return undefined;
  const kinds = Math.max(1, classes);
  const kindOf = (row: number): number => (classes > 0 ? values[row] : 0);
  const missing = new Float64Array(kinds);
  for (let row = 0; row < groups.length; row++) missing[kindOf(row)] += share;
  const wanted = missing.slice();
  // By how much the distance from what is wanted of each class grows.
  const cost = (counts: Float64Array): number =>
    counts.reduce((sum, count, k) => sum + (count * (count - 2 * missing[k])) / Math.max(1, wanted[k]), 0);
  const counted = Array.from(random.shuffle(Int32Array.from(members.keys())), (group) => {
    const counts = new Float64Array(kinds);
    for (const row of members[group]) counts[kindOf(row)]++;
    return { rows: members[group], counts };
  });
  const held = new Uint8Array(groups.length);
  let taken = 0;
  for (const { rows, counts } of counted) {
    if (cost(counts) >= 0 || taken === counted.length - 1) continue;
    counts.forEach((count, k) => (missing[k] -= count));
    for (const row of rows) held[row] = 1;
    taken++;
  }
  if (taken === 0) {
    const nearest = counted.reduce((a, b) => (cost(b.counts) < cost(a.counts) ? b : a));
    for (const row of nearest.rows) held[row] = 1;
  }
  return {
    train: rowsWhere(groups.length, (row) => held[row] === 0),
    test: rowsWhere(groups.length, (row) => held[row] === 1),
  };
}

/** How many groups there are. */
export function groupCount(groups: Float64Array): number {
  return membersOf(groups).length;
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
 * Forward chaining: the rows in order of time, cut into folds + 1 parts, as near to equal ones as rows of the same time
 * allow, which stay together; each fold learns from all parts before the one it is judged on. Rows without a time come
 * first and are never judged on. Undefined where there are too few times for that.
 */
export function timeSplits(times: Float64Array, folds: number): Split[] | undefined {
  const wanted = Array.from({ length: folds }, (_, i) => ((i + 1) * times.length) / (folds + 1));
  return splitsAt(times, wanted);
}

/** Holds out the latest rows, as near to `share` of them as can be; undefined where all are of one time. */
export function timeHoldout(times: Float64Array, share: number): Split | undefined {
  return splitsAt(times, [times.length * (1 - share)])?.[0];
}

/** Cuts the rows in order of time where it changes, as near to the wanted places, which ascend, as can be. */
function splitsAt(times: Float64Array, wanted: readonly number[]): Split[] | undefined {
  const time = (row: number): number => (Number.isNaN(times[row]) ? -Infinity : times[row]);
  const order = Int32Array.from(times.keys()).sort((a, b) =>
    time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : a - b,
  );
  const changes = order.keys().filter((at) => at > 0 && time(order[at]) > time(order[at - 1]));
  const cuts = nearest([...changes], wanted);
  return cuts?.map((cut, i) => ({
    train: order.slice(0, cut).sort(),
    test: order.slice(cut, cuts[i + 1] ?? order.length).sort(),
  }));
}

/** For each wanted place the nearest, each taken once and in order; of two as near, the later. */
function nearest(places: readonly number[], wanted: readonly number[]): number[] | undefined {
  if (places.length < wanted.length) return undefined;
  let next = 0;
  return wanted.map((want, i) => {
    // So many must be left for those that follow.
    const last = places.length - (wanted.length - i);
    while (next < last && Math.abs(places[next + 1] - want) <= Math.abs(places[next] - want)) next++;
    return places[next++];
  });
}

function rowsWhere(rows: number, isIn: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row).filter(isIn);
}
