import { createRandom } from '../../../random/random.ts';
import { gather, type Target } from '../../data/frame.ts';
import { TabularError } from '../../errors.ts';
import { holdoutSplit } from '../../evaluation/splits.ts';
import type { Design } from '../../preprocessing/design.ts';
import { nativePreprocessor } from '../../preprocessing/native.ts';
import type { Parameters, State } from '../../types.ts';
import { treeAttribution } from '../../explain/tree-shap.ts';
import type { Algorithm, FitContext, FittedEstimator } from '../algorithm.ts';
import { logitsToProbabilities } from '../linear/logistic.ts';
import { numberOf, type ParameterSpec } from '../parameters.ts';
import { boost, type Boosted, type BoostOptions, type Labelled } from './boost.ts';
import { lossFor, monotoneFor } from './goal.ts';
import { inTargetsUnit, inUnits, unitOf } from './units.ts';
import type { Loss } from './loss.ts';
import { evaluateTree, type Forest, forestState, reviveForest, walkCost } from '../../trees/forest.ts';
import { openForestWalk } from '../../trees/forest-walk.ts';
import { flatten } from './tree.ts';

const parameters: readonly ParameterSpec[] = [
  integer('iterations', 1, 10_000, 300, 'Rounds at most.'),
  number('learningRate', 1e-4, 1, 0.1, 'Shrinkage of each tree.'),
  integer('leaves', 2, 1024, 31, 'Leaves of a tree at most.'),
  integer('minLeafRows', 1, 1_000_000, 20, 'Rows of a leaf at least.'),
  number('l2', 0, 1e6, 1, 'Penalty on squared leaf values.'),
  {
    name: 'maxBins',
    kind: 'integer',
    min: 4,
    max: 255,
    default: 'auto',
    description: 'Bins of a column, missing included; auto: 64 below 5,000 rows, else 255.',
  },
  {
    name: 'earlyStopping',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    description: 'End when the loss on a share of the training rows stops falling.',
  },
  integer('patience', 1, 1000, 15, 'Rounds without improvement before stopping.'),
  number('validationShare', 0.01, 0.5, 0.15, 'Share of the training rows watched by early stopping.'),
  {
    name: 'loss',
    kind: 'choice',
    choices: ['auto', 'squared', 'quantile', 'poisson'],
    default: 'auto',
    description:
      'What is minimised. auto: log loss for classes, squared error for numbers; poisson is for counts and rates.',
  },
  number('alpha', 0.01, 0.99, 0.5, 'With the loss quantile: the share of rows that shall lie below.'),
  {
    name: 'monotone',
    kind: 'text',
    maxLength: 10_000,
    default: '',
    description:
      'Numeric columns with which predictions may only rise (+) or fall (-), as in "age +, price -"; of two classes, the probability of the second.',
  },
];

/** Fewer rows than this are not split for early stopping. */
const minStoppingRows = 50;
/** Up to so many rows, the rows held out by early stopping are put to use by a second fit of as many rounds. */
const maxRefitRows = 20_000;

/**
 * Leaf-wise gradient boosting of histogram trees. Missing values learn a side at every split; categories are split
 * into two groups by their gradients; categories unseen in training count as missing.
 */
export const gradientBoosting: Algorithm = {
  name: 'gradient_boosting',
  parameters,
  preprocessor: nativePreprocessor,
  estimator: { fit, revive },
};

function fit(design: Design, target: Target, given: Parameters, context: FitContext): FittedEstimator {
  const options = boostOptions(given, design, target);
  const unit = unitOf(target, options.loss);
  const whole: Labelled = { design, target: inUnits(target, unit) };
  const finish = (boosted: Boosted): FittedEstimator =>
    assembleBoosted(inTargetsUnit(boosted, unit, options.loss), target, options.loss);
  const stops = given.earlyStopping === 'on' && design.rows >= minStoppingRows;
  if (!stops) return finish(boost(whole, undefined, options, context));

  const random = createRandom(context.seed, 0x73746f70);
  const split = holdoutSplit(target.values, target.classes, numberOf(given, 'validationShare'), random);
  const watched = boost(pickRows(whole, split.train), pickRows(whole, split.test), options, context);
  if (design.rows > maxRefitRows) return finish(watched);
  const iterations = watched.trees.length / watched.base.length;
  const refitted = boost(whole, undefined, { ...options, iterations }, context);
  return finish({ ...refitted, loss: watched.loss });
}

