import type { Cell, QueryResult } from '@quadrax/contract';
import { useMemo, useState } from 'react';
import { formatMoment, formatNumber, MISSING } from '#lib/format.ts';
import { DataTable, type DataColumn } from '#ui/data-table.tsx';
import type { SortState } from '#ui/sort-state.ts';
import styles from './datakit-tabs.module.css';
import { sortedRows, type ResultColumn } from './result-order.ts';

interface Row {
  readonly cells: readonly Cell[];
  readonly at: number;
}

const isNumber = ({ type }: ResultColumn): boolean => type === 'integer' || type === 'numeric';

function shown(cell: Cell | undefined, { type }: ResultColumn) {
  if (cell === null || cell === undefined)
    return (
      <span className={styles.missing} title="Missing">
        {MISSING}
      </span>
    );
  if (typeof cell === 'number')
    return type === 'integer' ? String(cell) : <span title={String(cell)}>{formatNumber(cell, 6)}</span>;
  if (type === 'datetime' && typeof cell === 'string' && cell.includes('T'))
    return (
      <span title={cell}>{cell.endsWith('T00:00:00.000Z') ? cell.slice(0, 10) : formatMoment(cell)}</span>
    );
  return String(cell);
}

/** Rows of an answer, sorted by what their columns hold. */
export function ResultTable({
  label,
  result,
}: {
  label: string;
  result: Pick<QueryResult, 'columns' | 'rows'>;
}) {
  const [sort, setSort] = useState<SortState>();
  const { columns, rows } = result;
  const sorted = useMemo(() => sortedRows(rows, columns, sort), [rows, columns, sort]);
  const heads = columns.map((column, index): DataColumn<Row> => ({
    key: String(index),
    header: column.name,
    align: isNumber(column) ? 'right' : 'left',
    sorts: isNumber(column) ? 'descending' : 'ascending',
    render: ({ cells }) => shown(cells[index], column),
  }));
  return (
    <DataTable
      label={label}
      columns={heads}
      rows={sorted}
      rowKey={({ at }) => String(at)}
      sort={sort}
      onSort={setSort}
      height={520}
    />
  );
}
