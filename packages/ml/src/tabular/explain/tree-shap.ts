import { type Forest, goesRight } from '../trees/forest.ts';
import type { Attribution, ExplanationScale } from './attribution.ts';
import { createShapleyPath, type ShapleyPath } from './shapley-path.ts';

/** Trees that add up to one or more margins. */
export interface TreeSum {
  readonly forest: Forest;
  /** What is added to the trees, of each margin. */
  readonly base: Float64Array;
  /** What each tree is multiplied by. */
  readonly factor: number;
  /** Where leaves hold a value for every margin: the values that they point to. Else tree t adds to margin t % margins. */
  readonly leaves?: Float64Array | undefined;
  readonly scale: ExplanationScale;
}

/** A step on a path takes about as long as so many multiplications. */
const costOfStep = 16;

/**
 * Exact path-dependent TreeSHAP (Lundberg, Erion & Lee 2018, algorithm 2; Lundberg et al. 2020): Shapley values of the
 * game in which a split on an unknown player sends a row both ways, by the shares of training rows that went there.
 * Polynomial: O(leaves × depth²) a tree. Columns of one player (the parts of a date) act as one.
 *
 * Undefined where the trees do not know how many rows went where, as those kept by earlier versions.
 */
export function treeAttribution(sum: TreeSum, players: Int32Array): Attribution | undefined {
  const { forest, scale } = sum;
  if (forest.covers.length !== forest.columns.length) return undefined;
  const shape = measureTrees(sum);
  const crowd = new Set(players).size;
  const path = createShapleyPath(shape.depth, crowd);
  return {
    scale,
    margins: sum.base.length,
    base: shape.base,
    rowCost: costOfStep * shape.depths.reduce((cost, depth) => cost + (Math.min(depth, crowd) + 1) ** 2, 0),
    attribute(x, phi) {
      phi.fill(0);
      for (let tree = 0; tree < forest.roots.length; tree++) addTree(sum, players, path, tree, x, phi);
    },
  };
}

interface Shape {
  readonly base: Float64Array;
  /** Splits from the root to the deepest leaf. */
  readonly depth: number;
  /** Of every leaf. */
  readonly depths: readonly number[];
}

/** What the trees come to where nothing is known, and how deep they are. Children come after their parents. */
function measureTrees(sum: TreeSum): Shape {
  const { forest, factor, leaves } = sum;
  const { roots, columns, thresholds, children } = forest;
  const base = sum.base.slice();
  const margins = base.length;
  const weights = new Float64Array(columns.length);
  const depths = new Int32Array(columns.length);
  const leafDepths: number[] = [];
  roots.forEach((root, tree) => {
    weights[root] = 1;
    const end = tree + 1 < roots.length ? roots[tree + 1] : columns.length;
    for (let node = root; node < end; node++) {
      if (columns[node] >= 0) {
        for (const child of [children[2 * node], children[2 * node + 1]]) {
          weights[child] = weights[node] * coverShare(forest, child, node);
          depths[child] = depths[node] + 1;
        }
        continue;
      }
      leafDepths.push(depths[node]);
      const weight = weights[node] * factor;
      if (leaves) for (let k = 0; k < margins; k++) base[k] += weight * leaves[thresholds[node] + k];
      else base[tree % margins] += weight * thresholds[node];
    }
  });
  return { base, depth: leafDepths.reduce((most, depth) => Math.max(most, depth), 0), depths: leafDepths };
}

/** The share of a node's training rows that went to its child. */
function coverShare({ covers }: Forest, child: number, node: number): number {
  return covers[node] > 0 ? covers[child] / covers[node] : 0;
}

function addTree(
  { forest, factor, leaves, base }: TreeSum,
  players: Int32Array,
  path: ShapleyPath,
  tree: number,
  x: Float64Array,
  phi: Float64Array,
): void {
  const { columns, thresholds, children } = forest;
  const margins = base.length;

  /** `length`: steps of the parent's path; `zero`, `one`: the shares that come here without and with `player`. */
  const visit = (
    node: number,
    level: number,
    length: number,
    zero: number,
    one: number,
    player: number,
  ): void => {
    // No row comes here, whatever is known.
    if (zero === 0 && one === 0) return;
    path.enter(level, length, zero, one, player);
    const column = columns[node];
    if (column < 0) {
      const value = thresholds[node];
      for (let i = 1; i <= length; i++) {
        const share = path.contribution(level, length, i) * factor;
        const at = path.player(level, i) * margins;
        if (leaves) for (let k = 0; k < margins; k++) phi[at + k] += share * leaves[value + k];
        else phi[at + (tree % margins)] += share * value;
      }
      return;
    }
    const next = players[column];
    const right = goesRight(forest, node, x[column]);
    const hot = children[2 * node + right];
    const cold = children[2 * node + 1 - right];
    const found = path.find(level, length, next);
    const known = found > 0 ? path.zero(level, found) : 1;
    const open = found > 0 ? path.one(level, found) : 1;
    const steps = found > 0 ? length : length + 1;
    if (found > 0) path.remove(level, length, found);
    visit(hot, level + 1, steps, known * coverShare(forest, hot, node), open, next);
    visit(cold, level + 1, steps, known * coverShare(forest, cold, node), 0, next);
  };
  visit(forest.roots[tree], 0, 0, 1, 1, -1);
}
