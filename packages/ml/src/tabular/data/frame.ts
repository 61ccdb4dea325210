import type { Documents } from './documents.ts';
import type { FeatureSchema } from '../types.ts';

/**
 * Feature columns as every preprocessor takes them: Float64Arrays of numbers, milliseconds, category indices or
 * document numbers, by the feature's kind; NaN is missing. Nothing writes to a frame once it is made.
 */
export interface Frame {
  readonly rows: number;
  /** What the texts say, whose numbers text columns hold; absent where there is none. */
  readonly documents?: Documents | undefined;
  readonly features: readonly FeatureSchema[];
  readonly columns: readonly Float64Array[];
}

/** What is predicted: class indices (0 … classes − 1) or values, and the weight of each row in training. */
export interface Target {
  /** 0 for regression. */
  readonly classes: number;
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/** A frame and its target; row i of one belongs to row i of the other. */
export interface Dataset {
  readonly frame: Frame;
  readonly target: Target;
}

/** The given rows, in the given order, copied: what is done with the result cannot reach any other row. */
export function takeRows(dataset: Dataset, rows: Int32Array): Dataset {
  const { frame, target } = dataset;
  return {
    frame: takeFrameRows(frame, rows),
    target: {
      classes: target.classes,
      values: gather(target.values, rows),
      weights: gather(target.weights, rows),
    },
  };
}

/** As `takeRows`, of a frame alone. */
export function takeFrameRows(frame: Frame, rows: Int32Array): Frame {
  return {
    rows: rows.length,
    documents: frame.documents,
    features: frame.features,
    columns: frame.columns.map((column) => gather(column, rows)),
  };
}

/** values[rows[0]], values[rows[1]], … */
export function gather(values: Float64Array, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]];
  return taken;
}

/** 0, 1, … count − 1. */
export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
