import { featureColumns } from '../predictor.ts';
import type { FeatureSchema, HeldOut, Model, Table } from '../types.ts';
import { sortedPresent } from '../../order/order.ts';

/** How often values fall in each cell. Shares are of all rows and add up to 1 with `missing`. */
export type Distribution =
  /**
   * `shares[i]` counts values in (edges[i − 1], edges[i]]; the first and the last cell are open. Of texts they are
   * lengths, in characters.
   */
  | {
      readonly kind: 'numeric' | 'datetime' | 'time' | 'text';
      readonly edges: readonly number[];
      readonly shares: readonly number[];
      readonly missing: number;
    }
  /** One cell for each category, the most frequent first, and a last one for all others. */
  | {
      readonly kind: 'categorical';
      readonly categories: readonly string[];
      readonly shares: readonly number[];
      readonly missing: number;
    };

export type FeatureReference = Distribution & { readonly name: string };

/** What a model was trained on and what it predicts for such rows, to hold later ones against. */
export interface Reference {
  readonly rows: number;
  readonly features: readonly FeatureReference[];
  /** Of the label, or of the value. */
  readonly prediction: Distribution;
  /** What it was made of; absent: the training rows. */
  readonly source?: 'first_predictions';
}

const cells = 10;
/** With fewer rows in a cell, chance alone makes its share differ from that of later rows. */
const rowsPerCell = 20;
const mostCategories = 30;

/**
 * The distributions of the named features in the table a model was trained on, in the order of the schema, and of what
 * it answers for rows it has not seen: numbers in deciles, categories by their shares. Predictions of the training rows
 * themselves would not do, since many models know those too well.
 */
export function referenceOf(
  { model, heldOut }: { readonly model: Model; readonly heldOut: Pick<HeldOut, 'predicted'> },
  table: Table,
  watched: ReadonlySet<string>,
): Reference {
  const { features, classes } = model.schema;
  const columns = featureColumns(features, table, undefined);
  const { predicted } = heldOut;
  const prediction = classes.length > 0 ? categoriesOf(predicted, classes) : numbersOf(predicted, 'numeric');
  const references = features.flatMap((feature, i): FeatureReference[] => {
    if (!watched.has(feature.name)) return [];
    const values = feature.kind === 'text' ? lengthsIn(table, feature.name) : columns[i];
    return [{ name: feature.name, ...distributionOf(feature, values) }];
  });
  return { rows: table.rows, features: references, prediction };
}

/** Characters of a text; NaN of what counts as missing, which a text of nothing but spaces does. */
export function lengthOf(value: unknown): number {
  return typeof value === 'string' && value.trim() !== '' ? value.length : NaN;
}

function lengthsIn({ columns, rows }: Table, name: string): Float64Array {
  const column = columns.find((one) => one.name === name);
  if (column?.kind === 'text') return Float64Array.from(column.values, lengthOf);
  if (column?.kind !== 'categorical') return new Float64Array(rows).fill(NaN);
  const lengths = column.categories.map(lengthOf);
  return Float64Array.from(column.codes, (code) => lengths[code] ?? NaN);
}

function distributionOf(feature: FeatureSchema, values: Float64Array): Distribution {
  return feature.kind === 'categorical'
    ? categoriesOf(values, feature.categories)
    : numbersOf(values, feature.kind);
}

export function numbersOf(
  values: Float64Array,
  kind: 'numeric' | 'datetime' | 'time' | 'text',
): Distribution {
  const sorted = sortedPresent(values);
  const edges: number[] = [];
  const wanted = Math.min(cells, Math.max(2, Math.floor(values.length / rowsPerCell)));
  for (let q = 1; q < wanted; q++) {
    const edge = sorted[Math.floor((q * sorted.length) / wanted)];
    // Values that many rows share leave fewer cells than wanted.
    if (edge !== undefined && edge !== edges.at(-1) && edge < sorted[sorted.length - 1]) edges.push(edge);
  }
  const counts = new Float64Array(edges.length + 1);
  for (const value of sorted) counts[cellOf(edges, value)]++;
  return { kind, edges, ...sharesOf(counts, values.length) };
}

export function categoriesOf(codes: Float64Array, names: readonly string[]): Distribution {
  const counts = new Float64Array(names.length);
  for (const code of codes) if (!Number.isNaN(code)) counts[code]++;
  const order = [...names.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const kept = order.slice(0, mostCategories);
  const rest = order.slice(mostCategories).reduce((sum, code) => sum + counts[code], 0);
  const cellCounts = Float64Array.from([...kept.map((code) => counts[code]), rest]);
  return {
    kind: 'categorical',
    categories: kept.map((code) => names[code]),
    ...sharesOf(cellCounts, codes.length),
  };
}

function sharesOf(counts: Float64Array, rows: number): { shares: number[]; missing: number } {
  const all = Math.max(1, rows);
  const shares = Array.from(counts, (count) => count / all);
  return { shares, missing: Math.max(0, 1 - shares.reduce((sum, share) => sum + share, 0)) };
}

/** The cell of a number: of ascending edges, the first that it does not exceed. */
export function cellOf(edges: readonly number[] | Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}
