/** What a condition compares with, as a person or a page wrote it. */
type FilterValue = string | number | boolean | undefined;

/** A finite number, given as such or as text. */
export function numberOf(value: FilterValue): number | undefined {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  const number = typeof value === 'boolean' ? NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A moment, given as milliseconds or as ISO 8601 (UTC where it names no zone). */
export function dateOf(value: FilterValue): Date | undefined {
  if (typeof value === 'boolean' || value === undefined) return undefined;
  const date = new Date(typeof value === 'number' ? value : zoned(value.trim()));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function zoned(text: string): string {
  const local = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(:\d{2}(\.\d+)?)?)$/.exec(text);
  return local ? `${local[1]}T${local[2]}Z` : text;
}

export function booleanOf(value: FilterValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  return value === 'false' ? false : undefined;
}
