import type { FeatureSchema, RecordIssue, Schema } from './types.ts';

/**
 * What is wrong with a record for a schema, in the order of the schema, then of the record; empty where nothing is.
 *
 * A feature may be null (a missing value), and may be left out where training saw missing values (`optional`). Numbers
 * are finite numbers, not text; dates are milliseconds or ISO 8601 text; categories are text, or a boolean or number
 * where it is written like one of the categories. A category that training did not see is no issue: it counts as
 * missing. The target may be present and is ignored.
 */
export function checkRecord(schema: Schema, record: Readonly<Record<string, unknown>>): RecordIssue[] {
  const issues = schema.features.flatMap((feature) => checkField(feature, record) ?? []);
  const known = new Set(schema.features.map(({ name }) => name)).add(schema.target);
  for (const field of Object.keys(record)) {
    if (!known.has(field))
      issues.push({ field, code: 'UNKNOWN', message: `${field} is no field of this model.` });
  }
  return issues;
}

function checkField(
  feature: FeatureSchema,
  record: Readonly<Record<string, unknown>>,
): RecordIssue | undefined {
  const { name: field } = feature;
  const value = Object.hasOwn(record, field) ? record[field] : undefined;
  if (value === null) return undefined;
  if (value === undefined) {
    if (feature.optional) return undefined;
    return { field, code: 'MISSING', message: `${field} is missing. Give ${expected(feature)}, or null.` };
  }
  if (isAccepted(feature, value)) return undefined;
  return { field, code: 'WRONG_TYPE', message: `${field} must be ${expected(feature)}, or null.` };
}

function isAccepted(feature: FeatureSchema, value: unknown): boolean {
  if (feature.kind !== 'categorical') {
    const number = feature.kind === 'datetime' ? toMilliseconds(value) : value;
    return typeof number === 'number' && Number.isFinite(number);
  }
  if (typeof value === 'string') return true;
  const isWritable = typeof value === 'boolean' || typeof value === 'number';
  return isWritable && feature.categories.includes(String(value));
}

function expected(feature: FeatureSchema): string {
  if (feature.kind === 'numeric') return 'a number';
  if (feature.kind === 'datetime') return 'an ISO 8601 date or milliseconds since 1970';
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
