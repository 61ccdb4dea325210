import type { Design } from '../preprocessing/design.ts';
import type { Preprocessor } from '../preprocessing/preprocessor.ts';
import type { Target } from '../data/frame.ts';
import type { DesignAttribution } from '../explain/attribution.ts';
import type { AlgorithmName, LossCurve, Parameters, State } from '../types.ts';
import type { ParameterSpec } from './parameters.ts';

/** What an estimator may need besides the data. */
export interface FitContext {
  readonly seed: number;
  /** Throws `ABORTED` when training shall end; called between units of work. */
  readonly checkAborted: () => void;
  /** Threads that a fit may use; results do not depend on it. Absent: one. */
  readonly threads?: number;
}

/** A learner on a design matrix. `fit` must not keep or change what it is given. */
export interface Estimator {
  fit(design: Design, target: Target, parameters: Parameters, context: FitContext): FittedEstimator;
  /** The estimator whose `state()` this is. */
  revive(state: State): FittedEstimator;
}

export interface FittedEstimator {
  /** 1 for regression, else the number of classes. */
  readonly outputs: number;
  /** About how many multiplications a prediction takes, where they are very many. */
  readonly rowCost?: number | undefined;
  /** `x`: one row of the design. Writes the value or the probabilities; allocates nothing. */
  predictRow(x: Float64Array, out: Float64Array): void;
  /** A quicker way for many rows, the same to the bit, where there is one. `width`: columns of the design. */
  openBlocks?(width: number): BlockPredictor | undefined;
  /** Exact Shapley values, where the estimator has a quick way to them. */
  readonly attribution?: DesignAttribution;
  state(): State;
  /** Parameters that the estimator chose by itself, in place of those it was given. */
  readonly chosen?: Parameters;
  readonly loss?: LossCurve;
}

/** Predicts rows by the block; to be done with before the next is opened. */
export interface BlockPredictor {
  /** Rows that a block has at most. */
  readonly capacity: number;
  /** Design rows, one after the other. */
  readonly x: Float64Array;
  /** Writes what is predicted of the first `rows` rows: rows × outputs. */
  predict(rows: number, out: Float64Array): void;
}

/** One folder under `algorithms/` each; `registry.ts` lists them. */
export interface Algorithm {
  readonly name: AlgorithmName;
  readonly parameters: readonly ParameterSpec[];
  readonly preprocessor: Preprocessor;
  readonly estimator: Estimator;
}
