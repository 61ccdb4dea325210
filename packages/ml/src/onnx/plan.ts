import type { Schema } from '../tabular/types.ts';

/** What an input of a graph takes. */
export type InputType = 'float32' | 'float64' | 'int64' | 'int32' | 'bool' | 'string';

export interface PlannedInput {
  readonly name: string;
  readonly type: InputType;
  /** 1: one value for each row; 2: a row of values for each. */
  readonly rank: 1 | 2;
  /** Of the schema's features, in the order of the columns. */
  readonly features: readonly number[];
}

/** What makes probabilities of an output's numbers; `second`: they are those of the second of two classes already. */
export type Link = 'none' | 'softmax' | 'exp' | 'second';

/** How rows go into a graph and what its outputs are. */
export interface OnnxPlan {
  readonly inputs: readonly PlannedInput[];
  /** The graph takes one row at a time. */
  readonly oneRow: boolean;
  readonly label?: string | undefined;
  readonly scores?: { readonly output: string; readonly link: Link } | undefined;
  readonly value?: string | undefined;
}

/** What a model that was trained elsewhere takes and gives. */
export interface OnnxSignature {
  readonly schema: Schema;
  readonly plan: OnnxPlan;
  readonly producer: string;
  readonly warnings: readonly string[];
}

/** What the person who brings a model says of it, where the file does not. */
export interface ImportWishes {
  readonly features?: readonly string[] | undefined;
  readonly classes?: readonly string[] | undefined;
}
