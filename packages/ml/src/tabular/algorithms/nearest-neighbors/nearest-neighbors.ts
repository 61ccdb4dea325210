import type { Target } from '../../data/frame.ts';
import { TabularError } from '../../errors.ts';
import { densePreprocessor } from '../../preprocessing/dense.ts';
import type { Design } from '../../preprocessing/design.ts';
import type { Parameters, State } from '../../types.ts';
import type { Algorithm, FittedEstimator } from '../algorithm.ts';
import { numberOf } from '../parameters.ts';
import { createNeighborSearch, type NeighborMetric } from './neighbor-search.ts';

/** A model keeps its training rows. More than this would make it a burden to store and slow to ask. */
const maxMegabytes = 16;

/** The mean, or the shares of the classes, of the training rows that are nearest in standardised columns. */
export const nearestNeighbors: Algorithm = {
  name: 'nearest_neighbors',
  parameters: [
    {
      name: 'neighbors',
      kind: 'integer',
      min: 1,
      max: 1000,
      default: 10,
      description: 'Nearest rows that are averaged.',
    },
    {
      name: 'weights',
      kind: 'choice',
      choices: ['uniform', 'distance'],
      default: 'uniform',
      description: 'Whether neighbours count alike, or by the inverse of their distance.',
    },
    {
      name: 'metric',
      kind: 'choice',
      choices: ['euclidean', 'manhattan'],
      default: 'euclidean',
      description: 'Distance between rows: straight, or summed column by column.',
    },
  ],
  preprocessor: densePreprocessor,
  estimator: { fit, revive },
};

interface Memory {
  /** Rows × columns, row-major. */
  readonly points: Float32Array;
  readonly columns: number;
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly outputs: number;
  readonly neighbors: number;
  readonly byDistance: boolean;
  readonly metric: NeighborMetric;
}

function fit(design: Design, target: Target, parameters: Parameters): FittedEstimator {
  const { rows } = design;
  const columns = design.columns.length;
  refuseTooLarge(rows, columns);
  const points = new Float32Array(rows * columns);
  for (let j = 0, from = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) points[i * columns + j] = design.values[from++];
  }
  return assemble({
    points,
    columns,
    values: target.values.slice(),
    weights: target.weights.slice(),
    outputs: Math.max(1, target.classes),
    neighbors: numberOf(parameters, 'neighbors'),
    byDistance: parameters.weights === 'distance',
    metric: parameters.metric === 'manhattan' ? 'manhattan' : 'euclidean',
  });
}

function refuseTooLarge(rows: number, columns: number): void {
  const megabytes = (rows * (columns * 4 + 16)) / 1_048_576;
  if (megabytes <= maxMegabytes) return;
  const size = `${rows} rows of ${columns} numbers would make one of ${Math.ceil(megabytes)} MB`;
  const message = `A model of nearest neighbours keeps its training rows: ${size}, and ${maxMegabytes} MB is the most. Use fewer rows or columns, or another algorithm.`;
  throw new TabularError('INVALID_OPTION', message, 'algorithm');
}

function assemble(memory: Memory): FittedEstimator {
  const { points, columns, values, weights, outputs, neighbors, byDistance, metric } = memory;
  const k = Math.min(neighbors, values.length);
  const search = createNeighborSearch(points, columns, k, metric);
  const votes = new Float64Array(k);
  return {
    outputs,
    rowCost: points.length,
    predictRow(x, out) {
      const { indices, distances } = search.find(x);
      weigh(votes, distances, byDistance);
      const isWeighted = votes.some((vote, i) => vote * weights[indices[i]] > 0);
      out.fill(0);
      let total = 0;
      for (let i = 0; i < k; i++) {
        const row = indices[i];
        const vote = isWeighted ? votes[i] * weights[row] : votes[i];
        total += vote;
        if (outputs === 1) out[0] += vote * values[row];
        else out[values[row]] += vote;
      }
      for (let o = 0; o < outputs; o++) out[o] /= total;
    },
    state: () => ({
      points,
      values,
      weights,
      outputs,
      columns,
      neighbors,
      weighting: byDistance ? 'distance' : 'uniform',
      metric,
    }),
  };
}

/** Equal votes, or 1 / distance; where some distances are 0, those rows alone vote. */
function weigh(votes: Float64Array, distances: Float32Array, byDistance: boolean): void {
  const exact = byDistance && distances[0] === 0;
  for (let i = 0; i < votes.length; i++) {
    if (!byDistance) votes[i] = 1;
    else if (exact) votes[i] = distances[i] === 0 ? 1 : 0;
    else votes[i] = 1 / distances[i];
  }
}

function revive(state: State): FittedEstimator {
  const { points, values, weights, outputs, columns, neighbors, weighting, metric } = state as Record<
    string,
    State
  >;
  const typed =
    points instanceof Float32Array &&
    values instanceof Float64Array &&
    weights instanceof Float64Array &&
    typeof outputs === 'number' &&
    typeof columns === 'number' &&
    typeof neighbors === 'number' &&
    (metric === 'euclidean' || metric === 'manhattan');
  if (!typed || points.length !== values.length * columns || values.length === 0) {
    throw new TabularError('ARTIFACT_DAMAGED', 'The model file holds no valid nearest neighbours.');
  }
  const byDistance = weighting === 'distance';
  return assemble({ points, values, weights, outputs, columns, neighbors, byDistance, metric });
}
