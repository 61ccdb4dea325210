import type { Target } from '../../data/frame.ts';
import type { Design } from '../../preprocessing/design.ts';
import { type Binning, learnBinning } from '../gradient-boosting/bins.ts';

/** Bins of a column, missing included, at most. */
const maxBins = 255;

/** One column as the trees of a forest see it: a bin for each row, 0 for a missing value. */
export interface ForestColumn {
  readonly binning: Binning;
  readonly bins: Uint8Array;
  /** Numbers: the least and the largest value that training has in each bin. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Bins every column of a design once, for all trees. */
export function binDesign(design: Design, target: Target): ForestColumn[] {
  return design.columns.map((_, index) => {
    const values = design.values.subarray(index * design.rows, (index + 1) * design.rows);
    return binValues(values, learnBinning(design, target, index, maxBins));
  });
}

function binValues(values: Float64Array, binning: Binning): ForestColumn {
  const bins = new Uint8Array(values.length);
  const low = new Float64Array(binning.count).fill(Infinity);
  const high = new Float64Array(binning.count).fill(-Infinity);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value)) continue;
    const bin = binning.kind === 'numeric' ? numberBin(binning.edges, value) : binning.binOf[value];
    bins[row] = bin;
    if (value < low[bin]) low[bin] = value;
    if (value > high[bin]) high[bin] = value;
  }
  // An empty bin lies between its neighbours.
  for (let bin = 2; bin < binning.count; bin++) high[bin] = Math.max(high[bin], high[bin - 1]);
  for (let bin = binning.count - 2; bin > 0; bin--) low[bin] = Math.min(low[bin], low[bin + 1]);
  return { binning, bins, low, high };
}

/** 1 + the number of edges below the value. */
function numberBin(edges: Float64Array, value: number): number {
  let first = 0;
  let length = edges.length;
  while (length > 0) {
    const half = length >> 1;
    if (value > edges[first + half]) {
      first += half + 1;
      length -= half + 1;
    } else length = half;
  }
  return first + 1;
}
