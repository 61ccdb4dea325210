import type { Design, DesignColumn } from '../../preprocessing/design.ts';

/** How a column's values become bins 1 … count − 1; bin 0 is for missing values. */
export type Binning =
  /** Bin b holds edges[b − 2] < value ≤ edges[b − 1]. */
  | { readonly kind: 'numeric'; readonly count: number; readonly edges: Float64Array }
  /** The bin of each category; 0 for one the training rows had not. */
  | { readonly kind: 'categorical'; readonly count: number; readonly binOf: Uint8Array };

/** Distinct values are sought in at most this many rows, evenly spaced. */
const maxSampledRows = 200_000;

/** Learns at most `maxBins` (≤ 255) bins, missing one included, from column `index` of a design. */
export function learnBinning(design: Design, index: number, maxBins: number): Binning {
  const column = design.columns[index];
  const values = design.values.subarray(index * design.rows, (index + 1) * design.rows);
  return column.kind === 'numeric' ? binNumbers(values, maxBins) : binCategories(values, column, maxBins);
}

function binNumbers(values: Float64Array, maxBins: number): Binning {
  const sorted = sampleSorted(values);
  const distinct = distinctOf(sorted);
  const edges = distinct.length < maxBins ? midpoints(distinct) : quantileEdges(sorted, maxBins - 1);
  return { kind: 'numeric', count: edges.length + 2, edges };
}

function sampleSorted(values: Float64Array): Float64Array {
  const step = Math.max(1, values.length / maxSampledRows);
  const taken = new Float64Array(Math.min(values.length, maxSampledRows));
  let count = 0;
  for (let i = 0; i < taken.length; i++) {
    const value = values[Math.floor(i * step)];
    if (!Number.isNaN(value)) taken[count++] = value;
  }
  return taken.subarray(0, count).sort();
}

function distinctOf(sorted: Float64Array): Float64Array {
  const distinct = new Float64Array(sorted.length);
  let count = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) distinct[count++] = sorted[i];
  }
  return distinct.subarray(0, count);
}

function midpoints(distinct: Float64Array): Float64Array {
  return Float64Array.from({ length: Math.max(0, distinct.length - 1) }, (_, i) =>
    between(distinct[i], distinct[i + 1]),
  );
}

function quantileEdges(sorted: Float64Array, bins: number): Float64Array {
  const edges: number[] = [];
  for (let q = 1; q < bins; q++) {
    const at = Math.floor((q * sorted.length) / bins);
    const edge = between(sorted[at - 1], sorted[at]);
    if (edges.length === 0 || edge > edges[edges.length - 1]) edges.push(edge);
  }
  return Float64Array.from(edges);
}

/** A threshold t with low ≤ t < high, halfway where rounding allows. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

function binCategories(
  values: Float64Array,
  { categories }: Extract<DesignColumn, { kind: 'categorical' }>,
  maxBins: number,
): Binning {
  const counts = new Int32Array(categories);
  for (const value of values) if (!Number.isNaN(value)) counts[value]++;
  const seen = Array.from(counts.keys()).filter((category) => counts[category] > 0);
  seen.sort((a, b) => counts[b] - counts[a] || a - b);
  const binOf = new Uint8Array(categories);
  // The rarest share the last bin when there are more than fit.
  seen.forEach((category, rank) => (binOf[category] = Math.min(rank + 1, maxBins - 1)));
  return { kind: 'categorical', count: Math.min(seen.length, maxBins - 1) + 1, binOf };
}
