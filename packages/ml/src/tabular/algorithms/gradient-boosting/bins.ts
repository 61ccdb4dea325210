import type { Target } from '../../data/frame.ts';
import type { Design } from '../../preprocessing/design.ts';
import { sortNumbers } from '../../../order/order.ts';

/** How a column's values become bins 1 … count − 1; bin 0 is for missing values. */
export type Binning =
  /** Bin b holds edges[b − 2] < value ≤ edges[b − 1]. */
  | { readonly kind: 'numeric'; readonly count: number; readonly edges: Float64Array }
  /** The bin of each category; 0 for one the training rows had not. */
  | { readonly kind: 'categorical'; readonly count: number; readonly binOf: Uint8Array };

/** Distinct values are sought in at most this many rows, evenly spaced. */
const maxSampledRows = 32_768;
/** Of more categories than bins, those with fewer rows than this share a bin. */
const minGroupedRows = 10;
/** Rows of the overall mean that are added to a category's before it is grouped. */
const groupSmoothing = 20;

/** Learns at most `maxBins` (≤ 255) bins, missing one included, from column `index` of a design. */
export function learnBinning(design: Design, target: Target, index: number, maxBins: number): Binning {
  const column = design.columns[index];
  const values = design.values.subarray(index * design.rows, (index + 1) * design.rows);
  if (column.kind === 'numeric') return binNumbers(values, maxBins);
  return binCategories(values, column.categories, target, maxBins);
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
  return sortNumbers(taken.subarray(0, count));
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

function binCategories(values: Float64Array, categories: number, target: Target, maxBins: number): Binning {
  const counts = new Int32Array(categories);
  for (const value of values) if (!Number.isNaN(value)) counts[value]++;
  const seen = Array.from(counts.keys()).filter((category) => counts[category] > 0);
  seen.sort((a, b) => counts[b] - counts[a] || a - b);
  const binOf = new Uint8Array(categories);
  if (seen.length < maxBins) {
    seen.forEach((category, rank) => (binOf[category] = rank + 1));
    return { kind: 'categorical', count: seen.length + 1, binOf };
  }
  // The more frequent half of the bins is for one category each; the others are grouped by what they say.
  const single = maxBins >> 1;
  seen.slice(0, single).forEach((category, rank) => (binOf[category] = rank + 1));
  const rest = seen.slice(single);
  const often = rest.filter((category) => counts[category] >= minGroupedRows);
  const means = smoothedMeans(values, categories, target);
  often.sort((a, b) => means[a] - means[b] || a - b);
  const groups = maxBins - 2 - single;
  const rows = often.reduce((sum, category) => sum + counts[category], 0);
  let passed = 0;
  for (const category of often) {
    binOf[category] = single + 1 + Math.floor((passed / rows) * groups);
    passed += counts[category];
  }
  for (const category of rest) if (counts[category] < minGroupedRows) binOf[category] = maxBins - 1;
  return { kind: 'categorical', count: maxBins, binOf };
}

/** Mean target of each category, or its share of the most frequent class, drawn towards that of all rows. */
function smoothedMeans(values: Float64Array, categories: number, target: Target): Float64Array {
  const said = target.classes === 0 ? target.values : frequentClass(target);
  const sums = new Float64Array(categories);
  const totals = new Float64Array(categories);
  let sum = 0;
  let total = 0;
  values.forEach((category, row) => {
    const weight = target.weights[row];
    sum += weight * said[row];
    total += weight;
    if (Number.isNaN(category)) return;
    sums[category] += weight * said[row];
    totals[category] += weight;
  });
  const added = (groupSmoothing * total) / values.length;
  return sums.map((own, k) => (own + (added * sum) / total) / (totals[k] + added));
}

/** 1 where a row is of the class that most rows are of, else 0. */
function frequentClass({ classes, values }: Target): Float64Array {
  const counts = new Int32Array(classes);
  for (const value of values) counts[value]++;
  const most = counts.indexOf(Math.max(...counts));
  return values.map((value) => (value === most ? 1 : 0));
}
