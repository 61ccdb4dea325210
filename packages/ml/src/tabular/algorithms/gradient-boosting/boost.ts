import type { Target } from '../../data/frame.ts';
import { type Design, readRow } from '../../preprocessing/design.ts';
import type { LossCurve } from '../../types.ts';
import type { FitContext } from '../algorithm.ts';
import { evaluateTree, flatten } from './forest.ts';
import { growTree, type GrowOptions } from './grow.ts';
import { initialScores, meanLoss, softmaxInto, writeGradients } from './loss.ts';
import type { Tree } from './tree.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

export interface BoostOptions extends GrowOptions {
  readonly iterations: number;
  readonly maxBins: number;
  /** Rounds without a better validation loss after which boosting ends. */
  readonly patience: number;
}

export interface Boosted {
  /** Where the score of each output begins. */
  readonly base: Float64Array;
  /** `base.length` trees a round, up to the best round. */
  readonly trees: readonly Tree[];
  readonly loss: LossCurve;
}

/** Rows a design's target belongs to. */
export interface Labelled {
  readonly design: Design;
  readonly target: Target;
}

/** The training loss is taken over about this many rows. */
const lossRows = 10_000;

/**
 * Second-order gradient boosting (Friedman 2001; Chen & Guestrin 2016) on histograms. With `held` rows, ends when
 * their loss stops falling and keeps the rounds up to its minimum.
 */
export function boost(
  { design, target }: Labelled,
  held: Labelled | undefined,
  options: BoostOptions,
  context: FitContext,
): Boosted {
  const base = initialScores(target);
  const outputs = base.length;
  const workspace = createWorkspace(design, outputs, options.leaves, options.maxBins);
  workspace.scores.forEach((scores, output) => scores.fill(base[output]));
  const watch = held && createWatch(held, base);
  const trees: Tree[] = [];
  const train: number[] = [];
  const validation: number[] = [];
  const step = Math.max(1, Math.floor(design.rows / lossRows));
  let best = 0;
  for (let round = 0; round < options.iterations; round++) {
    context.checkAborted();
    const grown = growRound(workspace, target, outputs, options);
    trees.push(...grown);
    train.push(meanLoss(target, workspace.scores, step));
    if (!watch) continue;
    validation.push(watch(grown));
    if (validation[round] < validation[best]) best = round;
    if (round - best >= options.patience) break;
  }
  const kept = watch ? (best + 1) * outputs : trees.length;
  return { base, trees: trees.slice(0, kept), loss: { train, validation } };
}

function growRound(workspace: Workspace, target: Target, outputs: number, options: BoostOptions): Tree[] {
  const { scores, gradients } = workspace;
  const isSoftmax = outputs > 1;
  const starts = isSoftmax ? scores.map((score) => new Float64Array(score.length)) : scores;
  if (isSoftmax) softmaxInto(scores, starts);
  return Array.from({ length: outputs }, (_, output) => {
    const { gradient, hessian } = writeGradients(target, starts, output, gradients);
    return growTree(workspace, output, gradient, hessian, options);
  });
}

/** Follows the scores of held-out rows: takes the trees of a round, returns the loss after it. */
function createWatch({ design, target }: Labelled, base: Float64Array): (grown: readonly Tree[]) => number {
  const { rows } = design;
  const width = design.columns.length;
  const scores = Array.from(base, (start) => new Float64Array(rows).fill(start));
  const x = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) readRow(design, row, x.subarray(row * width, (row + 1) * width));
  return (grown) => {
    const forest = flatten(grown);
    scores.forEach((score, tree) => {
      for (let row = 0; row < rows; row++) score[row] += evaluateTree(forest, tree, x, row * width);
    });
    return meanLoss(target, scores, 1);
  };
}
