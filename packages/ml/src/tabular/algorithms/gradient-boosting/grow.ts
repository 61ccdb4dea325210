import type { Scales } from './loss.ts';
import { findSplits, type LeafSums, type Split, type SplitLimits } from './split.ts';
import { createTree, type Tree } from './tree.ts';
import type { Workspace } from './workspace.ts';

export interface GrowOptions extends SplitLimits {
  readonly leaves: number;
  readonly learningRate: number;
}

/** A leaf of a tree that grows: its rows are order[start .. start + rows) of the workspace. */
export interface Leaf extends LeafSums {
  readonly start: number;
  readonly node: number;
  slot: number;
  split: Split | undefined;
}

/** What one tree is grown from. */
export interface Growth {
  readonly workspace: Workspace;
  readonly options: GrowOptions;
  readonly scales: Scales;
  /** The value of a leaf before shrinkage, where it is not the one that the gradients ask for. */
  readonly valueOf?: ((rows: Uint32Array) => number) | undefined;
}

/** From so many cells (rows × columns) on, a range of rows is shared out among the threads. */
const minSharedCells = 60_000;
const minSharedRows = 8_192;

/**
 * Grows one tree leaf by leaf, always splitting where it gains most, on the gradients in the workspace, and adds its
 * values to the scores of `output`.
 */
export function growTree(growth: Growth, output: number): Tree {
  const { workspace, options } = growth;
  const { kernels, orderAt, rows } = workspace;
  kernels.orderRows(orderAt, 0, rows);
  const tree = createTree();
  const everywhere = { start: 0, rows, slot: 0, lower: -Infinity, upper: Infinity };
  buildHistogram(workspace, everywhere);
  const root: Leaf = { ...everywhere, ...sumsOf(workspace, 0), node: tree.addLeaf(rows), split: undefined };
  search(growth, [root]);
  const leaves = [root];
  while (leaves.length < options.leaves) {
    const next = mostGaining(leaves);
    if (next < 0) break;
    splitLeaf(growth, tree, leaves, next);
  }
  setValues(growth, tree, leaves, output);
  return tree;
}

/** Sums of all bins of the first column: every row is in one of them. */
function sumsOf({ cells, binnings }: Workspace, slotAt: number): { gradient: number; hessian: number } {
  let gradient = 0;
  let hessian = 0;
  for (let bin = 0; bin < binnings[0].count; bin++) {
    hessian += cells[slotAt + 2 * bin] >>> 0;
    gradient += cells[slotAt + 2 * bin + 1];
  }
  return { gradient, hessian };
}

function mostGaining(leaves: readonly Leaf[]): number {
  let best = -1;
  let gain = 0;
  leaves.forEach(({ split }, index) => {
    if (split && split.gain > gain) {
      gain = split.gain;
      best = index;
    }
  });
  return best;
}

/** Replaces leaves[index] by its two children; the second goes to the end of `leaves`. */
function splitLeaf(growth: Growth, tree: Tree, leaves: Leaf[], index: number): void {
  const { workspace, options } = growth;
  const parent = leaves[index];
  const { split, start } = parent;
  if (!split) return;
  const leftRows = partition(workspace, parent, split);
  const rightRows = parent.rows - leftRows;
  const missingLeft = split.sawMissing ? split.missingLeft : leftRows >= rightRows;
  const binning = workspace.binnings[split.column];
  const nodes = tree.split(parent.node, { ...split, missingLeft }, binning, leftRows);
  const gradient = split.leftGradient;
  const hessian = split.leftHessian;
  const rest = { gradient: parent.gradient - gradient, hessian: parent.hessian - hessian };
  const shared = { slot: parent.slot, split: undefined, lower: parent.lower, upper: parent.upper };
  const [left, right] = bound(growth, split.column, [
    { ...shared, start, rows: leftRows, gradient, hessian, node: nodes[0] },
    { ...shared, ...rest, start: start + leftRows, rows: rightRows, node: nodes[1] },
  ]);
  const newSlot = leaves.length;
  leaves[index] = left;
  leaves.push(right);
  if (leaves.length < options.leaves) searchChildren(growth, left, right, newSlot);
}

/** Children of a split on a monotone column stay on their sides of the middle between them, for ever. */
function bound({ options, scales }: Growth, column: number, children: [Leaf, Leaf]): [Leaf, Leaf] {
  const sign = options.monotone?.[column] ?? 0;
  if (sign === 0) return children;
  const [left, right] = children;
  const middle = (valueIn(left, options, scales) + valueIn(right, options, scales)) / 2;
  const below = { upper: middle };
  const above = { lower: middle };
  return sign > 0
    ? [
        { ...left, ...below },
        { ...right, ...above },
      ]
    : [
        { ...left, ...above },
        { ...right, ...below },
      ];
}

/** The value of a leaf in units of rounded gradients. */
function valueIn({ gradient, hessian, lower, upper }: Leaf, { l2 }: GrowOptions, scales: Scales): number {
  return Math.min(upper, Math.max(lower, -gradient / (hessian + l2 * scales.hessian)));
}

