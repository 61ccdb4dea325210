import type { Algorithm, ColumnProfile, TrainRequest } from '@quadrax/contract';
import { AppError } from '#platform/errors';

/** The program with nothing loaded, DuckDB while it reads, and what a search keeps besides. */
export const baseMb = 120;

/**
 * Bytes that a training takes for each number of the table at its highest, measured with 50,000 to 200,000 rows of 20
 * columns: the table, the copy of a fold, the matrix made of it, and what the algorithm keeps. `dense` spreads
 * categories out to a number each.
 */
const costs: Readonly<Record<Exclude<Algorithm, 'auto'>, { bytes: number; dense: boolean }>> = {
  baseline: { bytes: 48, dense: false },
  gradient_boosting: { bytes: 96, dense: false },
  random_forest: { bytes: 96, dense: false },
  extra_trees: { bytes: 96, dense: false },
  linear: { bytes: 112, dense: true },
  nearest_neighbors: { bytes: 80, dense: true },
  neural_network: { bytes: 112, dense: true },
};

/** Categories spread out, of a column and of all together: `preprocessing/dense.ts` of packages/ml, which a test compares. */
const mostLevels = 100;
const leastLevels = 8;
const categoryBudget = 600;

const isNamed = ({ type }: ColumnProfile): boolean =>
  type === 'categorical' || type === 'boolean' || type === 'text';

/** About how many numbers a row becomes where categories are spread out. */
const denseWidth = (columns: readonly ColumnProfile[]): number => {
  const large = columns.filter((column) => isNamed(column) && column.distinct > leastLevels).length;
  const limit = Math.min(mostLevels, Math.max(leastLevels, Math.floor(categoryBudget / large)));
  const widths = columns.map((column) => (isNamed(column) ? Math.min(column.distinct, limit) + 2 : 1));
  return widths.reduce((sum, width) => sum + width, 0);
};

/** Bytes of what is computed for each class of each row: scores, probabilities, predictions for held-out rows. */
const bytesOfClass = 48;
const mostClasses = 1000;

export interface MemoryTable {
  readonly profile: { readonly rows: number; readonly columns: readonly ColumnProfile[] };
}
type MemoryRequest = Pick<TrainRequest, 'target' | 'features' | 'algorithm'>;

/** About how many MB a training takes at its highest. */
export const memoryNeeded = (
  { profile }: MemoryTable,
  { target, features, algorithm }: MemoryRequest,
): number => {
  const wanted = features && new Set(features);
  const columns = profile.columns.filter(({ name }) => name !== target && (wanted?.has(name) ?? true));
  const width = denseWidth(columns);
  const goal = profile.columns.find(({ name }) => name === target);
  const classes = goal && isNamed(goal) ? Math.min(goal.distinct, mostClasses) : 1;
  const mbOf = ({ bytes, dense }: (typeof costs)['linear']): number =>
    (profile.rows * ((dense ? width : columns.length) * bytes + classes * bytesOfClass)) / 1024 ** 2;
  // A search leaves out what does not fit; trees are always tried.
  const needed = algorithm === 'auto' ? mbOf(costs.gradient_boosting) : mbOf(costs[algorithm]);
  return Math.ceil(baseMb + needed);
};

/** @throws AppError UNTRAINABLE with the figures, where a training would not fit a compute process */
export const checkMemory = (table: MemoryTable, request: MemoryRequest, memoryMb: number): void => {
  const needed = memoryNeeded(table, request);
  if (needed <= memoryMb) return;
  const message = `This training needs about ${needed} MB, and a compute process may use ${memoryMb} MB. Use fewer columns or rows, or have COMPUTE_MEMORY_MB raised to ${Math.ceil(needed / 256) * 256}.`;
  throw new AppError('UNTRAINABLE', { message, details: [{ field: 'datakitId', message }] });
};
