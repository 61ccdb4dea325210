import type { Random } from '../../random/random.ts';

/** Row indices, each ascending; no row is in both. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * k-fold splits in random order. With `classes` > 0 `values` are class indices, and every fold gets its share of each
 * class (to within one row).
 */
export function foldSplits(values: Float64Array, classes: number, folds: number, random: Random): Split[] {
  const foldOf = new Int32Array(values.length);
  let dealt = 0;
  for (const group of groupRows(values, classes)) {
    for (const row of random.shuffle(group)) foldOf[row] = dealt++ % folds;
  }
  return Array.from({ length: folds }, (_, fold) => splitBy((row) => foldOf[row] === fold, values.length));
}

/** Holds out about `share` of the rows, of each class alike where there are classes; at least one row on each side. */
export function holdoutSplit(values: Float64Array, classes: number, share: number, random: Random): Split {
  const held = new Uint8Array(values.length);
  let taken = 0;
  let passed = 0;
  for (const group of groupRows(values, classes)) {
    passed += group.length;
    const count = Math.min(group.length, Math.round(passed * share) - taken);
    random.shuffle(group);
    for (let i = 0; i < count; i++) held[group[i]] = 1;
    taken += Math.max(0, count);
  }
  if (taken === 0) held[random.below(values.length)] = 1;
  if (taken === values.length) held[random.below(values.length)] = 0;
  return splitBy((row) => held[row] === 1, values.length);
}

function groupRows(values: Float64Array, classes: number): Int32Array[] {
  if (classes === 0) return [Int32Array.from(values.keys())];
  const groups: number[][] = Array.from({ length: classes }, () => []);
  for (let row = 0; row < values.length; row++) groups[values[row]].push(row);
  return groups.map((rows) => Int32Array.from(rows));
}

function splitBy(isTest: (row: number) => boolean, rows: number): Split {
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  return { train: all.filter((row) => !isTest(row)), test: all.filter(isTest) };
}
