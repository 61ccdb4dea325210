import type { ColumnType } from '@quadrax/contract';

export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * A condition on a column. `=` to `>=` compare by the column's type (dates as ISO 8601 or milliseconds, times of
 * day as 08:30 or 8:30 AM) and `contains` looks for a part of the text in any case; none of them holds for a missing value. `missing` takes no value.
 */
export interface Filter {
  readonly column: string;
  readonly operator: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'missing';
  readonly value?: string | number | boolean | undefined;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** A finite number, given as such or as text. */
export function numberOf(value: Filter['value']): number | undefined {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  const number = typeof value === 'boolean' ? NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A moment, given as milliseconds or as ISO 8601 (UTC where it names no zone). */
export function dateOf(value: Filter['value']): Date | undefined {
  if (typeof value === 'boolean' || value === undefined) return undefined;
  const date = new Date(typeof value === 'number' ? value : zoned(value.trim()));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function zoned(text: string): string {
  const local = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(:\d{2}(\.\d+)?)?)$/.exec(text);
  return local ? `${local[1]}T${local[2]}Z` : text;
}

export function booleanOf(value: Filter['value']): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true') return true;
  return value === 'false' ? false : undefined;
}
