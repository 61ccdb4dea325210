import type { GraphBuilder } from '../../onnx/graph.ts';
import { type Forest, reviveForest } from '../trees/forest.ts';
import type { FeatureSchema, State } from '../types.ts';
import { notExportable } from './onnx-errors.ts';
import { neighborMeans } from './onnx-neighbors.ts';
import type { RawInputs } from './onnx-inputs.ts';
import { type DesignNodes, denseDesign, nativeDesign } from './onnx-preprocessing.ts';
import { treeSums } from './onnx-trees.ts';

/** A fitted pipeline as its state tells it. */
export interface PipelineState {
  readonly algorithm: string;
  readonly preprocessor: State;
  readonly estimator: State;
  readonly outputs: number;
}

/** Adds a pipeline; returns [rows, outputs] doubles: values, or probabilities of the classes. */
export function addPipeline(
  graph: GraphBuilder,
  inputs: RawInputs,
  features: readonly FeatureSchema[],
  { algorithm, preprocessor, estimator, outputs }: PipelineState,
): string {
  const native = (): DesignNodes => nativeDesign(graph, inputs, features, preprocessor);
  const dense = (): DesignNodes => denseDesign(graph, inputs, features, preprocessor);
  switch (algorithm) {
    case 'baseline':
      return constantRows(graph, inputs, estimator);
    case 'linear':
      return linear(graph, dense(), estimator, outputs);
    case 'neural_network':
      return network(graph, dense(), estimator, outputs);
    case 'gradient_boosting':
      return boosting(graph, native(), estimator, outputs);
    case 'random_forest':
    case 'extra_trees':
      return forest(graph, native(), estimator, outputs);
    case 'nearest_neighbors':
      return neighborMeans(graph, inputs, dense(), estimator);
    default:
      throw notExportable(`the algorithm ${algorithm} has no equal in ONNX`);
  }
}

function constantRows(graph: GraphBuilder, inputs: RawInputs, state: State): string {
  const output = state as Float64Array;
  return graph.node('Expand', [graph.constant(output, [1, output.length]), inputs.shape()]);
}

function linear(graph: GraphBuilder, { x, width }: DesignNodes, state: State, outputs: number): string {
  const { weights, intercepts } = state as { weights: Float64Array; intercepts: Float64Array };
  const logits = intercepts.length;
  const w = graph.constant(weights, [logits, width]);
  const scores = graph.node('Gemm', [x, w, graph.constant(intercepts, [logits])], { transB: 1 });
  return outputs === 1 ? scores : probabilities(graph, scores, logits);
}

function network(graph: GraphBuilder, { x, width }: DesignNodes, state: State, outputs: number): string {
  const { layers, scaling } = state as {
    layers: readonly { weights: Float32Array; biases: Float32Array }[];
    scaling: Float64Array;
  };
  let inputs = width;
  const scores = layers.reduce((input, { weights, biases }, i) => {
    const w = graph.constant(Float64Array.from(weights), [inputs, biases.length]);
    inputs = biases.length;
    const sum = graph.node('Gemm', [input, w, graph.constant(Float64Array.from(biases), [inputs])]);
    return i < layers.length - 1 ? graph.node('Relu', [sum]) : sum;
  }, x);
  if (outputs > 1) return graph.node('Softmax', [scores], { axis: 1 });
  const [mean, scale] = scaling;
  const scaled = graph.node('Mul', [scores, graph.constant(Float64Array.of(scale), [])]);
  return graph.node('Add', [scaled, graph.constant(Float64Array.of(mean), [])]);
}

function boosting(graph: GraphBuilder, { x, levels }: DesignNodes, state: State, outputs: number): string {
  const { forest: trees, base, link } = state as { forest: State; base: Float64Array; link?: string };
  const targets = base.length;
  const sums = treeSums(graph, x, reviveForest(trees), {
    targets,
    levels,
    leaf: (value, tree) => [[tree % targets, value]],
  });
  const scores = graph.node('Add', [sums, graph.constant(base, [1, targets])]);
  if (outputs > 1) return probabilities(graph, scores, targets);
  return link === 'log' ? graph.node('Exp', [scores]) : scores;
}

function forest(graph: GraphBuilder, { x, levels }: DesignNodes, state: State, outputs: number): string {
  const { forest: kept, leaves } = state as { forest: State; leaves: Float64Array };
  const trees: Forest = reviveForest(kept);
  const targets = outputs < 3 ? 1 : outputs;
  const sums = treeSums(graph, x, trees, {
    targets,
    levels,
    leaf: (value) =>
      outputs < 3 ? [[0, value]] : Array.from({ length: outputs }, (_, k) => [k, leaves[value + k]]),
  });
  const means = graph.node('Div', [sums, graph.constant(Float64Array.of(trees.roots.length), [])]);
  return outputs === 2 ? withComplement(graph, means) : means;
}

/** As `logitsToProbabilities`. */
function probabilities(graph: GraphBuilder, scores: string, logits: number): string {
  if (logits > 1) return graph.node('Softmax', [scores], { axis: 1 });
  return withComplement(graph, graph.node('Sigmoid', [scores]));
}

/** [1 − p, p]. */
export function withComplement(graph: GraphBuilder, second: string): string {
  const first = graph.node('Sub', [graph.constant(Float64Array.of(1), []), second]);
  return graph.node('Concat', [first, second], { axis: 1 });
}
