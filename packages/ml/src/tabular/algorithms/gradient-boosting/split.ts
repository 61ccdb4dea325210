import { featureBytes } from '../../../kernels/boosting-kernels.ts';
import type { Scales } from './loss.ts';
import type { Search, Workspace } from './workspace.ts';

/** What a leaf sums up to, in rounded gradients, and the bounds of its value in units of theirs. */
export interface LeafSums {
  readonly rows: number;
  readonly gradient: number;
  readonly hessian: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Split {
  readonly column: number;
  readonly gain: number;
  /** Numeric: bins up to this one go left. */
  readonly bin: number;
  /** Categories: 1 for each bin that goes left. */
  readonly leftSet: Uint8Array | undefined;
  readonly missingLeft: boolean;
  /** Whether the leaf held missing values, so that `missingLeft` was learnt. */
  readonly sawMissing: boolean;
  readonly leftGradient: number;
  readonly leftHessian: number;
}

export interface SplitLimits {
  readonly l2: number;
  readonly minLeafRows: number;
  /** For each column 1, −1 or 0: whether predictions may not fall, not rise, or do as they like with it. */
  readonly monotone: Int8Array | undefined;
}

const minHessian = 1e-3;
const minGain = 1e-10;
/** As in LightGBM: categories are ordered by a smoothed gradient statistic and a split on them is penalised more. */
const categorySmoothing = 10;
const categoryL2 = 10;
/** At most so many categories on the smaller side. */
const maxCategories = 32;
/** A category with fewer rows in the leaf is not told apart from missing values. */
const minCategoryRows = 5;

/** A leaf to search, and the number of its histogram. */
export interface Searched extends LeafSums {
  readonly slot: number;
}

/** The best split of each of one or two leaves, side by side; undefined where none gains anything. */
export function findSplits(
  workspace: Workspace,
  leaves: readonly Searched[],
  limits: SplitLimits,
  scales: Scales,
): (Split | undefined)[] {
  const tasks = leaves.map((leaf, i) => taskOf(workspace, leaf, workspace.searches[i], limits, scales));
  if (limits.monotone) for (const task of tasks) searchBounded(workspace, task, limits.monotone);
  else searchNumbers(workspace, tasks);
  workspace.binnings.forEach(({ kind, count }, column) => {
    if (kind === 'categorical') searchCategories(workspace, tasks, column, count);
  });
  return tasks.map(({ best }) => best);
}

/** One leaf's search: what kernels need to know, and the best split so far. */
interface SearchTask {
  readonly leaf: Searched;
  readonly search: Search;
  readonly histogramAt: number;
  /** In units of rounded gradients. */
  readonly l2: number;
  readonly least: number;
  readonly hessianScale: number;
  best: Split | undefined;
  floor: number;
}

function taskOf(
  workspace: Workspace,
  leaf: Searched,
  search: Search,
  { l2, minLeafRows }: SplitLimits,
  scales: Scales,
): SearchTask {
  // A side's rows are estimated from its share of the leaf's hessian.
  const least = Math.max(minHessian * scales.hessian, (minLeafRows * leaf.hessian) / leaf.rows);
  return {
    leaf,
    search,
    histogramAt: workspace.histogramsAt + leaf.slot * workspace.histogramBytes,
    l2: l2 * scales.hessian,
    // A hair less, so that rounding does not ask for one row more.
    least: Math.max(1, Math.ceil(least - 1e-6)),
    hessianScale: scales.hessian,
    best: undefined,
    floor: (minGain * scales.gradient ** 2) / scales.hessian,
  };
}

function searchNumbers(
  { team, kernels, countsAt, binnings, cells, histogramsAt }: Workspace,
  tasks: SearchTask[],
): void {
  const call = ({ leaf, search, histogramAt, l2, least, floor }: SearchTask): number[] => {
    const { gradient, hessian } = leaf;
    return [histogramAt, countsAt, 0, binnings.length, gradient, hessian, l2, least, floor, search.foundAt];
  };
  const gains =
    team.size() > 1 && tasks.length > 1
      ? team.run('findThreshold', tasks.map(call))
      : tasks.map((task) => kernels.findThreshold(...call(task)));
  tasks.forEach((task, i) => {
    if (gains[i] > task.floor) take(task, gains[i], cells, histogramsAt);
  });
}

function searchBounded(
  { kernels, binnings, cells, histogramsAt }: Workspace,
  task: SearchTask,
  monotone: Int8Array,
): void {
  const { leaf, search, histogramAt, l2, least } = task;
  const { lower, upper, gradient, hessian } = leaf;
  binnings.forEach(({ kind, count }, column) => {
    if (kind === 'categorical') return;
    const bounds = [monotone[column], lower, upper, gradient, hessian];
    const rest = [...bounds, l2, least, task.floor, search.foundAt];
    const gain = kernels.findBoundedThreshold(histogramAt, column, count, ...rest);
    if (gain > task.floor) take(task, gain, cells, histogramsAt);
  });
}

function searchCategories(
  { team, kernels, cells, histogramsAt }: Workspace,
  tasks: SearchTask[],
  column: number,
  bins: number,
): void {
  const call = ({ leaf, search, histogramAt, l2, least, floor, hessianScale }: SearchTask): number[] => {
    const { gradient, hessian, rows } = leaf;
    const penalty = categoryL2 * hessianScale;
    const smoothing = categorySmoothing * hessianScale;
    const minCategory = Math.max(1, Math.ceil((minCategoryRows * hessian) / rows - 1e-6));
    const { scratchAt, leftSetAt, foundAt } = search;
    const start = [histogramAt, column, bins, gradient, hessian, l2, penalty, smoothing, minCategory];
    return [...start, least, maxCategories, floor, scratchAt, leftSetAt, foundAt];
  };
  const gains =
    team.size() > 1 && tasks.length > 1
      ? team.run('findCategories', tasks.map(call))
      : tasks.map((task) => kernels.findCategories(...call(task)));
  tasks.forEach((task, i) => {
    if (gains[i] > task.floor) take(task, gains[i], cells, histogramsAt, task.search.leftSet.slice());
  });
}

/** Makes what a search has reported the best split of its leaf. */
function take(
  task: SearchTask,
  gain: number,
  cells: Int32Array,
  histogramsAt: number,
  leftSet?: Uint8Array,
): void {
  const [, column, bin, missingLeft] = task.search.found;
  const [low, high] = task.search.leftCell;
  const missingAt = (task.histogramAt - histogramsAt + column * featureBytes) / 4;
  task.floor = gain;
  task.best = {
    column,
    gain,
    bin,
    leftSet,
    missingLeft: missingLeft === 1,
    sawMissing: cells[missingAt] !== 0 || cells[missingAt + 1] !== 0,
    leftGradient: high,
    leftHessian: low >>> 0,
  };
}
