import { byCategory, type Forest, missingRight } from '../../trees/forest.ts';
import type { Binning } from '../gradient-boosting/bins.ts';
import type { ForestSplit } from './forest-split.ts';

/** Trees that grow node by node, in the flat arrays they will be kept in. */
export interface ForestBuilder {
  /** Begins a tree; returns its root, a leaf for the time being. */
  addTree(): number;
  /** Turns a leaf into a split; returns the first of its two new leaves, which are neighbours. */
  split(node: number, split: ForestSplit, binning: Binning): number;
  /** What evaluating a tree to this leaf gives. */
  setLeaf(node: number, value: number): void;
  /** The weight of the rows that came to a node. */
  setCover(node: number, weight: number): void;
  finish(): Forest;
}

export function createForestBuilder(): ForestBuilder {
  let size = 0;
  let columns = new Int32Array(1024);
  let thresholds = new Float64Array(1024);
  let children = new Int32Array(2048);
  let flags = new Uint8Array(1024);
  let covers = new Float32Array(1024);
  const roots: number[] = [];
  const words: number[] = [];

  function addLeaves(count: number): number {
    const first = size;
    size += count;
    if (size > columns.length) {
      columns = grow(columns, new Int32Array(2 * size));
      thresholds = grow(thresholds, new Float64Array(2 * size));
      children = grow(children, new Int32Array(4 * size));
      flags = grow(flags, new Uint8Array(2 * size));
      covers = grow(covers, new Float32Array(2 * size));
    }
    columns.fill(-1, first, size);
    children.fill(-1, 2 * first, 2 * size);
    return first;
  }

  return {
    addTree() {
      const root = addLeaves(1);
      roots.push(root);
      return root;
    },
    split(node, { column, threshold, leftSet, missingLeft }, binning) {
      const left = addLeaves(2);
      columns[node] = column;
      thresholds[node] = leftSet ? words.length : threshold;
      children[2 * node] = left;
      children[2 * node + 1] = left + 1;
      flags[node] = (missingLeft ? 0 : missingRight) | (leftSet ? byCategory : 0);
      if (leftSet && binning.kind === 'categorical') words.push(...categoryWords(leftSet, binning.binOf));
      return left;
    },
    setLeaf(node, value) {
      thresholds[node] = value;
    },
    setCover(node, weight) {
      covers[node] = weight;
    },
    finish: () => ({
      roots: Int32Array.from(roots),
      columns: columns.slice(0, size),
      thresholds: thresholds.slice(0, size),
      children: children.slice(0, 2 * size),
      flags: flags.slice(0, size),
      categories: Uint32Array.from(words),
      covers: covers.slice(0, size),
    }),
  };
}

/** A bit for each category that goes left. */
function categoryWords(leftSet: Uint8Array, binOf: Uint8Array): Uint32Array {
  const bits = new Uint32Array(Math.ceil(binOf.length / 32));
  binOf.forEach((bin, category) => {
    if (bin > 0 && leftSet[bin] === 1) bits[category >>> 5] |= 1 << (category & 31);
  });
  return bits;
}

function grow<T extends Int32Array | Float64Array | Float32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