function boostOptions(given: Parameters, design: Design, target: Target): BoostOptions {
  const loss = lossFor(given, target);
  return {
    iterations: numberOf(given, 'iterations'),
    learningRate: numberOf(given, 'learningRate'),
    leaves: numberOf(given, 'leaves'),
    minLeafRows: numberOf(given, 'minLeafRows'),
    l2: numberOf(given, 'l2'),
    patience: numberOf(given, 'patience'),
    maxBins: given.maxBins === 'auto' ? (design.rows < 5_000 ? 64 : 255) : numberOf(given, 'maxBins'),
    loss,
    monotone: monotoneFor(given, design, loss),
  };
}

function pickRows({ design, target }: Labelled, rows: Int32Array): Labelled {
  const values = new Float64Array(rows.length * design.columns.length);
  design.columns.forEach((_, index) => {
    const column = design.values.subarray(index * design.rows, (index + 1) * design.rows);
    values.set(gather(column, rows), index * rows.length);
  });
  return {
    design: { rows: rows.length, columns: design.columns, values },
    target: {
      classes: target.classes,
      values: gather(target.values, rows),
      weights: gather(target.weights, rows),
    },
  };
}

function assembleBoosted(boosted: Boosted, { classes }: Target, { kind }: Loss): FittedEstimator {
  const { base, trees, loss } = boosted;
  const fitted = assemble(flatten(trees), base, Math.max(1, classes), kind === 'poisson');
  return { ...fitted, loss, chosen: { iterations: trees.length / base.length } };
}

/** `isLog`: scores are logarithms of what is predicted. */
function assemble(forest: Forest, base: Float64Array, outputs: number, isLog: boolean): FittedEstimator {
  const trees = forest.roots.length;
  const scores = base.length;
  const finish = (out: Float64Array): void => {
    if (outputs > 1) logitsToProbabilities(out);
    else if (isLog) out[0] = Math.exp(out[0]);
  };
  return {
    outputs,
    rowCost: walkCost(forest),
    predictRow(x, out) {
      for (let k = 0; k < scores; k++) {
        let sum = base[k];
        for (let tree = k; tree < trees; tree += scores) sum += evaluateTree(forest, tree, x, 0);
        out[k] = sum;
      }
      finish(out);
    },
    openBlocks(width) {
      const walk = openForestWalk(forest, width);
      if (!walk) return undefined;
      const own = new Float64Array(outputs);
      return {
        ...walk,
        predict(rows, out) {
          for (let row = 0; row < rows; row++) out.set(base, row * outputs);
          for (let tree = 0; tree < trees; tree++) {
            const values = walk.walk(tree, rows);
            for (let row = 0, at = tree % scores; row < rows; row++, at += outputs) out[at] += values[row];
          }
          for (let at = 0; at < rows * outputs; at += outputs) {
            for (let k = 0; k < outputs; k++) own[k] = out[at + k];
            finish(own);
            out.set(own, at);
          }
        },
      };
    },
    attribution: (players) =>
      treeAttribution(
        { forest, base, factor: 1, scale: outputs > 1 ? 'log-odds' : isLog ? 'log' : 'value' },
        players,
      ),
    state: () => ({ forest: forestState(forest), base, outputs, ...(isLog && { link: 'log' }) }),
  };
}

function revive(state: State): FittedEstimator {
  const { forest, base, outputs, link } = state as Record<string, State>;
  if (base instanceof Float64Array && base.length > 0 && typeof outputs === 'number') {
    return assemble(reviveForest(forest), base, outputs, link === 'log');
  }
  throw new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid boosted trees.');
}

function integer(name: string, min: number, max: number, value: number, description: string): ParameterSpec {
  return { name, kind: 'integer', min, max, default: value, description };
}

function number(name: string, min: number, max: number, value: number, description: string): ParameterSpec {
  return { name, kind: 'number', min, max, default: value, description };
}
