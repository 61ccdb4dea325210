/** Public types of `@quadrax/ml/tabular`. Plain, read-only data: everything but `Model` may be sent as JSON. */

import type { Model } from './model-types.ts';
import type { ModelExplanation } from './explain/model-explanation.ts';

export type * from './model-types.ts';

// ---------------------------------------------------------------- input

/** A column of a table. Every array holds `rows` entries and is never written to. */
export type Column =
  /** NaN is a missing value; ±Infinity is taken as missing, with a warning. */
  | { readonly name: string; readonly kind: 'numeric'; readonly values: Float64Array }
  /** `codes[i]` indexes `categories`; -1 is a missing value. Booleans come as categories `false`, `true`. */
  | {
      readonly name: string;
      readonly kind: 'categorical';
      readonly codes: Int32Array;
      readonly categories: readonly string[];
    }
  /** Milliseconds since 1970-01-01T00:00:00Z; NaN is a missing value. */
  | { readonly name: string; readonly kind: 'datetime'; readonly values: Float64Array }
  /** Times of day: milliseconds since midnight, from 0 to 86,400,000; NaN is a missing value. */
  | { readonly name: string; readonly kind: 'time'; readonly values: Float64Array }
  /** Free text; null is a missing value. */
  | { readonly name: string; readonly kind: 'text'; readonly values: readonly (string | null)[] };

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

// ---------------------------------------------------------------- options

export type Task = 'classification' | 'regression';

/** What a model is made of. `blend` is a weighted average of others; only `auto` builds it. */
export type AlgorithmName =
  | 'gradient_boosting'
  | 'random_forest'
  | 'extra_trees'
  | 'linear'
  | 'nearest_neighbors'
  | 'neural_network'
  | 'baseline';
export type ModelAlgorithm = AlgorithmName | 'blend';

export type ClassificationMetric = 'accuracy' | 'balancedAccuracy' | 'f1' | 'rocAuc' | 'logLoss';
export type RegressionMetric = 'rmse' | 'mae' | 'r2' | 'pinball' | 'poissonDeviance';
/** What candidates can be compared by. */
export type ScalarMetric = ClassificationMetric | RegressionMetric;

/**
 * Either a share of the rows in (0, 1) that is held out, or k-fold cross-validation with k ≥ 2. With `groups`, rows with
 * the same value in that column are held out together. With `time`, rows are judged by a model of earlier ones.
 */
export type Validation =
  | { readonly holdout: number; readonly groups?: string | undefined; readonly time?: string | undefined }
  | { readonly folds: number; readonly groups?: string | undefined; readonly time?: string | undefined };

export type ParameterValue = number | string | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** `balanced` weighs each class by rows / (classes × rows of the class). */
export type ClassWeights = 'none' | 'balanced' | Readonly<Record<string, number>>;

export interface TrainOptions {
  readonly task: Task;
  readonly target: string;
  /** Names of the feature columns; absent, every column but the target and the weights. */
  readonly features?: readonly string[];
  readonly algorithm: 'auto' | AlgorithmName;
  /** The algorithm's own parameters (`parameterSpecs`); not allowed with `auto`. */
  readonly parameters?: Parameters;
  readonly validation: Validation;
  /**
   * What `auto` compares candidates by and permutation importance is measured in; it changes nothing that is learnt but
   * a threshold of `auto`. Default: `logLoss`, `rmse`, or what the loss asked for minimises.
   */
  readonly metric?: ScalarMetric;
  /** A numeric column (≥ 0) that multiplies each row's loss in training; metrics count every row once. */
  readonly weights?: string;
  /** Classes: what the rows of each count in training, besides their weights. Probabilities follow it. Default `none`. */
  readonly classWeights?: ClassWeights;
  /**
   * Two classes: the one that counts as positive, whose F1, curves and threshold are meant. Default: the rarer where it
   * has less than a fifth of the rows, else the second of `classes`.
   */
  readonly positive?: string;
  /**
   * Two classes: the probability from which a row is labelled as the positive one. `half` takes the likelier; `f1` and
   * `balanced_accuracy` the threshold that is best for it on held-out predictions. `auto`, the default, is one of these
   * two where `metric` is, `half` where that is accuracy; where the rarer class has less than a fifth of the rows, by its F1;
   * else `half` (`thresholdRule`).
   */
  readonly threshold?: 'auto' | ThresholdRule;
  /** Two classes: how probabilities are corrected by what came true of held-out predictions. Default `none`. */
  readonly calibrate?: 'none' | CalibrationMethod;
  readonly seed: number;
  /** Threads that fits on large data may use, default 1. Results do not depend on it. */
  readonly threads?: number;
  /** Time `auto` may take, default 120,000 ms. */
  readonly budgetMs?: number;
  /** Memory `auto` may use, default 4,096 MB: what would take more is not tried. */
  readonly memoryMb?: number;
  /** `auto`: what an earlier search ran, to run the same again whatever the time; of a result's `plan`. */
  readonly plan?: SearchPlan | undefined;
  /** `auto`: what an earlier call with the same data and options finished before it was stopped. */
  readonly finished?: readonly FinishedTrial[] | undefined;
}

