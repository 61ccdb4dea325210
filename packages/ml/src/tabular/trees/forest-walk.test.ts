import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../random/random.ts';
import { flatten, type TreeNode } from '../algorithms/gradient-boosting/tree.ts';
import { evaluateTree, type Forest } from './forest.ts';
import { openForestWalk } from './forest-walk.ts';

const levels = 70;
const width = 3;

/** A tree of splits drawn by chance: by number in the first two columns, by 70 categories in the third. */
function drawTree(random: Random, depth: number): { nodes: TreeNode[] } {
  const nodes: TreeNode[] = [];
  const grow = (left: number): number => {
    const at = nodes.length;
    const column = random.below(width);
    const isLeaf = left === 0 || (left < depth - 4 && random.uniform() < 0.2);
    const node: TreeNode = {
      column: isLeaf ? -1 : column,
      threshold: random.uniform(),
      left: 0,
      right: 0,
      rows: 1,
      missingRight: random.uniform() < 0.5,
      leftCategories: isLeaf || column < 2 ? undefined : drawBits(random),
    };
    nodes.push(node);
    if (isLeaf) return at;
    Object.assign(node, { left: grow(left - 1), right: grow(left - 1) });
    return at;
  };
  grow(depth);
  return { nodes };
}

function drawBits(random: Random): Uint32Array {
  return Uint32Array.from({ length: Math.ceil(levels / 32) }, () => random.below(2 ** 32));
}

function drawRows(random: Random, x: Float64Array, rows: number): void {
  for (let i = 0; i < rows * width; i++) {
    const value = i % width === 2 ? random.below(levels) : random.uniform();
    x[i] = random.uniform() < 0.2 ? NaN : value;
  }
}

function walked(forest: Forest, tree: number, rows: number): { all: number[]; one: number[] } {
  const walk = openForestWalk(forest, width);
  if (!walk) throw new Error('The forest is too large for the test.');
  drawRows(createRandom(5, rows), walk.x, rows);
  const one = Array.from({ length: rows }, (_, row) => evaluateTree(forest, tree, walk.x, row * width));
  return { all: [...walk.walk(tree, rows).subarray(0, rows)], one };
}

describe('walk of many rows', () => {
  const random = createRandom(11);
  const forest = flatten([drawTree(random, 9), drawTree(random, 0), drawTree(random, 5)]);

  it.each([1, 3, 4, 5, 255, 256])('comes to the leaves that each of %i rows comes to', (rows) => {
    for (const tree of forest.roots.keys()) {
      const { all, one } = walked(forest, tree, rows);
      expect(all).toEqual(one);
    }
    expect(new Set(walked(forest, 0, rows).all).size).toBeGreaterThan(rows > 100 ? 20 : 0);
  });

  it('is not misled by a larger forest that was walked before', () => {
    const before = walked(forest, 1, 8);
    walked(flatten([drawTree(random, 14)]), 0, 8);
    expect(walked(forest, 1, 8)).toEqual(before);
  });
});
