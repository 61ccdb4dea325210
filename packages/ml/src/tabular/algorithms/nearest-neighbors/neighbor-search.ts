import { loadNeighborKernels } from '../../../kernels/neighbor-kernels.ts';

export type NeighborMetric = 'euclidean' | 'manhattan';

/** Finds neighbours of one query at a time; what it returns is overwritten by the next. */
export interface NeighborSearch {
  /** Indices of the nearest points, the nearest first, and their distances. `query`: one number for each dimension. */
  find(query: Float64Array): { readonly indices: Uint32Array; readonly distances: Float32Array };
}

const blockPoints = 8;
/** Where padding lies; queries are kept far nearer, so that no sum of squares overflows. */
const farAway = 1e18;
const limit = 1e15;

/** Looks at every point (n × dimensions, row-major). `k` is at most n. */
export function createNeighborSearch(
  points: Float32Array,
  dimensions: number,
  k: number,
  metric: NeighborMetric,
): NeighborSearch {
  if (dimensions === 0) return createSearchOfEquals(k);
  const count = points.length / dimensions;
  const blocks = Math.ceil(count / blockPoints);
  // The first kilobyte is the kernels' own.
  const queryAt = 1024;
  const distancesAt = queryAt + Math.ceil(dimensions / 4) * 16;
  const indicesAt = distancesAt + 4 * k;
  const pointsAt = Math.ceil((indicesAt + 4 * k) / 16) * 16;
  const numbers = blocks * blockPoints * dimensions;
  const { kernels, buffer } = loadNeighborKernels(pointsAt + 4 * numbers);
  fillBlocks(new Float32Array(buffer, pointsAt, numbers), points, dimensions);
  const query = new Float32Array(buffer, queryAt, dimensions);
  const distances = new Float32Array(buffer, distancesAt, k);
  const indices = new Uint32Array(buffer, indicesAt, k);
  const manhattan = metric === 'manhattan' ? 1 : 0;
  return {
    find(given) {
      for (let j = 0; j < dimensions; j++) query[j] = Math.max(-limit, Math.min(limit, given[j]));
      distances.fill(Infinity);
      kernels.nearest(pointsAt, blocks, dimensions, queryAt, k, manhattan, distancesAt, indicesAt);
      if (manhattan === 0) for (let i = 0; i < k; i++) distances[i] = Math.sqrt(distances[i]);
      return { indices, distances };
    },
  };
}

/** Without a column all points are as near: the first of them, as among others that are. */
function createSearchOfEquals(k: number): NeighborSearch {
  const found = { indices: Uint32Array.from({ length: k }, (_, i) => i), distances: new Float32Array(k) };
  return { find: () => found };
}

function fillBlocks(blocked: Float32Array, points: Float32Array, dimensions: number): void {
  blocked.fill(farAway);
  for (let i = 0, from = 0; from < points.length; i++) {
    const lane = i % blockPoints;
    const first = (i - lane) * dimensions + lane;
    for (let j = 0; j < dimensions; j++) blocked[first + j * blockPoints] = points[from++];
  }
}
