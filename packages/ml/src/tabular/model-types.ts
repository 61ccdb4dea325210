/** Public types of a fitted model and of what it predicts. */

import type { Attribution } from './explain/attribution.ts';
import type { Documents } from './data/documents.ts';
import type { ModelAlgorithm, Parameters, Schema, Table } from './types.ts';

/** A fitted model in memory. Keep it by `encodeModel`; use it by `createPredictor`. */
export interface Model {
  readonly libraryVersion: string;
  readonly seed: number;
  readonly algorithm: ModelAlgorithm;
  readonly parameters: Parameters;
  readonly schema: Schema;
  /** Of two classes, where it is not the likelier one by probabilities as they are. */
  readonly decision?: Decision;
  /** Preprocessing and estimator; an implementation matter of this package. */
  readonly fitted: FittedPipeline;
  /** Training rows that explanations by sampling set a row against: rows × features, row-major. */
  readonly background?: Float64Array | undefined;
}

/** How probabilities of two classes are corrected and then become labels. */
export interface Decision {
  /** The corrected probability of the second class from which a row is labelled so. */
  readonly threshold: number;
  readonly calibration?: Calibration;
}

/** A logistic curve of the log odds, or a rising curve through the points x, y. */
export type Calibration =
  | { readonly method: 'platt'; readonly slope: number; readonly intercept: number }
  | { readonly method: 'isotonic'; readonly x: readonly number[]; readonly y: readonly number[] };

/**
 * Raw rows to predictions. A raw row holds, for each feature of the schema in order, the number, the milliseconds or
 * the category's index or the number of a document; NaN is missing. Outputs: one value for regression, a probability for each class otherwise.
 */
export interface FittedPipeline {
  readonly outputs: number;
  /** Where texts are put before they are predicted by number, and taken out again after. */
  readonly documents?: Documents | undefined;
  /** Indices of features that have so many categories that their mean target is used. */
  readonly meanTargets?: readonly number[] | undefined;
  /** About how many multiplications a prediction takes, where they are very many. */
  readonly rowCost?: number | undefined;
  predictRow(raw: Float64Array, out: Float64Array): void;
  /** Returns rows × outputs, row-major. */
  predict(columns: readonly Float64Array[], rows: number): Float64Array;
  /** Exact Shapley values of the features of a raw row, where there is a quick way to them. */
  attribution?(): Attribution | undefined;
  state(): State;
}

/** What the artifact can hold: JSON with typed arrays in it. Numbers in it are finite; put others in an array. */
export type State =
  | null
  | boolean
  | number
  | string
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | readonly State[]
  | { readonly [key: string]: State };

/** `label` and `probabilities` for classification, `value` for regression. */
export interface Prediction {
  label?: string;
  probabilities?: Record<string, number>;
  value?: number;
  /** Features with a category that training had not, which counts as missing; absent where there is none. */
  unseen?: string[];
}

export interface TablePrediction {
  /** Classification: the index into `schema.classes` of the label of each row: the likeliest, or by the threshold. */
  readonly labels?: Int32Array;
  /** Classification: rows × classes, row-major. */
  readonly probabilities?: Float64Array;
  /** Regression. */
  readonly values?: Float64Array;
}

export type RecordValue = number | string | boolean | null;

/** Looks on while rows are predicted. Must not keep `raw`, which is used again for the next row. */
export interface Observer {
  /** @param raw a value for each feature, as `FittedPipeline` takes them; @param answer the value, or the index of the label */
  observe(record: Readonly<Record<string, unknown>>, raw: Float64Array, answer: number): void;
}

export interface Predictor {
  readonly schema: Schema;
  /** About how many multiplications, and steps that take about as long, a row takes. */
  readonly rowCost: number;
  /** Predicts without checking: see `checkRecord`. A value it cannot use counts as missing. */
  predictRow(record: Readonly<Record<string, unknown>>, observer?: Observer): Prediction;
  /** Columns are found by name; a feature that is absent counts as missing in every row. */
  predictTable(table: Table): TablePrediction;
  /** A record this model accepts: training medians and most frequent categories. */
  example(): Record<string, RecordValue>;
}

export interface RecordIssue {
  readonly field: string;
  readonly code: 'MISSING' | 'UNKNOWN' | 'WRONG_TYPE';
  readonly message: string;
}
