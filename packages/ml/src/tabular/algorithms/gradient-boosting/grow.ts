import { findSplit, type LeafSums, type Split, type SplitLimits } from './split.ts';
import { createTree, type Tree } from './tree.ts';
import type { Workspace } from './workspace.ts';

export interface GrowOptions extends SplitLimits {
  readonly leaves: number;
  readonly learningRate: number;
}

interface Leaf extends LeafSums {
  /** First row of the leaf in the workspace's order. */
  readonly start: number;
  readonly node: number;
  slot: number;
  split: Split | undefined;
}

/**
 * Grows one tree leaf by leaf, always splitting where it gains most, on the gradients in the workspace, and adds its
 * values to the scores of `output`. `gradient` and `hessian` are the sums over all rows.
 */
export function growTree(
  workspace: Workspace,
  output: number,
  gradient: number,
  hessian: number,
  options: GrowOptions,
): Tree {
  const { order, rows } = workspace;
  for (let i = 0; i < rows; i++) order[i] = i;
  const tree = createTree();
  const root: Leaf = { start: 0, rows, gradient, hessian, node: tree.addLeaf(), slot: 0, split: undefined };
  buildHistogram(workspace, root);
  root.split = findSplit(workspace, 0, root, options);
  const leaves = [root];
  while (leaves.length < options.leaves) {
    const next = mostGaining(leaves);
    if (next < 0) break;
    splitLeaf(workspace, tree, leaves, next, options);
  }
  for (const leaf of leaves) {
    const value = (-leaf.gradient / (leaf.hessian + options.l2)) * options.learningRate;
    tree.setValue(leaf.node, value);
    const scoresAt = workspace.scoresAt + output * rows * 8;
    workspace.kernels.addScore(scoresAt, workspace.orderAt, leaf.start, leaf.rows, value);
  }
  return tree;
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
function splitLeaf(
  workspace: Workspace,
  tree: Tree,
  leaves: Leaf[],
  index: number,
  options: GrowOptions,
): void {
  const parent = leaves[index];
  const { split, start } = parent;
  if (!split) return;
  const leftRows = partition(workspace, parent, split);
  const rightRows = parent.rows - leftRows;
  const missingLeft = split.sawMissing ? split.missingLeft : leftRows >= rightRows;
  const [leftNode, rightNode] = tree.split(
    parent.node,
    { ...split, missingLeft },
    workspace.binnings[split.column],
  );
  const left: Leaf = {
    start,
    rows: leftRows,
    gradient: split.leftGradient,
    hessian: split.leftHessian,
    node: leftNode,
    slot: parent.slot,
    split: undefined,
  };
  const right: Leaf = {
    start: start + leftRows,
    rows: rightRows,
    gradient: parent.gradient - split.leftGradient,
    hessian: parent.hessian - split.leftHessian,
    node: rightNode,
    slot: parent.slot,
    split: undefined,
  };
  const newSlot = leaves.length;
  leaves[index] = left;
  leaves.push(right);
  if (leaves.length < options.leaves) searchChildren(workspace, left, right, newSlot, options);
}

/** Only the smaller child's histogram is built; the larger one's is what remains of the parent's, in its place. */
function searchChildren(
  workspace: Workspace,
  left: Leaf,
  right: Leaf,
  newSlot: number,
  options: GrowOptions,
): void {
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
  smaller.split = findSplit(workspace, smaller.slot, smaller, options);
  larger.split = findSplit(workspace, larger.slot, larger, options);
}

function buildHistogram(workspace: Workspace, leaf: Leaf): void {
  const { kernels, rowsAt, orderAt, gradientsAt, groups, stride, histogramBytes } = workspace;
  const at = workspace.histogramsAt + leaf.slot * histogramBytes;
  kernels.clear(at, histogramBytes);
  kernels.buildHistogram(rowsAt, orderAt, gradientsAt, leaf.start, leaf.rows, groups, at, stride);
}

/** Sorts the leaf's rows into left and right; returns how many went left. */
function partition(workspace: Workspace, leaf: Leaf, split: Split): number {
  const { kernels, orderAt, spareAt, leftSetAt } = workspace;
  const columnAt = workspace.columnsAt + split.column * workspace.rows;
  if (split.leftSet) {
    workspace.leftSet.set(split.leftSet);
    return kernels.partitionCategories(columnAt, orderAt, spareAt, leaf.start, leaf.rows, leftSetAt);
  }
  const missingLeft = split.missingLeft ? 1 : 0;
  return kernels.partition(columnAt, orderAt, spareAt, leaf.start, leaf.rows, split.bin, missingLeft);
}