/** What a search ran. With the same data, options and seed, it comes to the same result again. */
export interface SearchPlan {
  readonly trials: readonly {
    readonly algorithm: AlgorithmName;
    readonly parameters: Parameters;
    /** Rungs it was judged on, of the first to the last. */
    readonly rungs: number;
  }[];
  /** Whether there was time to average several. */
  readonly ensemble: boolean;
}

/** One candidate on one rung, judged. */
export interface FinishedTrial {
  readonly algorithm: AlgorithmName;
  readonly parameters: Parameters;
  readonly rung: number;
  /** The metric on each fold. */
  readonly scores: readonly number[];
  readonly elapsedMs: number;
}

export interface Progress {
  /** Units of work finished and known; `total` may shrink when the budget ends early. */
  readonly done: number;
  readonly total: number;
  readonly stage: TrainStage;
}
export type TrainStage = 'prepare' | 'validate' | 'refit' | 'explain' | 'done';

export type CalibrationMethod = 'platt' | 'isotonic';
/** How labels of two classes come of probabilities. */
export type ThresholdRule = 'half' | 'f1' | 'balanced_accuracy' | number;
/** Metrics that a threshold can be chosen by. */
export type ThresholdMetric = 'f1' | 'balancedAccuracy';

export interface TrainHooks {
  progress?(progress: Progress): void;
  log?(line: string): void;
  /** Called whenever `auto` has judged a candidate on a rung, in order; not for those that were given as finished. */
  candidate?(entry: LeaderboardEntry): void;
  /** Asked between units of work; true ends training with a `TabularError` of code `ABORTED`. */
  aborted?(): boolean;
  /** Milliseconds; default `Date.now`. */
  now?(): number;
}

// ---------------------------------------------------------------- schema

/** A feature as the model expects it in a record. */
export type FeatureSchema =
  | {
      readonly name: string;
      readonly kind: 'numeric' | 'datetime' | 'time';
      /** True when training saw missing values: the field may then be left out of a record. */
      readonly optional: boolean;
      readonly min: number;
      readonly max: number;
      /** The training median, used by `example()`. */
      readonly example: number;
    }
  | {
      readonly name: string;
      readonly kind: 'categorical';
      readonly optional: boolean;
      /** The categories seen in training; any other is treated as a missing value. */
      readonly categories: readonly string[];
      /** The most frequent category. */
      readonly example: string;
    }
  | {
      readonly name: string;
      readonly kind: 'text';
      readonly optional: boolean;
      /** A text of middling length. */
      readonly example: string;
    };

export interface Schema {
  readonly task: Task;
  readonly target: string;
  readonly features: readonly FeatureSchema[];
  /** Class labels in the order of `probabilities`; empty for regression. Numbers sort by value, the rest by code unit. */
  readonly classes: readonly string[];
}

// ---------------------------------------------------------------- results

export interface Confusion {
  readonly labels: readonly string[];
  /** `matrix[actual][predicted]`, counts of rows. */
  readonly matrix: readonly (readonly number[])[];
}

/** Classification: accuracy … confusion. Regression: the others. A metric that is undefined on the data is absent. */
export interface Metrics {
  readonly accuracy?: number;
  /** Mean recall over the classes present. */
  readonly balancedAccuracy?: number;
  /** Two classes: F1 of the positive one. More: macro average. */
  readonly f1?: number;
  /** Two classes: the same of either. More: macro average of one against the rest. */
  readonly rocAuc?: number;
  readonly logLoss?: number;
  /** Summed over the folds. */
  readonly confusion?: Confusion;
  readonly rmse?: number;
  readonly mae?: number;
  readonly r2?: number;
  /** Of the loss `quantile`, or asked for as the metric: the mean pinball loss at its `alpha`, 0.5 without one. */
  readonly pinball?: number;
  /** With `pinball`: the share of rows that are not above what is predicted. */
  readonly coverage?: number;
  /** Of the loss `poisson`, or asked for as the metric: the mean Poisson deviance. */
  readonly poissonDeviance?: number;
}

/** 95 % intervals, low and high, of metrics on held-out rows. */
export type Intervals = Partial<Record<ScalarMetric | 'coverage', readonly [number, number]>>;

/** One curve for each class that counts as positive: one for two classes, all of them otherwise. */
export interface ClassCurve {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface CalibrationCurve {
  readonly label: string;
  readonly predicted: readonly number[];
  readonly observed: readonly number[];
  readonly count: readonly number[];
}

export interface Residuals {
  /** At most 1,000 sampled rows. */
  readonly points: readonly { readonly predicted: number; readonly actual: number }[];
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] };
}

