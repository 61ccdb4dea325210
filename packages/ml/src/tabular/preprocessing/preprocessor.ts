import type { Documents } from '../data/documents.ts';
import type { Frame, Target } from '../data/frame.ts';
import type { FeatureSchema, State } from '../types.ts';
import type { Design } from './design.ts';

/** Learns from training rows, and only from them, how raw features become a design matrix. */
export interface Preprocessor {
  fit(frame: Frame, target: Target): TrainedPreprocessor;
  /** The preprocessor whose `state()` this is; its texts are to be read from `documents`. */
  revive(state: State, features: readonly FeatureSchema[], documents: Documents): FittedPreprocessor;
}

/** What was fitted, and how it encodes the very rows it was fitted on. */
export interface TrainedPreprocessor extends FittedPreprocessor {
  /**
   * Design columns that know the target. A training row's value there is learnt from other rows, since by its own it
   * would carry the answer; they take the place of what `transform` gives.
   */
  readonly crossFitted?: readonly CrossFitted[];
}

export interface CrossFitted {
  readonly column: number;
  readonly values: Float64Array;
}

export interface FittedPreprocessor {
  readonly columns: Design['columns'];
  /** The feature that each design column was made of. */
  readonly features: Int32Array;
  /** Features whose categories stand for their mean target as well. */
  readonly meanTargets?: readonly number[];
  /** `raw`: one value for each feature. `x`: one for each design column. Allocates nothing. */
  transformRow(raw: Float64Array, x: Float64Array): void;
  /** What `transformRow` puts into x[index], of all rows into `out`: for many rows at once where that is quicker. */
  transformColumn?(index: number, columns: readonly Float64Array[], out: Float64Array): void;
  state(): State;
}

/** Turns a whole frame into a design; one row and many agree to the bit. */
export function transform(fitted: FittedPreprocessor, frame: Pick<Frame, 'rows' | 'columns'>): Design {
  const { rows, columns } = frame;
  const width = fitted.columns.length;
  const values = new Float64Array(rows * width);
  if (fitted.transformColumn) {
    for (let i = 0; i < width; i++) {
      fitted.transformColumn(i, columns, values.subarray(i * rows, (i + 1) * rows));
    }
    return { rows, columns: fitted.columns, values };
  }
  const raw = new Float64Array(columns.length);
  const x = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < raw.length; i++) raw[i] = columns[i][row];
    fitted.transformRow(raw, x);
    for (let i = 0, at = row; i < width; i++, at += rows) values[at] = x[i];
  }
  return { rows, columns: fitted.columns, values };
}

/** The design of the rows a preprocessor was fitted on. */
export function transformTraining(
  fitted: FittedPreprocessor,
  crossFitted: readonly CrossFitted[],
  frame: Frame,
): Design {
  const design = transform(fitted, frame);
  for (const { column, values } of crossFitted) design.values.set(values, column * frame.rows);
  return design;
}
