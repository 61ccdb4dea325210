import type { Target } from '../../data/frame.ts';
import { TabularError } from '../../errors.ts';
import { densePreprocessor } from '../../preprocessing/dense.ts';
import type { Design } from '../../preprocessing/design.ts';
import type { Parameters, State } from '../../types.ts';
import type { Algorithm, FitContext, FittedEstimator } from '../algorithm.ts';
import { weightedMean } from '../baseline/baseline.ts';
import { numberOf, type ParameterSpec } from '../parameters.ts';
import type { Layer } from './network.ts';
import { softmaxAt, trainNetwork, type TrainingSettings } from './network-training.ts';

const parameters: readonly ParameterSpec[] = [
  integer('layers', 1, 3, 1, 'Hidden layers.'),
  integer('units', 1, 1024, 100, 'Units of each hidden layer.'),
  integer('epochs', 1, 10_000, 200, 'Times that training goes through the rows at most.'),
  number('learningRate', 1e-6, 1, 1e-3, 'Size of the steps.'),
  {
    name: 'batchRows',
    kind: 'integer',
    min: 1,
    max: 10_000,
    default: 'auto',
    description: 'Rows of a step; auto: 32 below 10,000 rows, else 128.',
  },
  number('l2', 0, 10, 1e-4, 'Penalty on squared weights.'),
  number('dropout', 0, 0.9, 0, 'Share of the hidden units that each step leaves out.'),
  {
    name: 'earlyStopping',
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    description: 'End when the loss on a share of the training rows stops falling.',
  },
  integer('patience', 1, 1000, 15, 'Epochs without improvement before stopping.'),
  number('validationShare', 0.01, 0.5, 0.1, 'Share of the training rows watched by early stopping.'),
];

/** Fewer rows than this are not split for early stopping. */
const minStoppingRows = 50;

/** A multilayer perceptron on standardised columns, trained by Adam. */
export const neuralNetwork: Algorithm = {
  name: 'neural_network',
  parameters,
  preprocessor: densePreprocessor,
  estimator: { fit, revive },
};

function fit(design: Design, target: Target, given: Parameters, context: FitContext): FittedEstimator {
  const { classes, values, weights } = target;
  const mean = classes > 0 ? 0 : weightedMean(values, weights);
  const squares = values.map((value) => (value - mean) ** 2);
  const scale = classes > 0 ? 1 : Math.sqrt(weightedMean(squares, weights)) || 1;
  const scaled = classes > 0 ? values : values.map((value) => (value - mean) / scale);
  const standardised: Target = { classes, weights, values: scaled };
  const { layers, loss, epochs } = trainNetwork(
    design,
    standardised,
    settingsOf(given, design.rows),
    context,
  );
  return { ...assemble({ layers, mean, scale, outputs: Math.max(1, classes) }), loss, chosen: { epochs } };
}

function settingsOf(given: Parameters, rows: number): TrainingSettings {
  const stops = given.earlyStopping === 'on' && rows >= minStoppingRows;
  return {
    hidden: Array.from({ length: numberOf(given, 'layers') }, () => numberOf(given, 'units')),
    epochs: numberOf(given, 'epochs'),
    rate: numberOf(given, 'learningRate'),
    batchRows: given.batchRows === 'auto' ? (rows < 10_000 ? 32 : 128) : numberOf(given, 'batchRows'),
    l2: numberOf(given, 'l2'),
    dropout: numberOf(given, 'dropout'),
    patience: numberOf(given, 'patience'),
    heldShare: stops ? numberOf(given, 'validationShare') : 0,
  };
}

interface FittedNetwork {
  readonly layers: readonly Layer[];
  /** Of the target of regression. */
  readonly mean: number;
  readonly scale: number;
  readonly outputs: number;
}

function assemble({ layers, mean, scale, outputs }: FittedNetwork): FittedEstimator {
  const units = layers.map(({ biases }) => new Float64Array(biases.length));
  return {
    outputs,
    rowCost: layers.reduce((cost, { weights }) => cost + weights.length, 0),
    predictRow(x, out) {
      let input: Float64Array = x;
      for (let i = 0; i < layers.length; i++) {
        applyLayer(layers[i], input, units[i], i < layers.length - 1);
        input = units[i];
      }
      out.set(input);
      if (outputs === 1) out[0] = mean + scale * out[0];
      else softmaxAt(out, 0, outputs);
    },
    state: () => ({
      layers: layers.map(({ weights, biases }) => ({ weights, biases })),
      scaling: Float64Array.of(mean, scale),
      outputs,
    }),
  };
}

function applyLayer(
  { weights, biases }: Layer,
  x: Float64Array,
  out: Float64Array,
  rectified: boolean,
): void {
  out.set(biases);
  const width = out.length;
  for (let i = 0, at = 0; i < x.length; i++) {
    const value = x[i];
    for (let o = 0; o < width; o++, at++) out[o] += value * weights[at];
  }
  if (rectified) for (let o = 0; o < width; o++) if (!(out[o] > 0)) out[o] = 0;
}

function revive(state: State): FittedEstimator {
  const { layers, scaling, outputs } = state as Record<string, State>;
  if (!Array.isArray(layers) || !(scaling instanceof Float64Array) || typeof outputs !== 'number')
    throw damaged();
  const read = layers.map((layer: State): Layer => {
    const { weights, biases } = layer as Record<string, State>;
    if (weights instanceof Float32Array && biases instanceof Float32Array) return { weights, biases };
    throw damaged();
  });
  const [mean, scale] = scaling;
  if (read.at(-1)?.biases.length !== outputs) throw damaged();
  return assemble({ layers: read, mean, scale, outputs });
}

function damaged(): TabularError {
  return new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid neural network.');
}

function integer(name: string, min: number, max: number, value: number, description: string): ParameterSpec {
  return { name, kind: 'integer', min, max, default: value, description };
}

function number(name: string, min: number, max: number, value: number, description: string): ParameterSpec {
  return { name, kind: 'number', min, max, default: value, description };
}
