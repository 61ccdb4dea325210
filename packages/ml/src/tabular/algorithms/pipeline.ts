import type { Documents } from '../data/documents.ts';
import type { Dataset, Target } from '../data/frame.ts';
import type { Attribution } from '../explain/attribution.ts';
import { transformTraining } from '../preprocessing/preprocessor.ts';
import type { FittedPreprocessor } from '../preprocessing/preprocessor.ts';
import type { FittedPipeline, LossCurve, Parameters } from '../types.ts';
import type { Algorithm, BlockPredictor, FitContext, FittedEstimator } from './algorithm.ts';

/** A fitted pipeline and what fitting it told. */
export interface PipelineFit {
  readonly fitted: FittedPipeline;
  readonly parameters: Parameters;
  readonly loss: LossCurve | undefined;
}

/** How to fit: everything but the rows. */
export interface PipelineSpec {
  readonly algorithm: Algorithm;
  readonly parameters: Parameters;
  /** Indexed like the target's classes when given by class. */
  readonly classWeights: 'none' | 'balanced' | readonly number[];
}

/**
 * Fits preprocessing, then the estimator, on the rows of `dataset`: the only rows either of them is ever shown.
 */
export function fitPipeline(spec: PipelineSpec, dataset: Dataset, context: FitContext): PipelineFit {
  const { algorithm, parameters } = spec;
  const target = weighClasses(dataset.target, spec.classWeights);
  const { crossFitted = [], ...preprocessor } = algorithm.preprocessor.fit(dataset.frame, target);
  const design = transformTraining(preprocessor, crossFitted, dataset.frame);
  const estimator = algorithm.estimator.fit(design, target, parameters, context);
  return {
    fitted: joinPipeline(preprocessor, estimator, dataset.frame.documents),
    parameters: { ...parameters, ...estimator.chosen },
    loss: estimator.loss,
  };
}

/** Fewer rows are done one by one before blocks are made ready. */
const fewRows = 64;

/** Preprocessing and estimator as one. Its rows share two scratch arrays, so that predicting allocates nothing. */
export function joinPipeline(
  preprocessor: FittedPreprocessor,
  estimator: FittedEstimator,
  documents: Documents | undefined,
): FittedPipeline {
  const { outputs } = estimator;
  const x = new Float64Array(preprocessor.columns.length);
  const predictRow = (raw: Float64Array, out: Float64Array): void => {
    preprocessor.transformRow(raw, x);
    estimator.predictRow(x, out);
  };
  return {
    outputs,
    documents,
    meanTargets: preprocessor.meanTargets,
    rowCost: estimator.rowCost,
    predictRow,
    attribution() {
      const attribution = estimator.attribution?.(preprocessor.features);
      return attribution && explainRaw(preprocessor, attribution);
    },
    predict(columns, rows) {
      const blocks = rows < fewRows ? undefined : estimator.openBlocks?.(x.length);
      if (!blocks) return predictRows(predictRow, columns, rows, outputs);
      return predictBlocks(preprocessor, blocks, columns, rows, outputs);
    },
    state: () => ({ preprocessor: preprocessor.state(), estimator: estimator.state() }),
  };
}

/** The attribution of raw rows: each is made a design row first. */
function explainRaw(preprocessor: FittedPreprocessor, attribution: Attribution): Attribution {
  const x = new Float64Array(preprocessor.columns.length);
  return {
    ...attribution,
    attribute(raw, phi) {
      preprocessor.transformRow(raw, x);
      attribution.attribute(x, phi);
    },
  };
}

/** Runs a row predictor over columns; returns rows × outputs. */
function predictRows(
  predictRow: FittedPipeline['predictRow'],
  columns: readonly Float64Array[],
  rows: number,
  outputs: number,
): Float64Array {
  const raw = new Float64Array(columns.length);
  const out = new Float64Array(outputs);
  const all = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < raw.length; i++) raw[i] = columns[i][row];
    predictRow(raw, out);
    all.set(out, row * outputs);
  }
  return all;
}

/** As `predictRows`, block by block. */
function predictBlocks(
  preprocessor: FittedPreprocessor,
  blocks: BlockPredictor,
  columns: readonly Float64Array[],
  rows: number,
  outputs: number,
): Float64Array {
  const raw = new Float64Array(columns.length);
  const x = new Float64Array(preprocessor.columns.length);
  const all = new Float64Array(rows * outputs);
  for (let from = 0; from < rows; from += blocks.capacity) {
    const to = Math.min(rows, from + blocks.capacity);
    for (let row = from; row < to; row++) {
      for (let i = 0; i < raw.length; i++) raw[i] = columns[i][row];
      preprocessor.transformRow(raw, x);
      blocks.x.set(x, (row - from) * x.length);
    }
    blocks.predict(to - from, all.subarray(from * outputs, to * outputs));
  }
  return all;
}

function weighClasses(target: Target, classWeights: PipelineSpec['classWeights']): Target {
  const { classes, values, weights } = target;
  if (classes === 0 || classWeights === 'none') return target;
  const factors = classWeights === 'balanced' ? balancedWeights(target) : classWeights;
  return { classes, values, weights: weights.map((weight, row) => weight * factors[values[row]]) };
}

function balancedWeights({ classes, values }: Target): number[] {
  const counts = new Float64Array(classes);
  for (const value of values) counts[value]++;
  const present = counts.filter((count) => count > 0).length;
  return Array.from(counts, (count) => (count > 0 ? values.length / (present * count) : 0));
}
