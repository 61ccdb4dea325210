import type { Cell, QueryResult } from '@quadrax/contract';
import type { SortState } from '#ui/sort-state.ts';

export type ResultColumn = QueryResult['columns'][number];

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function compare(a: Cell, b: Cell, { type }: ResultColumn): number {
  // Whole numbers beyond 2^53 come as text.
  if (type === 'integer') {
    const [x, y] = [BigInt(String(a)), BigInt(String(b))];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (type === 'numeric') return Number(a) - Number(b);
  if (type === 'text') return collator.compare(String(a), String(b));
  // ISO dates sort as text; false comes before true.
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

/** Rows in the order of a column's values, missing ones last, equal ones as they came. */
export function sortedRows(
  rows: readonly (readonly Cell[])[],
  columns: readonly ResultColumn[],
  sort: SortState | undefined,
): { readonly cells: readonly Cell[]; readonly at: number }[] {
  const numbered = rows.map((cells, at) => ({ cells, at }));
  const index = Number(sort?.key);
  const column = columns[index];
  if (!sort || !column) return numbered;
  return numbered.toSorted((a, b) => {
    const [x = null, y = null] = [a.cells[index], b.cells[index]];
    if (x === null || y === null) return x === y ? a.at - b.at : x === null ? 1 : -1;
    const order = compare(x, y, column);
    return (sort.descending ? -order : order) || a.at - b.at;
  });
}
