import { createRandom } from '../../../random/random.ts';
import type { Target } from '../../data/frame.ts';
import { TabularError } from '../../errors.ts';
import type { Design } from '../../preprocessing/design.ts';
import { nativePreprocessor } from '../../preprocessing/native.ts';
import type { AlgorithmName, Parameters, State } from '../../types.ts';
import type { Algorithm, FitContext, FittedEstimator } from '../algorithm.ts';
import { evaluateTree, type Forest, forestState, reviveForest, walkCost } from '../../trees/forest.ts';
import { openForestWalk } from '../../trees/forest-walk.ts';
import { treeAttribution } from '../../explain/tree-shap.ts';
import { numberOf, type ParameterSpec } from '../parameters.ts';
import { binDesign } from './forest-bins.ts';
import { growTree } from './forest-grow.ts';
import { createForestBuilder } from './forest-nodes.ts';
import { createSplitter } from './forest-split.ts';
import { forestTarget, sumsPart, weightPart } from './forest-sums.ts';

interface ForestKind {
  readonly name: AlgorithmName;
  /** Each tree on as many rows drawn with replacement, or on all. */
  readonly bootstrap: boolean;
  readonly randomThresholds: boolean;
}

const parameters: readonly ParameterSpec[] = [
  {
    name: 'trees',
    kind: 'integer',
    min: 1,
    max: 5000,
    default: 100,
    description: 'Trees that are averaged. More cost time and size, and never harm.',
  },
  {
    name: 'maxDepth',
    kind: 'integer',
    min: 1,
    max: 1000,
    default: 1000,
    description: 'Splits from the root to a leaf at most.',
  },
  {
    name: 'minLeafRows',
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    default: 'auto',
    description: 'Rows of a leaf at least; auto: 1 up to 20,000 rows, then one more for every 20,000.',
  },
  {
    name: 'features',
    kind: 'number',
    min: 0.001,
    max: 1,
    default: 'auto',
    description:
      'Share of the features tried for a split; auto: their square root for classes, all for numbers.',
  },
];

const rowsPerLeafRow = 20_000;

/**
 * Averages of trees that each see other rows (Breiman 2001). Categories and missing values are taken as they are.
 */
export const randomForest = forest({ name: 'random_forest', bootstrap: true, randomThresholds: false });

/** Averages of trees on all rows, split at random thresholds (Geurts, Ernst & Wehenkel 2006). */
export const extraTrees = forest({ name: 'extra_trees', bootstrap: false, randomThresholds: true });

function forest(kind: ForestKind): Algorithm {
  return {
    name: kind.name,
    parameters,
    preprocessor: nativePreprocessor,
    estimator: {
      fit: (design, target, given, context) => fit(kind, design, target, given, context),
      revive,
    },
  };
}

function fit(
  kind: ForestKind,
  design: Design,
  target: Target,
  given: Parameters,
  context: FitContext,
): FittedEstimator {
  const settings = growSettings(design, target, given);
  const columns = binDesign(design, target);
  const grown = forestTarget(target);
  const builder = createForestBuilder();
  const shares: number[] = [];
  const ground = {
    columns,
    target: grown,
    builder,
    splitter: createSplitter(columns, grown, { ...settings, randomThresholds: kind.randomThresholds }),
    leafValue: (total: Float64Array) => leafValue(total, grown.sums, grown.centre, shares),
  };
  const trees = numberOf(given, 'trees');
  for (let tree = 0; tree < trees; tree++) {
    context.checkAborted();
    const random = createRandom(context.seed, 0x666f7265, tree);
    const weights = kind.bootstrap ? drawWeights(target.weights, random) : target.weights;
    const rows = weightedRows(weights);
    growTree(ground, rows, weights, settings, random);
  }
  const leaves = Float64Array.from(shares);
  return assemble({ forest: builder.finish(), leaves, outputs: Math.max(1, target.classes) });
}

function growSettings({ rows, columns }: Design, { classes }: Target, given: Parameters) {
  const width = columns.length;
  const share = given.features;
  const tried = typeof share === 'number' ? share * width : classes > 0 ? Math.sqrt(width) : width;
  return {
    maxDepth: numberOf(given, 'maxDepth'),
    minLeafRows:
      given.minLeafRows === 'auto' ? 1 + Math.floor(rows / rowsPerLeafRow) : numberOf(given, 'minLeafRows'),
    triedColumns: Math.max(1, Math.floor(tried)),
  };
}

/** The value of a leaf, or, of many classes, where its shares begin in `shares`. */
function leafValue(total: Float64Array, sums: number, centre: number, shares: number[]): number {
  const weight = total[weightPart];
  if (sums === 1) return centre + (weight > 0 ? total[sumsPart] / weight : 0);
  const first = shares.length;
  for (let k = 0; k < sums; k++) shares.push(weight > 0 ? total[sumsPart + k] / weight : 1 / sums);
  return first;
}

/** Each row's weight times how often it is drawn, when as many rows as there are are drawn with replacement. */
function drawWeights(weights: Float64Array, random: ReturnType<typeof createRandom>): Float64Array {
  const drawn = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const row = random.below(weights.length);
    drawn[row] += weights[row];
  }
  return drawn;
}

function weightedRows(weights: Float64Array): Int32Array {
  return Int32Array.from(weights.keys()).filter((row) => weights[row] > 0);
}

interface FittedForest {
  readonly forest: Forest;
  /** Of more than two classes: the shares that leaves point to. */
  readonly leaves: Float64Array;
  readonly outputs: number;
}

function assemble({ forest: trees, leaves, outputs }: FittedForest): FittedEstimator {
  const count = trees.roots.length;
  const addLeaf = (value: number, out: Float64Array, at: number): void => {
    if (outputs < 3) out[at + outputs - 1] += value;
    else for (let k = 0; k < outputs; k++) out[at + k] += leaves[value + k];
  };
  const average = (out: Float64Array, at: number): void => {
    for (let k = 0; k < outputs; k++) out[at + k] /= count;
    if (outputs === 2) out[at] = 1 - out[at + 1];
  };
  return {
    outputs,
    rowCost: walkCost(trees),
    predictRow(x, out) {
      out.fill(0);
      for (let tree = 0; tree < count; tree++) addLeaf(evaluateTree(trees, tree, x, 0), out, 0);
      average(out, 0);
    },
    openBlocks(width) {
      const walk = openForestWalk(trees, width);
      if (!walk) return undefined;
      return {
        ...walk,
        predict(rows, out) {
          out.fill(0);
          for (let tree = 0; tree < count; tree++) {
            const values = walk.walk(tree, rows);
            for (let row = 0; row < rows; row++) addLeaf(values[row], out, row * outputs);
          }
          for (let at = 0; at < rows * outputs; at += outputs) average(out, at);
        },
      };
    },
    attribution: (players) =>
      treeAttribution(
        {
          forest: trees,
          base: new Float64Array(outputs < 3 ? 1 : outputs),
          factor: 1 / count,
          leaves: outputs < 3 ? undefined : leaves,
          scale: outputs > 1 ? 'probability' : 'value',
        },
        players,
      ),
    state: () => ({ forest: forestState(trees), leaves, outputs }),
  };
}

function revive(state: State): FittedEstimator {
  const { forest: trees, leaves, outputs } = state as Record<string, State>;
  if (leaves instanceof Float64Array && typeof outputs === 'number') {
    return assemble({ forest: reviveForest(trees), leaves, outputs });
  }
  throw new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid forest.');
}
