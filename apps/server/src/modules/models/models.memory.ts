import type { Algorithm, ColumnProfile, TrainRequest } from '@quadrax/contract';
import { AppError } from '#platform/errors';

/** The program with nothing loaded, DuckDB while it reads, and what a search keeps besides. */
const baseMb = 120;

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

/** Numbers that a row of the column becomes where categories are spread out. */
const mostLevels = 100;
const widthOf = ({ type, distinct }: ColumnProfile): number =>
  type === 'categorical' || type === 'boolean' || type === 'text' ? Math.min(distinct, mostLevels) : 1;

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
  const width = columns.reduce((sum, column) => sum + widthOf(column), 0);
  const mbOf = ({ bytes, dense }: (typeof costs)['linear']): number =>
    (profile.rows * (dense ? width : columns.length) * bytes) / 1024 ** 2;
  // A search leaves out what does not suit the size; trees are always tried.
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
