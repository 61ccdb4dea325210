import type { GraphBuilder } from '../../onnx/graph.ts';
import type { State } from '../types.ts';
import type { RawInputs } from './onnx-inputs.ts';
import type { DesignNodes } from './onnx-preprocessing.ts';

const float = 1;
const int64 = 7;
const double = 11;

interface Memory {
  /** Rows × columns, row-major. */
  readonly points: Float32Array;
  readonly columns: number;
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly outputs: number;
  readonly neighbors: number;
  readonly weighting: string;
  readonly metric: string;
}

/** Queries are kept within this, as in `createNeighborSearch`. */
const limit = 1e15;

/**
 * The weighted mean, or shares of the classes, of the nearest training rows: [rows, outputs] doubles.
 *
 * Distances are summed in floats, column by column, as the search does: so every distance is the same to the last bit,
 * and rows at the same distance are still at the same distance. Of these the operator too takes the earlier first. The
 * graph holds [rows asked, rows kept] floats while it runs: many rows are best asked in several calls.
 */
export function neighborMeans(
  graph: GraphBuilder,
  inputs: RawInputs,
  design: DesignNodes,
  state: State,
): string {
  const memory = state as unknown as Memory;
  const { values, outputs } = memory;
  const { indices, distances } = nearest(graph, inputs, design, memory);
  const votes = weighted(graph, memory, indices, votesOf(graph, memory, distances));
  const ofRows = graph.node('Gather', [graph.constant(values, [values.length]), indices]);
  const axis = graph.constant(BigInt64Array.of(1n), [1]);
  const sums =
    outputs === 1
      ? graph.node('ReduceSum', [graph.node('Mul', [votes, ofRows]), axis])
      : sumsOfClasses(graph, inputs, { votes, classes: ofRows, count: outputs });
  return graph.node('Div', [sums, graph.node('ReduceSum', [votes, axis])]);
}

/** [rows, k]: integers, the training rows that are nearest, the nearest first, and doubles, how far they are. */
function nearest(
  graph: GraphBuilder,
  inputs: RawInputs,
  { x }: DesignNodes,
  { points, columns, values, neighbors, metric }: Memory,
): { indices: string; distances: string } {
  const bounds = [-limit, limit].map((bound) => graph.constant(Float64Array.of(bound), []));
  const query = graph.node('Cast', [graph.node('Clip', [x, ...bounds])], { to: float });
  const rows = values.length;
  const none = graph.node('Expand', [graph.constant(new Float32Array(rows), [1, rows]), inputs.shape()]);
  const kept = graph.constant(points, [rows, columns]);
  const axis = graph.constant(BigInt64Array.of(1n), [1]);
  const manhattan = metric === 'manhattan';
  const sums = graph.overColumns(none, [query, kept], 'float', (step, sum, [asked, own]) => {
    const gap = step.node('Sub', [step.node('Unsqueeze', [asked, axis]), own]);
    const part = manhattan ? step.node('Abs', [gap]) : step.node('Mul', [gap, gap]);
    return step.node('Add', [sum, part]);
  });
  const k = graph.constant(BigInt64Array.of(BigInt(Math.min(neighbors, rows))), [1]);
  const [least, indices] = graph.outputsOf('TopK', [sums, k], 2, { axis: 1, largest: 0, sorted: 1 });
  const distances = graph.node('Cast', [least], { to: double });
  if (manhattan) return { indices, distances };
  // A root of doubles, rounded to floats, is the exact root of floats on any machine.
  const roots = graph.node('Cast', [graph.node('Sqrt', [distances])], { to: float });
  return { indices, distances: graph.node('Cast', [roots], { to: double }) };
}

/** As `weigh`: [rows, k] doubles. */
function votesOf(graph: GraphBuilder, { weighting }: Memory, distances: string): string {
  const one = graph.constant(Float64Array.of(1), []);
  if (weighting !== 'distance') return graph.node('Expand', [one, graph.node('Shape', [distances])]);
  const same = graph.node('Equal', [distances, graph.constant(Float64Array.of(0), [])]);
  const first = graph.constant(BigInt64Array.of(0n), [1]);
  const exact = graph.node('Gather', [same, first], { axis: 1 });
  const alone = graph.node('Cast', [same], { to: double });
  return graph.node('Where', [exact, alone, graph.node('Div', [one, distances])]);
}

/** Votes times the weights of the training rows, but for rows whose neighbours all weigh nothing. */
function weighted(graph: GraphBuilder, { weights }: Memory, indices: string, votes: string): string {
  if (weights.every((weight) => weight === 1)) return votes;
  const own = graph.node('Gather', [graph.constant(weights, [weights.length]), indices]);
  const products = graph.node('Mul', [votes, own]);
  const most = graph.node('ReduceMax', [products, graph.constant(BigInt64Array.of(1n), [1])]);
  const counts = graph.node('Greater', [most, graph.constant(Float64Array.of(0), [])]);
  return graph.node('Where', [counts, products, votes]);
}

/** Votes summed by class, in the order of the neighbours: [rows, count] doubles. */
function sumsOfClasses(
  graph: GraphBuilder,
  inputs: RawInputs,
  { votes, classes, count }: { votes: string; classes: string; count: number },
): string {
  const none = graph.node('Expand', [graph.constant(new Float64Array(count), [1, count]), inputs.shape()]);
  const columns = graph.node('Cast', [classes], { to: int64 });
  return graph.node('ScatterElements', [none, columns, votes], { axis: 1, reduction: 'add' });
}
