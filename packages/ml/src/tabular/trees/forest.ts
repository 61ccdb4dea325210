import { TabularError } from '../errors.ts';
import type { State } from '../types.ts';

/** Bits of a node's flags. */
export const missingRight = 1;
export const byCategory = 2;

/** Trees in flat arrays, node by node. A child's index is always above its parent's. */
export interface Forest {
  /** First node of each tree. */
  readonly roots: Int32Array;
  /** Design column, -1 for a leaf. */
  readonly columns: Int32Array;
  /** Threshold; of leaves, the value; of category splits, the first of their words in `categories`. */
  readonly thresholds: Float64Array;
  /** Left and right child, in pairs. */
  readonly children: Int32Array;
  readonly flags: Uint8Array;
  readonly categories: Uint32Array;
  /** Training rows, or their weight, that came to each node; empty in forests kept by earlier versions. */
  readonly covers: Float32Array;
}

/** 1 where a value goes right at a split, else 0. */
export function goesRight(forest: Forest, node: number, value: number): number {
  const flag = forest.flags[node];
  if (value !== value) return flag & missingRight;
  const threshold = forest.thresholds[node];
  if ((flag & byCategory) === 0) return value > threshold ? 1 : 0;
  return 1 - ((forest.categories[threshold + (value >>> 5)] >>> (value & 31)) & 1);
}

/** A step down a tree takes about as long as so many multiplications. */
const costOfStep = 4;

/** About how many multiplications it takes to send a row down all trees. */
export function walkCost({ roots, columns }: Forest): number {
  return costOfStep * roots.length * Math.log2(2 + columns.length / Math.max(1, roots.length));
}

/** Value of tree `tree` for the design row that begins at x[offset]. */
export function evaluateTree(forest: Forest, tree: number, x: Float64Array, offset: number): number {
  const { columns, thresholds, children, flags, categories } = forest;
  let node = forest.roots[tree];
  let column = columns[node];
  while (column >= 0) {
    const value = x[offset + column];
    const flag = flags[node];
    let right: number;
    if (value !== value) right = flag & missingRight;
    else if ((flag & byCategory) === 0) right = value > thresholds[node] ? 1 : 0;
    else right = 1 - ((categories[thresholds[node] + (value >>> 5)] >>> (value & 31)) & 1);
    node = children[2 * node + right];
    column = columns[node];
  }
  return thresholds[node];
}

export function forestState({ covers, ...forest }: Forest): State {
  return { ...forest, ...(covers.length > 0 && { covers }) };
}

/** The forest whose state this is; throws `ARTIFACT_DAMAGED` where the arrays do not fit together. */
export function reviveForest(state: State): Forest {
  const { roots, columns, thresholds, children, flags, categories, covers } = state as Record<string, State>;
  const typed =
    roots instanceof Int32Array &&
    columns instanceof Int32Array &&
    thresholds instanceof Float64Array &&
    children instanceof Int32Array &&
    flags instanceof Uint8Array &&
    categories instanceof Uint32Array;
  if (!typed) throw damaged();
  const known = covers instanceof Float32Array ? covers : new Float32Array(0);
  const forest = { roots, columns, thresholds, children, flags, categories, covers: known };
  if (!isWellFormed(forest)) throw damaged();
  return forest;
}

/** Children come after their parent, so that every walk ends. */
function isWellFormed({ roots, columns, thresholds, children, flags }: Forest): boolean {
  const size = columns.length;
  if (thresholds.length !== size || flags.length !== size || children.length !== 2 * size) return false;
  if (roots.some((root) => root < 0 || root >= size)) return false;
  return columns.every((column, node) => {
    const sides = [children[2 * node], children[2 * node + 1]];
    return column < 0 || sides.every((child) => child > node && child < size);
  });
}

function damaged(): TabularError {
  return new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid trees.');
}
