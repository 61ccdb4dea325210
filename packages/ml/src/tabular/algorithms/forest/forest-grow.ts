import type { Random } from '../../../random/random.ts';
import type { ForestColumn } from './forest-bins.ts';
import type { ForestBuilder } from './forest-nodes.ts';
import type { ForestSplit, NodeRows, Splitter } from './forest-split.ts';
import { addRow, cellSize, type ForestTarget, rowsPart, weightPart } from './forest-sums.ts';

export interface GrowSettings {
  readonly maxDepth: number;
  readonly minLeafRows: number;
  /** Columns that do vary in a node and are tried for its split. */
  readonly triedColumns: number;
}

/** What a forest is grown on: one for all its trees. */
export interface ForestGround {
  readonly columns: readonly ForestColumn[];
  readonly target: ForestTarget;
  readonly splitter: Splitter;
  readonly builder: ForestBuilder;
  /** Takes the cell of a leaf's rows; returns the value that evaluating the tree gives. */
  readonly leafValue: (total: Float64Array) => number;
}

interface Open extends Omit<NodeRows, 'order'> {
  readonly node: number;
  readonly depth: number;
}

/** Grows one tree on the rows in `order`, which is sorted into the leaves, with a weight for each row of the data. */
export function growTree(
  ground: ForestGround,
  order: Int32Array,
  weights: Float64Array,
  settings: GrowSettings,
  random: Random,
): void {
  const { columns, target, builder } = ground;
  const spare = new Int32Array(order.length);
  const tried = Int32Array.from(columns.keys());
  const open: Open[] = [
    openNode(target, builder.addTree(), 0, { order, start: 0, count: order.length }, weights),
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const node = { ...next, order };
    builder.setCover(next.node, next.total[weightPart]);
    const split = isDone(node, target, settings)
      ? undefined
      : bestSplit(ground.splitter, node, tried, weights, settings.triedColumns, random);
    if (!split) {
      builder.setLeaf(next.node, ground.leafValue(next.total));
      continue;
    }
    const { start, count, depth } = next;
    const { bins, binning } = columns[split.column];
    const toLeft = partition(node, spare, bins, split);
    const missingLeft = split.sawMissing ? split.missingLeft : 2 * toLeft >= count;
    const left = builder.split(next.node, { ...split, missingLeft }, binning);
    const leftRows = { order, start, count: toLeft };
    const rightRows = { order, start: start + toLeft, count: count - toLeft };
    open.push(openNode(target, left + 1, depth + 1, rightRows, weights));
    open.push(openNode(target, left, depth + 1, leftRows, weights));
  }
}

function openNode(
  { sums, values }: ForestTarget,
  node: number,
  depth: number,
  { order, start, count }: Omit<NodeRows, 'total'>,
  weights: Float64Array,
): Open {
  const total = new Float64Array(cellSize(sums));
  for (let i = start; i < start + count; i++) addRow(total, 0, sums, values[order[i]], weights[order[i]]);
  return { node, depth, start, count, total };
}

/** Too few rows, too deep, or all of one value. */
function isDone(
  { order, start, count, total, depth }: Open & NodeRows,
  { values }: ForestTarget,
  { minLeafRows, maxDepth }: GrowSettings,
): boolean {
  if (total[rowsPart] < 2 * minLeafRows || depth >= maxDepth) return true;
  const first = values[order[start]];
  for (let i = start + 1; i < start + count; i++) if (values[order[i]] !== first) return false;
  return true;
}

/** Tries columns in random order until `enough` of them varied. */
function bestSplit(
  splitter: Splitter,
  node: NodeRows,
  tried: Int32Array,
  weights: Float64Array,
  enough: number,
  random: Random,
): ForestSplit | undefined {
  let best: ForestSplit | undefined;
  let varied = 0;
  for (let i = 0; i < tried.length && (varied < enough || !best); i++) {
    const j = i + random.below(tried.length - i);
    const column = tried[j];
    tried[j] = tried[i];
    tried[i] = column;
    const found = splitter.split(node, column, weights, random);
    if (found === null) continue;
    varied++;
    if (found && (!best || found.purity > best.purity)) best = found;
  }
  return best;
}

/** Moves the rows that go left to the front, in their order; returns how many they are. */
function partition(
  { order, start, count }: NodeRows,
  spare: Int32Array,
  bins: Uint8Array,
  { bin: last, leftSet, missingLeft }: ForestSplit,
): number {
  let left = start;
  let right = 0;
  for (let i = start; i < start + count; i++) {
    const row = order[i];
    const bin = bins[row];
    const goesLeft = leftSet ? leftSet[bin] === 1 : bin === 0 ? missingLeft : bin <= last;
    if (goesLeft) order[left++] = row;
    else spare[right++] = row;
  }
  order.set(spare.subarray(0, right), left);
  return left - start;
}