/** Computed from predictions for rows the predicting model had not seen. */
export interface Curves {
  /** x false positive rate, y true positive rate. */
  readonly roc?: readonly ClassCurve[];
  /** x recall, y precision. */
  readonly pr?: readonly ClassCurve[];
  readonly calibration?: readonly CalibrationCurve[];
  readonly residuals?: Residuals;
  /** Of two classes. */
  readonly threshold?: ThresholdCurve;
  /** Boosting and networks: loss after each iteration or epoch, of the refitted model's early-stopping run. */
  readonly loss?: LossCurve;
}

/** What labelling by other thresholds, of the positive class, would give; thresholds rising. */
export interface ThresholdCurve {
  readonly chosen: number;
  readonly threshold: readonly number[];
  readonly f1: readonly number[];
  readonly balancedAccuracy: readonly number[];
}

export interface LossCurve {
  readonly train: readonly number[];
  /** Empty when early stopping is off. */
  readonly validation: readonly number[];
}

/** `score` and `trainScore` are values of `metric`. */
export interface LearningCurve {
  readonly metric: ScalarMetric;
  readonly points: readonly { readonly rows: number; readonly trainScore: number; readonly score: number }[];
}

/** How much worse the metric becomes when the column is shuffled among held-out rows; higher means more important. */
export interface Importance {
  readonly feature: string;
  readonly value: number;
  readonly std: number;
}

/** Mean and standard deviation (over folds) of the selection metric, best first. */
export interface LeaderboardEntry {
  readonly algorithm: ModelAlgorithm;
  readonly parameters: Parameters;
  readonly metric: ScalarMetric;
  readonly mean: number;
  readonly std: number;
  readonly elapsedMs: number;
  /** The metric on each fold. */
  readonly scores: readonly number[];
  /** `auto`: where it got to. Only candidates on the same rung compare. */
  readonly rung?: Rung | undefined;
}

/** A step of successive halving: the training rows of a fold that candidates are given there. */
export interface Rung {
  /** From 0 to `count` − 1, the last on all rows. */
  readonly index: number;
  readonly count: number;
  readonly rows: number;
}

/** One part of an ensemble. Shares add up to 1. */
export interface EnsembleMember {
  readonly algorithm: AlgorithmName;
  readonly share: number;
  readonly parameters: Parameters;
}

export type WarningCode =
  | 'MISSING_TARGET'
  | 'CONSTANT_TARGET'
  | 'INFINITE_VALUES'
  | 'CONSTANT_COLUMN'
  | 'EMPTY_COLUMN'
  | 'TEXT_COLUMN_IGNORED'
  | 'LIKELY_LEAK'
  | 'RARE_CLASS'
  | 'IMBALANCED'
  | 'NEVER_PREDICTED'
  | 'INVALID_WEIGHT'
  | 'UNWEIGHTED_CLASS'
  | 'BUDGET_REACHED';

export interface Warning {
  readonly code: WarningCode;
  readonly column?: string;
  /** Rows or values concerned. */
  readonly count?: number;
  readonly message: string;
}

/** At most 50,000 rows, a seeded sample where there are more, in the order of the table. */
export interface HeldOut {
  /** Their place in the table, from 0. */
  readonly rows: Int32Array;
  /** Values, or indices into the classes. */
  readonly actual: Float64Array;
  readonly predicted: Float64Array;
  /** Classification: of the class predicted. */
  readonly probability?: Float64Array;
}

/** `rule`: what the threshold was chosen by. */
export interface Labelling {
  readonly positive: string;
  readonly rule: ThresholdRule;
  readonly threshold: number;
}

export interface TrainResult {
  readonly algorithm: ModelAlgorithm;
  readonly parameters: Parameters;
  /** Fitted on every usable row once validation is over. */
  readonly model: Model;
  /** Averaged over the folds, or of the holdout. */
  readonly metrics: Metrics;
  /** Standard deviation over the folds; empty for a holdout. */
  readonly metricsStd: Metrics;
  /** Of `metrics`, by the bootstrap of held-out rows. */
  readonly intervals: Intervals;
  /** Of two classes: the one that counts as positive, and how labels come of its probability. */
  readonly labelling?: Labelling | undefined;
  readonly curves: Curves;
  readonly learningCurve: LearningCurve;
  readonly importance: readonly Importance[];
  /** Of the refitted model; absent where the algorithm gives no way to explain it. */
  readonly explanation?: ModelExplanation;
  /** Every candidate tried, the furthest first and among those the best; one entry unless the algorithm is `auto`. */
  readonly leaderboard: readonly LeaderboardEntry[];
  /** Of a blend: what it averages, the largest share first. */
  readonly members?: readonly EnsembleMember[] | undefined;
  /** `auto`: what was run. */
  readonly plan?: SearchPlan | undefined;
  readonly warnings: readonly Warning[];
  /** What was predicted for rows the predicting model had not seen. */
  readonly heldOut: HeldOut;
  readonly rowsUsed: number;
  readonly rowsDropped: number;
  readonly schema: Schema;
}
