import type { ColumnRows } from '@quadrax/contract';
import type { Column, Table } from '@quadrax/ml/tabular';

/** Rows with values that a model cannot take as they are, counted column by column. */
export interface Remarks {
  /** Of categories that training had not. */
  readonly unseen: readonly ColumnRows[];
  /** Of numbers that no model computes with. */
  readonly unusable: readonly ColumnRows[];
}

/** How pieces of a table number a category that is not in their list. */
const strange = -2;
/** Of so many columns it is told, of each kind. */
const mostTold = 100;

const told = (counts: ReadonlyMap<string, number>): ColumnRows[] =>
  [...counts]
    .map(([column, rows]) => ({ column, rows }))
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, mostTold);

const add = (counts: Map<string, number>, column: string, rows: number): void => {
  if (rows > 0) counts.set(column, (counts.get(column) ?? 0) + rows);
};

/**
 * Looks at the pieces of a table as they pass.
 * @param isUsable whether a number is one that models compute with
 */
export const createRemarks = (isUsable: (value: number) => boolean) => {
  const [unseen, unusable] = [new Map<string, number>(), new Map<string, number>()];
  const looked = (column: Column): Column => {
    const { name, kind } = column;
    if (kind === 'categorical') {
      add(
        unseen,
        name,
        column.codes.reduce((sum, code) => sum + (code === strange ? 1 : 0), 0),
      );
      return column;
    }
    if (kind !== 'numeric') return column;
    const wrong = (value: number): boolean => !Number.isNaN(value) && !isUsable(value);
    const count = column.values.reduce((sum, value) => sum + (wrong(value) ? 1 : 0), 0);
    add(unusable, name, count);
    if (count === 0) return column;
    return { name, kind, values: column.values.map((value) => (wrong(value) ? Number.NaN : value)) };
  };
  return {
    /** The piece, what is unusable in it made missing. */
    look: ({ rows, columns }: Table): Table => ({ rows, columns: columns.map(looked) }),
    remarks: (): Remarks => ({ unseen: told(unseen), unusable: told(unusable) }),
  };
};

const rowsHold = (rows: number): string =>
  `${rows.toLocaleString('en')} ${rows === 1 ? 'row holds' : 'rows hold'}`;
const were = (rows: number): string => `${rows === 1 ? 'was' : 'were'} counted as missing.`;

/** The same in sentences, for the version of the datakit and the log. */
export const sentencesOf = ({ unseen, unusable }: Remarks): string[] => [
  ...unseen.map(
    ({ column, rows }) =>
      `${rowsHold(rows)} a value of "${column}" that the model was not trained on, and ${were(rows)}`,
  ),
  ...unusable.map(
    ({ column, rows }) =>
      `${rowsHold(rows)} a number of "${column}" that is infinite or too large to compute with, and ${were(rows)}`,
  ),
];
