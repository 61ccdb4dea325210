import type { ColumnType } from '@quadrax/contract';
import { z } from 'zod';
import { booleanOf, dateOf, numberOf, type Filter, type Sort, type TableColumn } from './filter.ts';
import { isTimeOfDay } from '@quadrax/contract/delimited';

const filterSchema: z.ZodType<Filter> = z
  .strictObject({
    column: z.string().max(300),
    operator: z.enum(['=', '!=', '<', '<=', '>', '>=', 'contains', 'missing']),
    value: z.union([z.string().max(1000), z.number(), z.boolean()]).optional(),
  })
  .refine(({ operator, value }) => operator === 'missing' || value !== undefined, {
    path: ['value'],
    message: 'This operator needs a value.',
  });

/** A filter or sort the table cannot answer: `code` is the error to answer with, `field` the query field at fault. */
export class PreviewError extends Error {
  readonly code: 'VALIDATION_FAILED' | 'UNKNOWN_FIELD';
  readonly field: 'filter' | 'sort';

  constructor(code: PreviewError['code'], field: PreviewError['field'], message: string) {
    super(message);
    this.name = 'PreviewError';
    this.code = code;
    this.field = field;
  }
}

const maxFilters = 20;

/** Reads the JSON of `filter`; absent or empty, there are none. Throws `PreviewError`. */
export function parseFilters(text: string | undefined, columns: readonly TableColumn[]): Filter[] {
  if (text === undefined || text.trim() === '') return [];
  const parsed = z.array(filterSchema).max(maxFilters).safeParse(parseJson(text));
  if (!parsed.success) throw invalid(parsed.error);
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  for (const filter of parsed.data) {
    const type = types.get(filter.column);
    if (type === undefined) throw unknown('filter', filter.column);
    checkValue(filter, type);
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PreviewError(
      'VALIDATION_FAILED',
      'filter',
      'The filter is not valid JSON. Write a list such as [{"column": "age", "operator": ">", "value": 30}].',
    );
  }
}

function invalid(error: z.ZodError): PreviewError {
  const [issue] = error.issues;
  const [entry, ...path] = issue?.path ?? [];
  const where = typeof entry === 'number' ? `Filter ${entry + 1}` : 'The filter';
  const field = path.length > 0 ? `, field "${path.join('.')}"` : '';
  return new PreviewError(
    'VALIDATION_FAILED',
    'filter',
    `${where}${field}: ${issue?.message ?? 'not valid'}`,
  );
}

function unknown(field: PreviewError['field'], column: string): PreviewError {
  return new PreviewError(
    'UNKNOWN_FIELD',
    field,
    `The table has no column "${column}". Names count upper and lower case.`,
  );
}

const wanted: Partial<Record<ColumnType, readonly [(value: Filter['value']) => boolean, string]>> = {
  numeric: [isNumeric, 'a number'],
  integer: [isNumeric, 'a number'],
  datetime: [(value) => dateOf(value) !== undefined, 'a date such as 2024-05-31 or 2024-05-31T12:00:00Z'],
  time: [(value) => isTimeOfDay(String(value)), 'a time of day such as 08:30 or 23:59:59'],
  boolean: [(value) => booleanOf(value) !== undefined, 'true or false'],
};

function checkValue({ column, operator, value }: Filter, type: ColumnType): void {
  if (operator === 'missing' || operator === 'contains') return;
  const [fits, what] = wanted[type] ?? [];
  if (!fits || fits(value)) return;
  throw new PreviewError(
    'VALIDATION_FAILED',
    'filter',
    `Column "${column}" holds ${type} values: compare it with ${what}, not with ${JSON.stringify(value)}.`,
  );
}

function isNumeric(value: Filter['value']): boolean {
  return numberOf(value) !== undefined;
}

/** Reads `sort`: a column name, after a minus for downwards. Throws `PreviewError`. */
export function parseSort(text: string | undefined, columns: readonly TableColumn[]): Sort | undefined {
  if (text === undefined || text === '') return undefined;
  const has = (column: string) => columns.some(({ name }) => name === column);
  if (has(text)) return { column: text, descending: false };
  const column = text.startsWith('-') ? text.slice(1) : text;
  if (!text.startsWith('-') || !has(column)) throw unknown('sort', column);
  return { column, descending: true };
}
