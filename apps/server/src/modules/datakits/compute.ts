import type { Cell } from '@quadrax/contract';
import type { Table } from '@quadrax/ml/tabular';
import type { ReadTableInput } from './data/columns.ts';
import type { ReadRowsInput } from './data/preview.ts';

/**
 * The front door for compute processes of other modules: they start with what they compute with and nothing of the
 * server, whose modules take a second and 150 MB to load.
 */

/** Reads rows of a datakit's table by their numbers from 0, in that order. */
export const readDatakitRows = async (input: ReadRowsInput): Promise<Cell[][]> => {
  const { readRows } = await import('./data/preview.ts');
  return readRows(input);
};

/** Reads columns of a datakit's table into memory. */
export const readDatakitTable = async (input: ReadTableInput): Promise<Table> => {
  const { readTable } = await import('./data/columns.ts');
  return readTable(input);
};

export { fillDatakit } from './datakits.compute.ts';
