import type { Column, FeatureSchema, Task, Warning } from '../types.ts';
import { type Documents, sharedGrams } from './documents.ts';
import { gather } from './frame.ts';
import { copiesTarget } from './leak.ts';
import { sortedPresent } from '../../order/order.ts';

export interface PreparedFeature {
  readonly schema: FeatureSchema;
  readonly values: Float64Array;
}

/** Texts whose n-grams occur in other texts less than this are as good as numbered. */
const leastShared = 0.05;
/** Texts that the example is chosen from. */
const exampleTexts = 1000;

/**
 * The usable rows of a column as numbers, milliseconds, category indices or documents, and its schema; undefined, with a warning,
 * where it cannot be learnt from. `target` belongs to the same rows.
 */
export function prepareFeature(
  column: Column,
  rows: Int32Array,
  target: Float64Array,
  task: Task,
  documents: Documents,
  warnings: Warning[],
): PreparedFeature | undefined {
  const { name } = column;
  const feature = readFeature(column, rows, documents, warnings);
  const distinct = countDistinct(feature.values);
  if (distinct.present === 0) {
    warnings.push({ code: 'EMPTY_COLUMN', column: name, message: `${name} has no value and was not used.` });
    return undefined;
  }
  if (!distinct.several && distinct.present === rows.length) {
    const message = `${name} has the same value in every row and was not used.`;
    warnings.push({ code: 'CONSTANT_COLUMN', column: name, message });
    return undefined;
  }
  if (column.kind === 'text' && sharedGrams(documents, feature.values.filter(isPresent)) < leastShared) {
    const message = `${name} holds texts with no words in common, as identifiers are, and was not used.`;
    warnings.push({ code: 'TEXT_COLUMN_IGNORED', column: name, message });
    return undefined;
  }
  if (copiesTarget(feature, target, task)) {
    const message = `${name} all but repeats the target. If it is not known before the target is, leave it out.`;
    warnings.push({ code: 'LIKELY_LEAK', column: name, message });
  }
  return feature;
}

const isPresent = (value: number): boolean => !Number.isNaN(value);

function readFeature(
  column: Column,
  rows: Int32Array,
  documents: Documents,
  warnings: Warning[],
): PreparedFeature {
  if (column.kind === 'text') return textFeature(column, rows, documents);
  return column.kind === 'categorical'
    ? categoryFeature(column, rows)
    : numberFeature(column, rows, warnings);
}

/** Equal texts are one document. */
function textFeature(
  { name, values }: Extract<Column, { kind: 'text' }>,
  rows: Int32Array,
  documents: Documents,
): PreparedFeature {
  const numbers = new Map<string, number>();
  const read = Float64Array.from(rows, (row) => {
    const text = values[row];
    if (text === null || text.trim() === '') return NaN;
    const known = numbers.get(text) ?? documents.add(text);
    numbers.set(text, known);
    return known;
  });
  const byLength = [...numbers.keys()].slice(0, exampleTexts).sort((a, b) => a.length - b.length);
  const example = byLength[byLength.length >> 1] ?? '';
  return { schema: { name, kind: 'text', optional: read.some(Number.isNaN), example }, values: read };
}

/** A warning where a column of numbers holds infinite ones. */
export function infiniteIn(column: Column): Warning[] {
  const { name, kind } = column;
  if (kind !== 'numeric') return [];
  const infinite = column.values.filter((value) => Math.abs(value) === Infinity).length;
  if (infinite === 0) return [];
  const were = infinite === 1 ? 'infinite value' : 'infinite values';
  const message = `${infinite} ${were} of ${name} ${infinite === 1 ? 'was' : 'were'} taken as missing.`;
  return [{ code: 'INFINITE_VALUES', column: name, count: infinite, message }];
}

function numberFeature(
  column: Extract<Column, { values: Float64Array }>,
  rows: Int32Array,
  warnings: Warning[],
): PreparedFeature {
  const { name, kind } = column;
  const given = gather(column.values, rows);
  const values = given.map((value) => (Number.isFinite(value) ? value : NaN));
  warnings.push(...infiniteIn({ ...column, values: given }));
  const sorted = sortedPresent(values);
  const present = sorted.length > 0;
  const schema: FeatureSchema = {
    name,
    kind,
    optional: sorted.length < rows.length,
    min: present ? sorted[0] : 0,
    max: present ? sorted[sorted.length - 1] : 0,
    example: present ? sorted[sorted.length >> 1] : 0,
  };
  return { schema, values };
}

/** Categories no usable row has are dropped; the others keep their order. */
function categoryFeature(
  column: Extract<Column, { kind: 'categorical' }>,
  rows: Int32Array,
): PreparedFeature {
  const counts = new Int32Array(column.categories.length);
  let missing = 0;
  for (const row of rows) {
    const code = column.codes[row];
    if (code >= 0 && code < counts.length) counts[code]++;
    else missing++;
  }
  const used = Array.from(counts.keys()).filter((code) => counts[code] > 0);
  const index = new Float64Array(counts.length).fill(NaN);
  used.forEach((code, k) => (index[code] = k));
  const values = Float64Array.from(rows, (row) => index[column.codes[row]] ?? NaN);
  const top = used.reduce((best, code) => (counts[code] > counts[best] ? code : best), used[0] ?? 0);
  const schema: FeatureSchema = {
    name: column.name,
    kind: 'categorical',
    optional: missing > 0,
    categories: used.map((code) => column.categories[code]),
    example: column.categories[top] ?? '',
  };
  return { schema, values };
}

function countDistinct(values: Float64Array): { present: number; several: boolean } {
  let present = 0;
  let first = NaN;
  let several = false;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (present === 0) first = value;
    else if (value !== first) several = true;
    present++;
  }
  return { present, several };
}
