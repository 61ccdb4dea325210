import type { Binning } from './bins.ts';
import type { Workspace } from './workspace.ts';

/** What a leaf sums up to. */
export interface LeafSums {
  readonly rows: number;
  readonly gradient: number;
  readonly hessian: number;
}

export interface Split {
  readonly column: number;
  readonly gain: number;
  /** Numeric: bins up to this one go left. */
  readonly bin: number;
  /** Categories: 1 for each bin that goes left. */
  readonly leftSet: Uint8Array | undefined;
  readonly missingLeft: boolean;
  /** Whether the leaf held missing values, so that `missingLeft` was learnt. */
  readonly sawMissing: boolean;
  readonly leftGradient: number;
  readonly leftHessian: number;
}

export interface SplitLimits {
  readonly l2: number;
  readonly minLeafRows: number;
}

const minHessian = 1e-3;
const minGain = 1e-10;
/** As in LightGBM: categories are ordered by a smoothed gradient statistic and a split on them is penalised more. */
const categorySmoothing = 10;
const categoryL2 = 10;
/** At most so many categories on the smaller side. */
const maxCategories = 32;
/** A category with fewer rows in the leaf is not told apart from missing values. */
const minCategoryRows = 5;

/** The best split of the leaf whose histogram is number `slot`, or undefined where none gains anything. */
export function findSplit(
  workspace: Workspace,
  slot: number,
  leaf: LeafSums,
  limits: SplitLimits,
): Split | undefined {
  if (leaf.rows < 2 * limits.minLeafRows) return undefined;
  let best: Split | undefined;
  for (let column = 0; column < workspace.binnings.length; column++) {
    const binning = workspace.binnings[column];
    const floor = best?.gain ?? minGain;
    const found =
      binning.kind === 'numeric'
        ? findNumericSplit(workspace, slot, column, binning, leaf, limits, floor)
        : findCategoricalSplit(workspace, slot, column, binning, leaf, limits, floor);
    best = found ?? best;
  }
  return best;
}

/** Hessian a side needs: rows are estimated from their share of the leaf's hessian. */
function leastHessian(leaf: LeafSums, minLeafRows: number): number {
  return Math.max(minHessian, (minLeafRows * leaf.hessian) / leaf.rows);
}

function findNumericSplit(
  workspace: Workspace,
  slot: number,
  column: number,
  binning: Binning,
  leaf: LeafSums,
  { l2, minLeafRows }: SplitLimits,
  floor: number,
): Split | undefined {
  const { kernels, foundAt, found } = workspace;
  const { gradient, hessian } = leaf;
  const at = workspace.histogramsAt + slot * workspace.histogramBytes + column * workspace.stride;
  const least = leastHessian(leaf, minLeafRows);
  const gain = kernels.findThreshold(at, binning.count, gradient, hessian, l2, least, floor, foundAt);
  if (!(gain > floor)) return undefined;
  const [, bin, missingLeft, leftGradient, leftHessian] = found;
  const sawMissing = workspace.histograms[(at - workspace.histogramsAt) / 8 + 1] > 1e-9 * hessian;
  const sides = { missingLeft: missingLeft === 1, sawMissing, leftGradient, leftHessian };
  return { column, gain, bin, leftSet: undefined, ...sides };
}

function findCategoricalSplit(
  workspace: Workspace,
  slot: number,
  column: number,
  binning: Binning,
  leaf: LeafSums,
  { l2, minLeafRows }: SplitLimits,
  floor: number,
): Split | undefined {
  const { histograms, histogramBytes, stride } = workspace;
  const offset = (slot * histogramBytes + column * stride) / 8;
  const cells = histograms.subarray(offset, offset + binning.count * 2);
  const order = orderCategories(cells, leaf);
  const least = leastHessian(leaf, minLeafRows);
  const penalty = order.length > 4 ? l2 + categoryL2 : l2;
  const parent = leaf.gradient ** 2 / (leaf.hessian + l2);
  const sawMissing = cells[1] > 1e-9 * leaf.hessian;
  let best: Split | undefined;
  let bestGain = floor;
  for (const direction of [order, order.toReversed()]) {
    let leftGradient = 0;
    let leftHessian = 0;
    const most = Math.min(maxCategories, direction.length);
    for (let taken = 0; taken < most; taken++) {
      leftGradient += cells[2 * direction[taken]];
      leftHessian += cells[2 * direction[taken] + 1];
      const rightHessian = leaf.hessian - leftHessian;
      if (leftHessian < least) continue;
      if (rightHessian < least) break;
      const rightGradient = leaf.gradient - leftGradient;
      const gain =
        leftGradient ** 2 / (leftHessian + penalty) + rightGradient ** 2 / (rightHessian + penalty) - parent;
      if (!(gain > bestGain)) continue;
      bestGain = gain;
      const leftSet = new Uint8Array(256);
      for (const bin of direction.slice(0, taken + 1)) leftSet[bin] = 1;
      const missingLeft = leftSet[0] === 1;
      best = { column, gain, bin: 0, leftSet, missingLeft, sawMissing, leftGradient, leftHessian };
    }
  }
  return best;
}

/** Bins with enough rows by rising gradient statistic (Fisher 1958: the best two groups are contiguous in it). */
function orderCategories(cells: Float64Array, leaf: LeafSums): number[] {
  const rowsPerHessian = leaf.rows / leaf.hessian;
  const order: number[] = [];
  for (let bin = 0; bin < cells.length / 2; bin++) {
    if (cells[2 * bin + 1] * rowsPerHessian >= minCategoryRows) order.push(bin);
  }
  const statistic = (bin: number): number => cells[2 * bin] / (cells[2 * bin + 1] + categorySmoothing);
  return order.sort((a, b) => statistic(a) - statistic(b) || a - b);
}
