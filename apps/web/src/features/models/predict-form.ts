import type { ErrorDetail, Feature } from '@quadrax/contract';
import { clockText } from '@quadrax/contract/clock';
import { formatNumber } from '#lib/format.ts';
import { readNumber } from '#lib/numbers.ts';

type Scalar = number | string | boolean | null;
export type PredictRecord = Record<string, Scalar>;

/** One input of the prediction form. */
export interface PredictField {
  readonly name: string;
  readonly kind: 'number' | 'choice' | 'date' | 'datetime' | 'time' | 'text';
  readonly integer: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly options: readonly string[];
  /** Of a model that was trained elsewhere. */
  readonly imported: boolean;
  /** What was seen in training, in words. */
  readonly seen: string;
}

/** The form of a version, in the order of its features. */
export function predictFields(
  features: readonly Feature[],
  example: PredictRecord,
  imported = false,
): PredictField[] {
  return features.map((feature) => ({
    name: feature.name,
    kind: kindOf(feature, example[feature.name]),
    integer: feature.integer === true,
    ...(feature.min !== undefined && { min: feature.min }),
    ...(feature.max !== undefined && { max: feature.max }),
    options: feature.categories ?? [],
    imported,
    seen: seenText(feature),
  }));
}

function kindOf(feature: Feature, example: Scalar | undefined): PredictField['kind'] {
  if (feature.type === 'numeric') return 'number';
  if (feature.type === 'categorical') return feature.categories ? 'choice' : 'text';
  if (feature.type === 'text' || feature.type === 'time') return feature.type;
  return wholeDays(feature, example) ? 'date' : 'datetime';
}

const DAY = 86_400_000;

/** Whether training saw days without a time. */
function wholeDays({ min, max }: Feature, example: Scalar | undefined): boolean {
  if (typeof example !== 'string' || !/^\d{4}-\d{2}-\d{2}(T00:00:00(\.000)?Z)?$/.test(example)) return false;
  return (min ?? 0) % DAY === 0 && (max ?? 0) % DAY === 0;
}

function seenText({ type, min, max, categories }: Feature): string {
  if (type === 'text') return 'Any text';
  if (type === 'categorical') return categories ? `${categories.length} categories seen` : '';
  if (min === undefined || max === undefined) return '';
  if (type === 'time') return `${clockText(min)} to ${clockText(max)} seen`;
  if (type === 'datetime') return `${isoDay(min)} to ${isoDay(max)} seen`;
  return `${formatNumber(min)} to ${formatNumber(max)} seen`;
}

const isoDay = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);

/** What each input shows at first: the version's example row. */
export function initialValues(
  fields: readonly PredictField[],
  example: PredictRecord,
): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field.name, textOf(field, example[field.name])]));
}

function textOf(field: PredictField, value: Scalar | undefined): string {
  if (value === null || value === undefined) return '';
  if ((field.kind === 'date' || field.kind === 'datetime') && typeof value === 'number') {
    return new Date(value).toISOString();
  }
  return field.kind === 'date' ? String(value).slice(0, 10) : String(value);
}

/** The row to send. An input left empty is a missing value. */
export function toRecord(
  fields: readonly PredictField[],
  values: Readonly<Record<string, string>>,
): { record: PredictRecord; errors: Record<string, string> } {
  const record: PredictRecord = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const typed = values[field.name] ?? '';
    const text = typed.trim();
    if (text === '') record[field.name] = null;
    else if (field.kind === 'number') {
      const value = readNumber(text);
      if (Number.isFinite(value)) record[field.name] = value;
      else errors[field.name] = `A number is needed here, and "${text}" is none.`;
    } else record[field.name] = meant(field, typed);
  }
  return { record, errors };
}

/** What was typed, without the spaces around it unless they count: in a category that has them, and in text. */
const meant = ({ kind, options }: PredictField, typed: string): string =>
  kind === 'text' || options.includes(typed) ? typed : typed.trim();

/** A gentle remark on a value that training never saw; undefined when it is ordinary. */
export function unseenRemark(field: PredictField, text: string): string | undefined {
  if (field.kind === 'choice' && text.trim() !== '' && !field.options.includes(meant(field, text))) {
    return field.imported
      ? 'None of the categories that the model names. What it makes of it is its own.'
      : 'Not seen in training: it counts as missing.';
  }
  if (field.kind !== 'number') return undefined;
  const value = readNumber(text);
  if (value === '' || !Number.isFinite(value)) return undefined;
  if ((field.min !== undefined && value < field.min) || (field.max !== undefined && value > field.max)) {
    return `Outside what was seen in training (${formatNumber(field.min ?? value)} to ${formatNumber(field.max ?? value)}).`;
  }
  return field.integer && !Number.isInteger(value) ? 'Only whole numbers were seen in training.' : undefined;
}

/**
 * Server details by the name of the feature they speak of. Names may hold dots, so the whole rest of the path is
 * compared. What belongs to no feature comes back under "".
 */
export function errorsByFeature(
  details: readonly ErrorDetail[],
  names: readonly string[],
): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { field, message } of details) {
    const path = field
      .replace(/^body\./, '')
      .replace(/^inputs/, '')
      .replace(/^\[?\.?\d+\]?\./, '')
      .replace(/^\./, '');
    const name = names.find((one) => one === path || one === field) ?? '';
    errors[name] = errors[name] === undefined ? message : `${errors[name]} ${message}`;
  }
  return errors;
}

/** The classes of a prediction, the likeliest first. */
export function rankedProbabilities(probabilities: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(probabilities).sort(([, a], [, b]) => b - a);
}
