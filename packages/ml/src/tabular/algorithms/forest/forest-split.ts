import type { Random } from '../../../random/random.ts';
import type { ForestColumn } from './forest-bins.ts';
import {
  addRow,
  cellSize,
  type ForestTarget,
  purity,
  rowsPart,
  sumsPart,
  weightPart,
} from './forest-sums.ts';

/** A node with fewer rows keeps its list of bins sorted as it grows; a larger one looks through all bins. */
const fewRows = 40;

/** How a node is split. */
export interface ForestSplit {
  readonly column: number;
  readonly purity: number;
  /** Numbers: values ≤ threshold go left, which in training are those up to `bin`. */
  readonly threshold: number;
  readonly bin: number;
  /** Categories: 1 for each of 256 bins that goes left. */
  readonly leftSet: Uint8Array | undefined;
  readonly missingLeft: boolean;
  /** Whether the node had missing values, so that their side was learnt. */
  readonly sawMissing: boolean;
}

export interface SplitSettings {
  readonly minLeafRows: number;
  /** Draw one threshold for a column instead of seeking the best (Geurts, Ernst & Wehenkel 2006). */
  readonly randomThresholds: boolean;
}

/** The rows of a node: order[start .. start + count). */
export interface NodeRows {
  readonly order: Int32Array;
  readonly start: number;
  readonly count: number;
  /** The cell of all of them. */
  readonly total: Float64Array;
}

/** Seeks splits of one column at a time; its scratch space serves all nodes of all trees. */
export interface Splitter {
  /** The best split of the node by `column`; undefined where there is none, null where the column does not vary. */
  split(
    node: NodeRows,
    column: number,
    weights: Float64Array,
    random: Random,
  ): ForestSplit | undefined | null;
}

