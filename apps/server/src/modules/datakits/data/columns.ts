import type { Table } from '@quadrax/ml/tabular';
import type { TableColumn } from './preview.ts';

export interface ReadTableInput {
  readonly parquet: string;
  readonly columns: readonly TableColumn[];
  /** Names of the columns wanted, in this order; absent, all of them. */
  readonly select?: readonly string[];
  readonly memoryMb?: number;
  readonly threads?: number;
}

export async function readTable(input: ReadTableInput): Promise<Table> {
  throw new Error(input.parquet);
}
