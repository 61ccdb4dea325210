import { byCategory, type Forest, missingRight } from '../../trees/forest.ts';
import type { Binning } from './bins.ts';
import type { Split } from './split.ts';

/** A node of a tree under construction: a leaf while `column` is -1. */
export interface TreeNode {
  column: number;
  /** Numeric splits: values ≤ threshold go left. Leaves: the value. */
  threshold: number;
  missingRight: boolean;
  /** Category splits: a bit for each category that goes left. */
  leftCategories: Uint32Array | undefined;
  left: number;
  right: number;
  /** Training rows that came here. */
  readonly rows: number;
}

export interface Tree {
  readonly nodes: readonly TreeNode[];
  addLeaf(rows: number): number;
  /** Turns a leaf into a split, `rows` of its rows to the left; returns its new leaves, left and right. */
  split(node: number, split: Split, binning: Binning, rows: number): [number, number];
  setValue(node: number, value: number): void;
}

export function createTree(): Tree {
  const nodes: TreeNode[] = [];
  const addLeaf = (rows: number): number =>
    nodes.push({
      column: -1,
      threshold: 0,
      missingRight: false,
      leftCategories: undefined,
      left: -1,
      right: -1,
      rows,
    }) - 1;
  return {
    nodes,
    addLeaf,
    split(index, split, binning, rows) {
      const left = addLeaf(rows);
      const right = addLeaf(nodes[index].rows - rows);
      const { column, missingLeft } = split;
      const threshold = binning.kind === 'numeric' ? (binning.edges[split.bin - 1] ?? Infinity) : 0;
      const leftCategories = categoriesOf(split, binning);
      Object.assign(nodes[index], {
        column,
        threshold,
        missingRight: !missingLeft,
        leftCategories,
        left,
        right,
      });
      return [left, right];
    },
    setValue(index, value) {
      nodes[index].threshold = value;
    },
  };
}

function categoriesOf({ leftSet }: Split, binning: Binning): Uint32Array | undefined {
  if (!leftSet || binning.kind === 'numeric') return undefined;
  const bits = new Uint32Array(Math.ceil(binning.binOf.length / 32));
  binning.binOf.forEach((bin, category) => {
    if (bin > 0 && leftSet[bin] === 1) bits[category >>> 5] |= 1 << (category & 31);
  });
  return bits;
}

/** Lays trees out one after the other. */
export function flatten(trees: readonly Pick<Tree, 'nodes'>[]): Forest {
  const size = trees.reduce((sum, tree) => sum + tree.nodes.length, 0);
  const roots = new Int32Array(trees.length);
  const columns = new Int32Array(size);
  const thresholds = new Float64Array(size);
  const children = new Int32Array(2 * size);
  const flags = new Uint8Array(size);
  const covers = new Float32Array(size);
  const words: number[] = [];
  let base = 0;
  trees.forEach(({ nodes }, index) => {
    roots[index] = base;
    nodes.forEach((node, i) => {
      const at = base + i;
      columns[at] = node.column;
      covers[at] = node.rows;
      thresholds[at] = node.leftCategories ? words.length : node.threshold;
      children[2 * at] = base + node.left;
      children[2 * at + 1] = base + node.right;
      flags[at] = (node.missingRight ? missingRight : 0) | (node.leftCategories ? byCategory : 0);
      if (node.leftCategories) words.push(...node.leftCategories);
    });
    base += nodes.length;
  });
  return { roots, columns, thresholds, children, flags, categories: Uint32Array.from(words), covers };
}