/** Only the smaller child's histogram is built; the larger one's is what remains of the parent's, in its place. */
function searchChildren(growth: Growth, left: Leaf, right: Leaf, newSlot: number): void {
  const { workspace, options } = growth;
  const { kernels, histogramsAt, histogramBytes } = workspace;
  const [smaller, larger] = left.rows < right.rows ? [left, right] : [right, left];
  if (larger.rows < 2 * options.minLeafRows) return;
  smaller.slot = newSlot;
  buildHistogram(workspace, smaller);
  kernels.subtractHistogram(
    histogramsAt + larger.slot * histogramBytes,
    histogramsAt + newSlot * histogramBytes,
    histogramBytes,
  );
  search(growth, [smaller, larger]);
}

function search({ workspace, options, scales }: Growth, leaves: readonly Leaf[]): void {
  const wide = leaves.filter(({ rows }) => rows >= 2 * options.minLeafRows);
  const splits = findSplits(workspace, wide, options, scales);
  wide.forEach((leaf, i) => (leaf.split = splits[i]));
}

/** Ranges of a leaf's rows, one for each thread that is worth it. */
function sharesOf(
  workspace: Workspace,
  { start, rows }: Pick<Leaf, 'start' | 'rows'>,
  least: number,
): [number, number][] {
  const parts = rows < least ? 1 : workspace.team.size();
  const border = (part: number): number => Math.floor((part * rows) / parts);
  return Array.from({ length: parts }, (_, part) => [start + border(part), border(part + 1) - border(part)]);
}

/** Sums are whole numbers, so that it does not matter who adds what. */
function buildHistogram(workspace: Workspace, leaf: Pick<Leaf, 'start' | 'rows' | 'slot'>): void {
  const { kernels, team, rowsAt, orderAt, gradientsAt, groups, histogramsAt, histogramBytes, cells } =
    workspace;
  const at = histogramsAt + leaf.slot * histogramBytes;
  const sparesAt = histogramsAt + cells.byteLength;
  const shares = sharesOf(workspace, leaf, Math.ceil(minSharedCells / (4 * groups)));
  const places = shares.map((_, part) => (part === 0 ? at : sparesAt + (part - 1) * histogramBytes));
  team.run(
    'buildHistogram',
    shares.map(([start, count], part) => [rowsAt, orderAt, gradientsAt, start, count, groups, places[part]]),
  );
  for (const other of places.slice(1)) kernels.addHistogram(at, other, histogramBytes);
}

/** Sorts the leaf's rows into left and right; returns how many went left. */
function partition(workspace: Workspace, leaf: Leaf, split: Split): number {
  const { kernels, team, orderAt, spareAt, searches } = workspace;
  const columnAt = workspace.columnsAt + split.column * workspace.rows;
  const missingLeft = split.missingLeft ? 1 : 0;
  if (split.leftSet) searches[0].leftSet.set(split.leftSet);
  const rule = split.leftSet ? [searches[0].leftSetAt] : [split.bin, missingLeft];
  const shares = sharesOf(workspace, leaf, minSharedRows);
  const lefts = team.run(
    split.leftSet ? 'partitionCategories' : 'partition',
    shares.map(([start, count]) => [columnAt, orderAt, spareAt, start, count, ...rule]),
  );
  let count = shares[0][1];
  let left = lefts[0];
  for (let part = 1; part < shares.length; part++) {
    kernels.joinPartitions(orderAt, spareAt, leaf.start, count, left, lefts[part]);
    count += shares[part][1];
    left += lefts[part];
  }
  return left;
}

/** Gives each leaf its value, from gradients that are not rounded, and its rows their new scores. */
function setValues(growth: Growth, tree: Tree, leaves: readonly Leaf[], output: number): void {
  const { workspace, options, scales, valueOf } = growth;
  const { totals, totalsAt, slopesAt, orderAt, order, scoresAt, stride } = workspace;
  overLeaves(workspace, 'sumLeaf', leaves, ({ start, rows }, i) => {
    return [slopesAt, orderAt, start, rows, totalsAt + 16 * i];
  });
  const toReal = scales.hessian / scales.gradient;
  const values = leaves.map(({ start, rows, lower, upper }, i) => {
    const best = valueOf
      ? valueOf(order.subarray(start, start + rows))
      : -totals[2 * i] / (totals[2 * i + 1] + options.l2);
    const value = Math.min(upper / toReal, Math.max(lower / toReal, best));
    return value * options.learningRate;
  });
  leaves.forEach(({ node }, i) => tree.setValue(node, values[i]));
  overLeaves(workspace, 'addScore', leaves, ({ start, rows }, i) => {
    return [scoresAt + output * stride, orderAt, start, rows, values[i]];
  });
}

/** Runs a kernel on every leaf; leaves of like size run side by side. */
function overLeaves(
  { team, kernels, rows }: Workspace,
  kernel: 'sumLeaf' | 'addScore',
  leaves: readonly Leaf[],
  call: (leaf: Leaf, index: number) => number[],
): void {
  const size = rows < minSharedRows ? 1 : team.size();
  if (size === 1) {
    leaves.forEach((leaf, i) => kernels[kernel](...call(leaf, i)));
    return;
  }
  const bySize = leaves.map((leaf, i) => ({ leaf, i })).sort((a, b) => b.leaf.rows - a.leaf.rows);
  for (let i = 0; i < bySize.length; i += size) {
    const batch = bySize.slice(i, i + size);
    team.run(
      kernel,
      batch.map(({ leaf, i: index }) => call(leaf, index)),
    );
  }
}
