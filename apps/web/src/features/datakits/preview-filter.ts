import type { Cell, ColumnType } from '@quadrax/contract';
import { clockText } from '@quadrax/contract/clock';
import { readNumber } from '#lib/numbers.ts';
import { dayText } from './column-facts.ts';

export const operators = ['=', '!=', '<', '<=', '>', '>=', 'contains', 'missing'] as const;
export type Operator = (typeof operators)[number];

/** One condition on the rows, as `GET /datakits/:id/preview` takes it. Conditions are joined by "and". */
export interface PreviewFilter {
  readonly column: string;
  readonly operator: Operator;
  readonly value?: Exclude<Cell, null>;
}

export interface PreviewSort {
  readonly column: string;
  readonly descending: boolean;
}

/** Reads filters from an address bar; whatever is not one is left out, since anyone may edit an address. */
export function parseFilters(value: unknown): PreviewFilter[] {
  const list = typeof value === 'string' ? tryJson(value) : value;
  return Array.isArray(list) ? list.filter(isFilter) : [];
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFilter(value: unknown): value is PreviewFilter {
  if (typeof value !== 'object' || value === null) return false;
  const { column, operator, value: operand } = value as Record<string, unknown>;
  if (typeof column !== 'string' || !operators.some((one) => one === operator)) return false;
  return operator === 'missing'
    ? operand === undefined
    : ['string', 'number', 'boolean'].includes(typeof operand);
}

/** "-column" sorts downwards. */
export function parseSort(value: string | undefined): PreviewSort | undefined {
  if (!value) return undefined;
  return value.startsWith('-')
    ? { column: value.slice(1), descending: true }
    : { column: value, descending: false };
}

export const sortText = (sort: PreviewSort | undefined): string | undefined =>
  sort && `${sort.descending ? '-' : ''}${sort.column}`;

/** Up, down, none, as a click on a head goes round. */
export function nextSort(sort: PreviewSort | undefined, column: string): PreviewSort | undefined {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? undefined : { column, descending: true };
}

const ordered = new Set<ColumnType>(['numeric', 'integer', 'datetime', 'time']);

/** The operators that make sense for a type, the likeliest first. */
export function operatorsOf(type: ColumnType): readonly Operator[] {
  if (ordered.has(type)) return ['>=', '<=', '>', '<', '=', '!=', 'missing'];
  if (type === 'boolean') return ['=', '!=', 'missing'];
  return ['=', '!=', 'contains', 'missing'];
}

/** What was typed, as the type of the column has it; a sentence when it does not fit. */
export function operandOf(
  type: ColumnType,
  text: string,
): { value: string | number | boolean } | { error: string } {
  const trimmed = text.trim();
  if (trimmed === '') return { error: 'Give a value to compare with.' };
  if (type === 'numeric' || type === 'integer') {
    const value = readNumber(trimmed);
    return value !== '' && Number.isFinite(value)
      ? { value }
      : { error: `This column holds numbers, and "${trimmed}" is none.` };
  }
  if (type === 'boolean') {
    const value = trimmed.toLowerCase();
    return value === 'true' || value === 'false'
      ? { value: value === 'true' }
      : { error: 'Write true or false.' };
  }
  return { value: trimmed };
}

const operatorWords: Record<Operator, string> = {
  '=': '=',
  '!=': '≠',
  '<': '<',
  '<=': '≤',
  '>': '>',
  '>=': '≥',
  contains: 'contains',
  missing: 'is missing',
};

export const operatorWord = (operator: Operator): string => operatorWords[operator];

/** A filter in words: "body_mass_g ≥ 4000". */
export function filterText(filter: PreviewFilter): string {
  const value = filter.value === undefined ? '' : ` ${dayText(String(filter.value))}`;
  return `${filter.column} ${operatorWord(filter.operator)}${value}`;
}

/** Adds a filter; the same one twice stays one, and a new bound takes the place of the old one of its kind. */
export function addFilter(filters: readonly PreviewFilter[], filter: PreviewFilter): PreviewFilter[] {
  const sameKind = (one: PreviewFilter): boolean =>
    one.column === filter.column && one.operator === filter.operator && filter.operator !== '!=';
  return [...filters.filter((one) => !sameKind(one)), filter];
}

const DAY = 86_400_000;

/** The rows of one bar of a histogram; the last bar holds its upper edge too. Edges of dates and times are milliseconds. */
export function binFilters(
  column: string,
  type: ColumnType,
  edges: readonly number[],
  bin: number,
): PreviewFilter[] {
  const at = (edge: number): number | string => {
    if (type === 'time') return edge < DAY ? clockText(edge) : '23:59:59.999999';
    return type === 'datetime' ? new Date(edge).toISOString() : edge;
  };
  const last = bin === edges.length - 2;
  return [
    { column, operator: '>=', value: at(edges[bin] ?? 0) },
    { column, operator: last ? '<=' : '<', value: at(edges[bin + 1] ?? 0) },
  ];
}

/** Puts the rows of a bar in place of whatever bounded the column before. */
export function replaceColumnFilters(
  filters: readonly PreviewFilter[],
  column: string,
  by: readonly PreviewFilter[],
): PreviewFilter[] {
  return [...filters.filter((filter) => filter.column !== column), ...by];
}
