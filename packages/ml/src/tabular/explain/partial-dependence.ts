import type { FeatureSchema, Model } from '../types.ts';
import type { Frame } from '../data/frame.ts';
import { sortedPresent } from '../../order/order.ts';

/** How predictions follow one feature while all else stays as it is in real rows. */
export interface PartialDependence {
  readonly feature: string;
  /** Numbers or milliseconds, rising, or categories. */
  readonly grid: readonly (number | string)[];
  /** The mean over the rows (Friedman 2001), of each label: what is predicted at each grid point. */
  readonly mean: readonly (readonly number[])[];
  /** Single rows (individual conditional expectation, Goldstein et al. 2015): for each label, lines of grid points. */
  readonly lines: readonly (readonly (readonly number[])[])[];
}

export interface DependenceOptions {
  /** Indices of the features. */
  readonly features: readonly number[];
  /** The outputs that are followed: of the classes explained, or 0. */
  readonly outputs: readonly number[];
  readonly checkAborted: () => void;
}

const gridPoints = 20;
/** The ends of the grid, as shares of the rows: beyond them there are too few to go by. */
const tail = 0.02;
const mostRows = 200;
const leastRows = 20;
const mostLines = 50;
/** Numbers of the single rows, over all features and labels. */
const mostNumbers = 30_000;
const maxCost = 2e9;

/** Partial dependence on features one by one, over at most 200 of the rows given. Outputs are probabilities or values. */
export function partialDependence(
  { schema, fitted }: Model,
  { rows, columns }: Frame,
  { features, outputs, checkAborted }: DependenceOptions,
): PartialDependence[] {
  const cost = features.length * gridPoints * (fitted.rowCost ?? 50 * columns.length);
  const affordable = Math.max(leastRows, Math.min(mostRows, Math.floor(maxCost / cost)));
  const used = Math.min(rows, affordable);
  const linesEach = Math.floor(mostNumbers / (features.length * gridPoints * outputs.length));
  const lines = Math.min(used, mostLines, linesEach);
  const raw = new Float64Array(columns.length);
  const out = new Float64Array(fitted.outputs);
  return features.map((feature) => {
    const grid = gridOf(schema.features[feature], columns[feature]);
    // By output, row and grid point.
    const predicted = outputs.map(() => Array.from({ length: used }, () => new Float64Array(grid.length)));
    for (let row = 0; row < used; row++) {
      checkAborted();
      for (let i = 0; i < raw.length; i++) raw[i] = columns[i][row];
      grid.forEach((value, point) => {
        raw[feature] = value;
        fitted.predictRow(raw, out);
        outputs.forEach((output, k) => (predicted[k][row][point] = out[output]));
      });
    }
    return {
      feature: schema.features[feature].name,
      grid: Array.from(grid, (value) => shownValue(schema.features[feature], value) ?? ''),
      mean: predicted.map((ofRows) => Array.from(grid, (_, point) => round(meanAt(ofRows, point)))),
      lines: predicted.map((ofRows) => ofRows.slice(0, lines).map((line) => Array.from(line, round))),
    };
  });
}

function meanAt(rows: readonly Float64Array[], point: number): number {
  return rows.reduce((sum, row) => sum + row[point], 0) / rows.length;
}

/** Quantiles of the numbers, or the most frequent categories in their order. */
function gridOf({ kind }: FeatureSchema, column: Float64Array): Float64Array {
  const present = sortedPresent(column);
  const distinct = Float64Array.from(new Set(present));
  if (distinct.length <= gridPoints) return distinct;
  if (kind === 'categorical') return mostFrequent(present, distinct);
  const points = Array.from({ length: gridPoints }, (_, i) => {
    const share = tail + (i / (gridPoints - 1)) * (1 - 2 * tail);
    return present[Math.round(share * (present.length - 1))];
  });
  return Float64Array.from(new Set(points));
}

function mostFrequent(present: Float64Array, distinct: Float64Array): Float64Array {
  const counts = new Map<number, number>();
  for (const value of present) counts.set(value, (counts.get(value) ?? 0) + 1);
  const byCount = Array.from(distinct).sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a - b);
  return Float64Array.from(byCount.slice(0, gridPoints)).sort();
}

/** A raw value as it is shown: a number, milliseconds or a category. Texts are not shown. */
export function shownValue(feature: FeatureSchema, value: number): number | string | null {
  if (Number.isNaN(value) || feature.kind === 'text') return null;
  return feature.kind === 'categorical' ? feature.categories[value] : value;
}

/** Five figures are more than a chart can show. */
export function round(value: number): number {
  return Number(value.toPrecision(5));
}
