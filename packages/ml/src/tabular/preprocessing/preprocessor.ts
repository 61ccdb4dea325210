import type { Frame, Target } from '../data/frame.ts';
import type { FeatureSchema, State } from '../types.ts';
import type { Design } from './design.ts';

/** Learns from training rows, and only from them, how raw features become a design matrix. */
export interface Preprocessor {
  fit(frame: Frame, target: Target): FittedPreprocessor;
  /** The preprocessor whose `state()` this is. */
  revive(state: State, features: readonly FeatureSchema[]): FittedPreprocessor;
}

export interface FittedPreprocessor {
  readonly columns: Design['columns'];
  /** `raw`: one value for each feature. `x`: one for each design column. Allocates nothing. */
  transformRow(raw: Float64Array, x: Float64Array): void;
  state(): State;
}

/** Turns a whole frame into a design, row by row by `transformRow`, so that one row and many agree to the bit. */
export function transform(fitted: FittedPreprocessor, frame: Pick<Frame, 'rows' | 'columns'>): Design {
  const { rows, columns } = frame;
  const width = fitted.columns.length;
  const values = new Float64Array(rows * width);
  const raw = new Float64Array(columns.length);
  const x = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < raw.length; i++) raw[i] = columns[i][row];
    fitted.transformRow(raw, x);
    for (let i = 0, at = row; i < width; i++, at += rows) values[at] = x[i];
  }
  return { rows, columns: fitted.columns, values };
}
