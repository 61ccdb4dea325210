import type { Cell, ColumnType } from '@quadrax/contract';
import { z } from 'zod';

export const filterSchema = z.object({
  column: z.string(),
  operator: z.enum(['=', '!=', '<', '<=', '>', '>=', 'contains', 'missing']),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
});
export type Filter = z.infer<typeof filterSchema>;
export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}
export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** A filter or sort the table cannot answer; `field` is `filter` or `sort`, `code` the error to answer with. */
export class PreviewError extends Error {
  readonly code: 'VALIDATION_FAILED' | 'UNKNOWN_FIELD';
  readonly field: string;

  constructor(code: 'VALIDATION_FAILED' | 'UNKNOWN_FIELD', field: string, message: string) {
    super(message);
    this.name = 'PreviewError';
    this.code = code;
    this.field = field;
  }
}

export function parseFilters(text: string | undefined, columns: readonly TableColumn[]): Filter[] {
  throw new PreviewError('VALIDATION_FAILED', 'filter', `${text} ${columns.length}`);
}

export function parseSort(text: string | undefined, columns: readonly TableColumn[]): Sort | undefined {
  throw new PreviewError('VALIDATION_FAILED', 'sort', `${text} ${columns.length}`);
}

export interface PreviewInput {
  readonly parquet: string;
  readonly columns: readonly TableColumn[];
  readonly offset: number;
  readonly limit: number;
  readonly sort?: Sort | undefined;
  readonly filters: readonly Filter[];
  readonly memoryMb?: number;
  readonly threads?: number;
}

export async function previewTable(input: PreviewInput): Promise<{ rows: Cell[][]; total: number }> {
  throw new Error(input.parquet);
}
