import type { FeatureSchema, RecordIssue, Schema } from './types.ts';

const nothing: readonly RecordIssue[] = [];

/**
 * What is wrong with a record for a schema, in the order of the schema, then of the record; empty where nothing is.
 *
 * A feature may be null (a missing value), and may be left out where training saw missing values (`optional`). Numbers
 * are finite numbers, not text; texts are text; dates are milliseconds or ISO 8601 text; times of day are milliseconds or text such as 08:30 or 8:30 PM; categories are text, or a boolean or number
 * where it is written like one of the categories. A category that training did not see is no issue: it counts as
 * missing. The target may be present and is ignored.
 */
export function checkRecord(
  schema: Schema,
  record: Readonly<Record<string, unknown>>,
): readonly RecordIssue[] {
  return createRecordCheck(schema)(record);
}

/** `checkRecord` prepared for many records: one that is well costs a look at each field and allocates nothing. */
export function createRecordCheck(
  schema: Schema,
): (record: Readonly<Record<string, unknown>>) => readonly RecordIssue[] {
  const { features, target } = schema;
  const known = new Set(features.map(({ name }) => name)).add(target);
  const accepts = features.map(accepter);
  const isWell = (record: Readonly<Record<string, unknown>>): boolean => {
    for (let i = 0; i < features.length; i++) {
      const { name, optional } = features[i];
      const value = Object.hasOwn(record, name) ? record[name] : undefined;
      if (value === undefined ? !optional : value !== null && !accepts[i](value)) return false;
    }
    for (const field in record) if (!known.has(field)) return false;
    return true;
  };
  return (record) => {
    if (isWell(record)) return nothing;
    const issues = features.flatMap((feature, i) => fieldIssue(feature, accepts[i], record) ?? []);
    for (const field of Object.keys(record)) {
      if (!known.has(field))
        issues.push({ field, code: 'UNKNOWN', message: `${field} is no field of this model.` });
    }
    return issues;
  };
}

function fieldIssue(
  feature: FeatureSchema,
  accepts: (value: unknown) => boolean,
  record: Readonly<Record<string, unknown>>,
): RecordIssue | undefined {
  const { name: field } = feature;
  const value = Object.hasOwn(record, field) ? record[field] : undefined;
  if (value === null) return undefined;
  if (value === undefined) {
    if (feature.optional) return undefined;
    return { field, code: 'MISSING', message: `${field} is missing. Give ${expected(feature)}, or null.` };
  }
  if (accepts(value)) return undefined;
  return { field, code: 'WRONG_TYPE', message: `${field} must be ${expected(feature)}, or null.` };
}

/** Models add up products of numbers; of larger ones that would be no number. */
const largest = 1e300;
/** Whether it is a number that a model computes with. */
export const isUsable = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= largest;

/** Whether a value that is there is one of a feature's. */
function accepter(feature: FeatureSchema): (value: unknown) => boolean {
  if (feature.kind === 'text') return (value) => typeof value === 'string';
  if (feature.kind === 'numeric') return isUsable;
  if (feature.kind !== 'categorical') {
    const read = feature.kind === 'time' ? toTimeOfDay : toMilliseconds;
    return (value) => !Number.isNaN(read(value));
  }
  const categories: ReadonlySet<string> = new Set(feature.categories);
  return (value) => {
    if (typeof value === 'string') return true;
    return (typeof value === 'boolean' || typeof value === 'number') && categories.has(String(value));
  };
}

function expected(feature: FeatureSchema): string {
  if (feature.kind === 'numeric') return 'a number of 1e300 at most';
  if (feature.kind === 'datetime') return 'an ISO 8601 date or milliseconds since 1970';
  if (feature.kind === 'time') return 'a time of day such as 08:30, or milliseconds since midnight';
  return 'text';
}

const isoDate = /^[+-]?\d{4,6}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?$/;

/** Milliseconds of a number or of ISO 8601 text, which is UTC where it names no zone; NaN for anything else. */
export function toMilliseconds(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : NaN;
  if (typeof value !== 'string' || !isoDate.test(value)) return NaN;
  const text = value.replace(' ', 'T').replace(',', '.');
  const hasTime = text.includes('T');
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(text.indexOf('T') + 1));
  return Date.parse(hasTime && !hasZone ? `${text}Z` : text);
}

const timeOfDay = /^(\d{1,2}):([0-5]\d)(?::([0-5]\d)(\.\d+)?)?(?: ?([ap])\.?m\.?)?$/i;
const day = 86_400_000;

/** Milliseconds since midnight of such a number, or of a time of day as text, with AM or PM or without; else NaN. */
export function toTimeOfDay(value: unknown): number {
  if (typeof value === 'number') return value >= 0 && value <= day ? value : NaN;
  const [, hours, minutes, seconds = '0', fraction = '', half] =
    (typeof value === 'string' && timeOfDay.exec(value.trim())) || [];
  if (hours === undefined) return NaN;
  const hour = Number(hours);
  if (half === undefined ? hour > 23 : hour < 1 || hour > 12) return NaN;
  const later = half?.toLowerCase() === 'p' ? 12 : 0;
  const whole = half === undefined ? hour : (hour % 12) + later;
  return 1000 * (3600 * whole + 60 * Number(minutes) + Number(seconds) + Number(`0${fraction}`));
}

/** "08:30:00", with a fraction where it has one. */
export function clockText(milliseconds: number): string {
  // The end of a day is no other's beginning.
  if (milliseconds >= 86_400_000) return '24:00:00';
  const text = new Date(milliseconds).toISOString().slice(11, 23);
  return text.endsWith('.000') ? text.slice(0, 8) : text;
}
