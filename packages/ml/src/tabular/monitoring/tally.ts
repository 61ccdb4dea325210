import type { Observer, Schema } from '../types.ts';
import { cellOf, lengthOf, type Distribution, type Reference } from './reference.ts';

/**
 * Counts of what is predicted, in the cells of a reference: for each of its features the cells, then missing, then
 * unseen categories; at the end the cells of the prediction, with the same two.
 */
export interface Tally extends Observer {
  readonly counts: Float64Array;
}

/** How many counts a distribution takes. */
export function countsOf({ shares }: Distribution): number {
  return shares.length + 2;
}

interface Slot {
  readonly feature: number;
  readonly name: string;
  readonly at: number;
  readonly cells: number;
  /** Texts are counted by their lengths. */
  readonly text: boolean;
  /** Absent for categories. */
  readonly edges: Float64Array | undefined;
  /** The cell of each of the model's categories. */
  readonly cellOfCode: Int32Array;
}

/** Counts rows as a predictor makes them: a binary search a number or a text's length, a look-up a category, and nothing allocated. */
export function createTally(schema: Schema, reference: Reference): Tally {
  const { features, classes } = schema;
  let at = 0;
  const slots = reference.features.map((distribution): Slot => {
    const feature = features.findIndex(({ name }) => name === distribution.name);
    const known = features[feature];
    const names = known?.kind === 'categorical' ? known.categories : [];
    const slot = slotOf(distribution, distribution.name, feature, at, names);
    at += countsOf(distribution);
    return slot;
  });
  const outcome = slotOf(reference.prediction, '', -1, at, classes);
  const counts = new Float64Array(at + countsOf(reference.prediction));
  return {
    counts,
    observe(record, raw, answer) {
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i];
        const value = slot.text ? lengthOf(record[slot.name]) : raw[slot.feature];
        if (value === value) counts[slot.at + cellOfValue(slot, value)]++;
        else counts[slot.at + slot.cells + (isUnseen(slot, record[slot.name]) ? 1 : 0)]++;
      }
      counts[outcome.at + cellOfValue(outcome, answer)]++;
    },
  };
}

function slotOf(
  distribution: Distribution,
  name: string,
  feature: number,
  at: number,
  names: readonly string[],
): Slot {
  const cells = distribution.shares.length;
  if (distribution.kind !== 'categorical') {
    const edges = Float64Array.from(distribution.edges);
    const text = distribution.kind === 'text';
    return { feature, name, at, cells, text, edges, cellOfCode: new Int32Array(0) };
  }
  const cell = new Map(distribution.categories.map((category, i) => [category, i]));
  const cellOfCode = Int32Array.from(names, (category) => cell.get(category) ?? cells - 1);
  return { feature, name, at, cells, text: false, edges: undefined, cellOfCode };
}

function cellOfValue({ edges, cellOfCode }: Slot, value: number): number {
  return edges ? cellOf(edges, value) : cellOfCode[value];
}

/** A category that training had not is NaN like a missing one; only the record tells them apart. */
function isUnseen({ edges }: Slot, given: unknown): boolean {
  return edges === undefined && given !== null && given !== undefined;
}
