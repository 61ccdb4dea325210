import { type GraphBuilder, tensor } from '../../onnx/graph.ts';
import { byCategory, type Forest, missingRight } from '../trees/forest.ts';

/** What a leaf adds to which output. */
export type LeafWeights = (
  value: number,
  tree: number,
) => readonly (readonly [target: number, weight: number])[];

/** `levels`: how many categories a design column has. */
export interface TreeShape {
  readonly targets: number;
  readonly levels: readonly number[];
  readonly leaf: LeafWeights;
}

interface Rows {
  readonly trees: number[];
  readonly ids: number[];
  readonly columns: number[];
  readonly thresholds: number[];
  readonly trueIds: number[];
  readonly falseIds: number[];
  readonly missingTrue: number[];
  readonly isLeaf: boolean[];
  readonly leafTrees: number[];
  readonly leafIds: number[];
  readonly leafTargets: number[];
  readonly leafWeights: number[];
}

/**
 * The sums of trees, [rows, targets] doubles. Thresholds are doubles, as in training, so that a row goes the same way to
 * the last bit. A split of categories is a chain of comparisons of the category's index; its branches share their
 * subtree, which the operator walks by number.
 */
export function treeSums(graph: GraphBuilder, x: string, forest: Forest, shape: TreeShape): string {
  const rows = emptyRows();
  for (let tree = 0; tree < forest.roots.length; tree++) addTree(rows, forest, tree, shape);
  const integers = (values: readonly number[]): BigInt64Array => BigInt64Array.from(values, BigInt);
  const doubles = (values: readonly number[]) => tensor(Float64Array.from(values), [values.length]);
  const sums = graph.node('TreeEnsembleRegressor', [x], {
    n_targets: shape.targets,
    aggregate_function: 'SUM',
    post_transform: 'NONE',
    nodes_treeids: integers(rows.trees),
    nodes_nodeids: integers(rows.ids),
    nodes_featureids: integers(rows.columns),
    nodes_values_as_tensor: doubles(rows.thresholds),
    nodes_modes: rows.isLeaf.map((leaf) => (leaf ? 'LEAF' : 'BRANCH_LEQ')),
    nodes_truenodeids: integers(rows.trueIds),
    nodes_falsenodeids: integers(rows.falseIds),
    nodes_missing_value_tracks_true: integers(rows.missingTrue),
    target_treeids: integers(rows.leafTrees),
    target_nodeids: integers(rows.leafIds),
    target_ids: integers(rows.leafTargets),
    target_weights_as_tensor: doubles(rows.leafWeights),
  });
  return graph.node('Cast', [sums], { to: 11 });
}

function emptyRows(): Rows {
  return {
    trees: [],
    ids: [],
    columns: [],
    thresholds: [],
    trueIds: [],
    falseIds: [],
    missingTrue: [],
    isLeaf: [],
    leafTrees: [],
    leafIds: [],
    leafTargets: [],
    leafWeights: [],
  };
}

function addTree(rows: Rows, forest: Forest, tree: number, shape: TreeShape): void {
  const { roots, columns, thresholds, children, flags } = forest;
  let next = 1;
  const addNode = (id: number, column: number, step: Step, isLeaf: boolean): void => {
    rows.trees.push(tree);
    rows.ids.push(id);
    rows.columns.push(column);
    rows.thresholds.push(step.threshold);
    rows.trueIds.push(step.whenTrue);
    rows.falseIds.push(step.whenFalse);
    rows.missingTrue.push(step.missingTrue ? 1 : 0);
    rows.isLeaf.push(isLeaf);
  };
  const open: [node: number, id: number][] = [[roots[tree], 0]];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const [node, id] = entry;
    const column = columns[node];
    if (column < 0) {
      addNode(id, 0, { threshold: 0, whenTrue: 0, whenFalse: 0, missingTrue: false }, true);
      for (const [target, weight] of shape.leaf(thresholds[node], tree)) {
        rows.leafTrees.push(tree);
        rows.leafIds.push(id);
        rows.leafTargets.push(target);
        rows.leafWeights.push(weight);
      }
      continue;
    }
    const sides = [next++, next++] as const;
    const missing = flags[node] & missingRight;
    const runs =
      (flags[node] & byCategory) === 0
        ? [{ side: 0, end: thresholds[node] }]
        : categoryRuns(forest.categories, thresholds[node], shape.levels[column]);
    const ids = [id, ...runs.slice(1).map(() => next++)];
    runs.forEach(({ side, end }, i) => {
      addNode(
        ids[i],
        column,
        {
          threshold: end,
          whenTrue: sides[side],
          whenFalse: ids[i + 1] ?? sides[1 - side],
          missingTrue: missing === side,
        },
        false,
      );
    });
    open.push([children[2 * node], sides[0]], [children[2 * node + 1], sides[1]]);
  }
}

interface Step {
  readonly threshold: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly missingTrue: boolean;
}

/** The indices of categories in runs that go to one side (0 left, 1 right); all but the last, unless it is the only one. */
function categoryRuns(words: Uint32Array, first: number, levels: number): { side: number; end: number }[] {
  const runs: { side: number; end: number }[] = [];
  for (let level = 0; level < levels; level++) {
    const side = 1 - ((words[first + (level >>> 5)] >>> (level & 31)) & 1);
    const last = runs.at(-1);
    if (last?.side === side) last.end = level;
    else runs.push({ side, end: level });
  }
  return runs.length > 1 ? runs.slice(0, -1) : runs;
}
