import { createRandom } from '../../random/random.ts';

/** More rows than this need fewer folds to be learnt from well. */
const manyRows = 20_000;
const seed = 0x666f6c64;

/** Training rows of an encoding that knows the target, dealt into folds: 0 … folds − 1 for each row. */
export interface CrossFit {
  readonly folds: number;
  readonly foldOf: Uint8Array;
}

/** Deals rows at random, the same way for the same number of them. One fold where there are too few rows for more. */
export function dealFolds(rows: number): CrossFit {
  const folds = Math.max(1, Math.min(rows, rows > manyRows ? 3 : 5));
  const foldOf = new Uint8Array(rows);
  const order = createRandom(seed, rows).shuffle(Int32Array.from({ length: rows }, (_, i) => i));
  order.forEach((row, i) => (foldOf[row] = i % folds));
  return { folds, foldOf };
}