export function createSplitter(
  columns: readonly ForestColumn[],
  { sums, values }: ForestTarget,
  { minLeafRows, randomThresholds }: SplitSettings,
): Splitter {
  const size = cellSize(sums);
  const cells = new Float64Array(256 * size);
  /** Bins of the node that are not empty, rising; the others' cells are zero. */
  const present = new Int32Array(256);
  const sides = new Float64Array(2 * size);
  const left = sides.subarray(0, size);
  const right = sides.subarray(size);

  function collect(
    { order, start, count }: NodeRows,
    { bins, binning }: ForestColumn,
    weights: Float64Array,
  ) {
    let used = 0;
    const isSmall = count < fewRows;
    for (let i = start; i < start + count; i++) {
      const row = order[i];
      const bin = bins[row];
      const at = bin * size;
      if (isSmall && cells[at] === 0) {
        let place = used++;
        for (; place > 0 && present[place - 1] > bin; place--) present[place] = present[place - 1];
        present[place] = bin;
      }
      addRow(cells, at, sums, values[row], weights[row]);
    }
    if (!isSmall)
      for (let bin = 0; bin < binning.count; bin++) if (cells[bin * size] > 0) present[used++] = bin;
    return used;
  }

  function clear(used: number): void {
    for (let i = 0; i < used; i++) cells.fill(0, present[i] * size, (present[i] + 1) * size);
  }

  function moveLeft(bin: number): void {
    for (let k = 0, at = bin * size; k < size; k++, at++) {
      left[k] += cells[at];
      right[k] -= cells[at];
    }
  }

  /** Purity of the two sides as they are, or -Infinity where one is too small. */
  function sidesPurity(): number {
    if (left[rowsPart] < minLeafRows || right[rowsPart] < minLeafRows) return -Infinity;
    return purity(left, 0, sums) + purity(right, 0, sums);
  }

  /** The best place to cut `order` (bins): how many go left, and the purity then. `missing` bins begin on the left. */
  function bestCut(total: Float64Array, order: ArrayLike<number>, count: number, missingLeft: boolean) {
    left.fill(0);
    right.set(total);
    if (missingLeft) moveLeft(0);
    let best = -Infinity;
    let taken = 0;
    for (let i = 0; i < count; i++) {
      moveLeft(order[i]);
      const reached = sidesPurity();
      if (reached > best) {
        best = reached;
        taken = i + 1;
      }
    }
    return { purity: best, taken };
  }

  function bestThreshold(node: NodeRows, column: number, used: number): ForestSplit | undefined {
    const sawMissing = present[0] === 0;
    const numbers = present.subarray(sawMissing ? 1 : 0, used);
    const cut = bestCut(node.total, numbers, numbers.length - (sawMissing ? 0 : 1), false);
    const other = sawMissing ? bestCut(node.total, numbers, numbers.length - 1, true) : cut;
    const missingLeft = other.purity > cut.purity;
    const { purity: reached, taken } = missingLeft ? other : cut;
    if (taken === 0) return undefined;
    const { low, high } = columns[column];
    const below = high[numbers[taken - 1]];
    const above = taken < numbers.length ? low[numbers[taken]] : Infinity;
    return {
      column,
      purity: reached,
      threshold: midway(below, above),
      bin: numbers[taken - 1],
      leftSet: undefined,
      missingLeft,
      sawMissing,
    };
  }

  /** Draws a threshold between the least and the largest value; null where they are the same and none is missing. */
  function randomThreshold(node: NodeRows, column: number, weights: Float64Array, random: Random) {
    const { low, high, bins } = columns[column];
    const { first, last, missing } = binRange(node, bins);
    if (first >= last) return missing > 0 && last > 0 ? apartMissing(node, column, weights) : null;
    const drawn = low[first] + random.uniform() * (high[last] - low[first]);
    let bin = first;
    while (bin + 1 < last && low[bin + 1] <= drawn) bin++;
    sumSides(node, bins, weights, bin);
    const missingRight = sidesPurity();
    if (missing > 0) moveLeft(0);
    const missingLeft = missing > 0 ? sidesPurity() : -Infinity;
    cells.fill(0, 0, size);
    const reached = Math.max(missingRight, missingLeft);
    if (reached === -Infinity) return undefined;
    return {
      column,
      purity: reached,
      threshold: Math.max(drawn, high[bin]),
      bin,
      leftSet: undefined,
      missingLeft: missingLeft > missingRight,
      sawMissing: missing > 0,
    };
  }

  /** All values left, missing ones right. */
  function apartMissing(node: NodeRows, column: number, weights: Float64Array): ForestSplit | undefined {
    sumSides(node, columns[column].bins, weights, 255);
    cells.fill(0, 0, size);
    const reached = sidesPurity();
    if (reached === -Infinity) return undefined;
    const none = { leftSet: undefined, missingLeft: false, sawMissing: true };
    return { column, purity: reached, threshold: Infinity, bin: 255, ...none };
  }

  function binRange({ order, start, count }: NodeRows, bins: Uint8Array) {
    let first = 256;
    let last = 0;
    let missing = 0;
    for (let i = start; i < start + count; i++) {
      const bin = bins[order[i]];
      if (bin === 0) missing++;
      else if (bin < first) first = bin;
      if (bin > last) last = bin;
    }
    return { first, last, missing };
  }

  /** Rows up to `bin` left, the others right; those with missing values right and in the first cell as well. */
  function sumSides(
    { order, start, count, total }: NodeRows,
    bins: Uint8Array,
    weights: Float64Array,
    bin: number,
  ) {
    left.fill(0);
    for (let i = start; i < start + count; i++) {
      const row = order[i];
      if (bins[row] === 0) addRow(cells, 0, sums, values[row], weights[row]);
      else if (bins[row] <= bin) addRow(left, 0, sums, values[row], weights[row]);
    }
    for (let k = 0; k < size; k++) right[k] = total[k] - left[k];
  }

  /** Groups are contiguous in the order of their means (Fisher 1958); of many classes, one is drawn to order by. */
  function categorySplit(
    node: NodeRows,
    column: number,
    used: number,
    random: Random,
  ): ForestSplit | undefined {
    const part = sumsPart + (sums > 1 ? drawClass(node.total, random) : 0);
    const share = (bin: number): number => cells[bin * size + part] / cells[bin * size + weightPart];
    const order = randomThresholds
      ? random.shuffle(present.slice(0, used))
      : present.slice(0, used).sort((a, b) => share(a) - share(b) || a - b);
    const cut = randomThresholds
      ? cutAt(node.total, order, 1 + random.below(used - 1))
      : bestCut(node.total, order, used - 1, false);
    if (cut.purity === -Infinity) return undefined;
    const leftSet = new Uint8Array(256);
    for (const bin of order.subarray(0, cut.taken)) leftSet[bin] = 1;
    const missingLeft = leftSet[0] === 1;
    const sawMissing = present[0] === 0;
    return { column, purity: cut.purity, threshold: 0, bin: 0, leftSet, missingLeft, sawMissing };
  }

  function cutAt(total: Float64Array, order: Int32Array, taken: number) {
    left.fill(0);
    right.set(total);
    for (let i = 0; i < taken; i++) moveLeft(order[i]);
    return { purity: sidesPurity(), taken };
  }

  function drawClass(total: Float64Array, random: Random): number {
    let skip = random.below(total.subarray(sumsPart).filter((sum) => sum > 0).length);
    for (let k = 0; k < sums; k++) if (total[sumsPart + k] > 0 && skip-- === 0) return k;
    return 0;
  }

  return {
    split(node, column, weights, random) {
      const { kind } = columns[column].binning;
      if (randomThresholds && kind === 'numeric') return randomThreshold(node, column, weights, random);
      const used = collect(node, columns[column], weights);
      try {
        if (used < 2) return null;
        if (kind === 'categorical') return categorySplit(node, column, used, random);
        return bestThreshold(node, column, used);
      } finally {
        clear(used);
      }
    },
  };
}

/** A threshold t with low ≤ t < high, halfway where rounding allows. */
function midway(low: number, high: number): number {
  if (high === Infinity) return Infinity;
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}
