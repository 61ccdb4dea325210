import type { Target } from '../../data/frame.ts';
import { TabularError } from '../../errors.ts';
import { type Design, readRow } from '../../preprocessing/design.ts';
import type { LossCurve } from '../../types.ts';
import type { FitContext } from '../algorithm.ts';
import { evaluateTree } from '../../trees/forest.ts';
import { growTree, type GrowOptions } from './grow.ts';
import { initialScores, type Loss, meanLoss, startRound, weightedQuantile, writeGradients } from './loss.ts';
import { flatten, type Tree } from './tree.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

export interface BoostOptions extends GrowOptions {
  readonly loss: Loss;
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
const lossRows = 2_000;

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
  refuseNoWeight(target);
  const { loss } = options;
  const base = initialScores(loss, target);
  const { leaves, maxBins, iterations } = options;
  const size = { outputs: base.length, leaves, maxBins, threads: context.threads ?? 1 };
  const workspace = createWorkspace(design, target, size);
  try {
    workspace.scores.forEach((scores, output) => scores.fill(base[output]));
    const watch = held && createWatch(held, loss, base);
    const trees: Tree[] = [];
    const train: number[] = [];
    const validation: number[] = [];
    const step = Math.max(1, Math.floor(design.rows / lossRows));
    let best = 0;
    for (let round = 0; round < iterations; round++) {
      context.checkAborted();
      const grown = growRound(workspace, target, options, round);
      trees.push(...grown);
      train.push(meanLoss(loss, target, workspace.scores, step));
      if (!watch) continue;
      validation.push(watch(grown));
      if (validation[round] < validation[best]) best = round;
      if (round - best >= options.patience) break;
    }
    const kept = watch ? (best + 1) * base.length : trees.length;
    return { base, trees: trees.slice(0, kept), loss: { train, validation } };
  } finally {
    workspace.team.close();
  }
}

function refuseNoWeight({ weights }: Target): void {
  if (weights.some((weight) => weight > 0)) return;
  throw new TabularError('INVALID_WEIGHTS', 'Every row to learn from has weight 0.');
}

function growRound(workspace: Workspace, target: Target, options: BoostOptions, round: number): Tree[] {
  const { scores } = workspace;
  const { loss } = options;
  startRound(workspace, loss);
  return scores.map((own, output) => {
    const scales = writeGradients(workspace, loss, output, round * scores.length + output);
    const valueOf =
      loss.kind === 'quantile'
        ? (rows: Uint32Array) => residualQuantile(target, own, rows, loss.alpha)
        : undefined;
    return growTree({ workspace, options, scales, valueOf }, output);
  });
}

/** The step that puts the share `alpha` of the given rows below the prediction. */
function residualQuantile(
  { values, weights }: Target,
  scores: Float64Array,
  rows: Uint32Array,
  alpha: number,
): number {
  const residuals = Float64Array.from(rows, (row) => values[row] - scores[row]);
  const own = Float64Array.from(rows, (row) => weights[row]);
  return weightedQuantile(residuals, own, alpha);
}

/** Follows the scores of held-out rows: takes the trees of a round, returns the loss after it. */
function createWatch(
  { design, target }: Labelled,
  loss: Loss,
  base: Float64Array,
): (grown: readonly Tree[]) => number {
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
    return meanLoss(loss, target, scores, 1);
  };
}
