import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';
import { rowWindow } from './row-window.ts';
import { Scroller } from './scroller.tsx';
import { SkeletonText } from './skeletons.tsx';
import { nextSortOf, type SortState } from './sort-state.ts';
import styles from './data-table.module.css';

export interface DataColumn<T> {
  key: string;
  header: ReactNode;
  render: (row: T) => ReactNode;
  /** Numbers: right-aligned, tabular figures. */
  align?: 'left' | 'right';
  /** In pixels. */
  width?: number;
  /** Takes the room that is left; long names end in an ellipsis. */
  grow?: boolean;
  /** Left out on a phone. */
  secondary?: boolean;
  /** The rows can be sorted by it, at first in this direction. */
  sorts?: 'ascending' | 'descending';
}

export interface DataTableProps<T> {
  /** What the table lists, for screen readers. */
  label: string;
  columns: readonly DataColumn<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  /** Skeleton rows in the final shape. */
  loading?: boolean;
  sort?: SortState | undefined;
  onSort?: (sort: SortState) => void;
  isChosen?: (row: T) => boolean;
  /** Height of the scrolling frame; rows outside it are not drawn. Absent: the table is as long as its rows. */
  height?: number;
  rowHeight?: number;
  /** A list that is read page by page. */
  more?: { available: boolean; loading: boolean; load: () => void };
  /** Beside the "more" button: "50 of 1,204". */
  foot?: ReactNode;
}

/** A dense table: quiet rules, figures aligned, headers that stay, rows drawn only where they are seen. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, height } = props;
  return (
    <>
      {height === undefined ? (
        <div className={styles.frame}>
          <Table {...props} above={0} below={0} />
        </div>
      ) : (
        <Framed {...props} label={label} height={height} />
      )}
      <Foot more={props.more} foot={props.foot} />
    </>
  );
}

/** The table in a frame of its own height, of which only the rows in sight are drawn. */
function Framed<T>(props: DataTableProps<T> & { height: number }) {
  const { rows, height, rowHeight = 37 } = props;
  const [scrolled, setScrolled] = useState(0);
  const { from, to, above, below } = rowWindow(rows.length, rowHeight, scrolled, height);
  return (
    <Scroller
      className={styles.frame}
      label={props.label}
      style={{ maxHeight: height }}
      onScroll={(event) => {
        setScrolled(event.currentTarget.scrollTop);
      }}
    >
      <Table {...props} rows={rows.slice(from, to)} total={rows.length} above={above} below={below} />
    </Scroller>
  );
}

interface TableProps<T> extends DataTableProps<T> {
  /** Rows there are in all, where only some are drawn. */
  total?: number;
  /** Room for the rows that are not drawn, in pixels. */
  above: number;
  below: number;
}

function Table<T>({ label, columns, rows, loading = false, total, above, below, ...props }: TableProps<T>) {
  return (
    <table
      className={styles.table}
      aria-label={label}
      aria-busy={loading}
      aria-rowcount={total === undefined ? undefined : total + 1}
    >
      <thead>
        <tr>
          {columns.map((column) => (
            <HeadCell key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {above > 0 && <tr aria-hidden="true" style={{ height: above }} />}
        {rows.map((row) => (
          <tr key={props.rowKey(row)} className={props.isChosen?.(row) ? styles.chosen : undefined}>
            {columns.map((column) => (
              <td key={column.key} className={classOf(column)}>
                {column.render(row)}
              </td>
            ))}
          </tr>
        ))}
        {loading && rows.length === 0 && <WaitingRows columns={columns} />}
        {below > 0 && <tr aria-hidden="true" style={{ height: below }} />}
      </tbody>
    </table>
  );
}

function Foot({ more, foot }: { more: DataTableProps<unknown>['more']; foot: ReactNode }) {
  if (foot === undefined && more?.available !== true) return null;
  return (
    <div className={styles.foot}>
      {more?.available && (
        // Not disabled while it loads, which would take the focus from it.
        <Button
          variant="default"
          size="xs"
          aria-busy={more.loading}
          onClick={() => {
            if (!more.loading) more.load();
          }}
        >
          {more.loading ? 'Loading …' : 'Show more'}
        </Button>
      )}
      <span className="numeric">{foot}</span>
    </div>
  );
}

const classOf = <T,>(column: DataColumn<T>): string =>
  [
    column.align === 'right' ? styles.right : '',
    column.grow ? styles.grow : '',
    column.secondary ? styles.secondary : '',
  ].join(' ');

function HeadCell<T>(props: {
  column: DataColumn<T>;
  sort: SortState | undefined;
  onSort: ((sort: SortState) => void) | undefined;
}) {
  const { column, sort, onSort } = props;
  const sorted = sort?.key === column.key ? sort : undefined;
  const direction = sorted === undefined ? 'none' : sorted.descending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      className={classOf(column)}
      style={column.width === undefined ? undefined : { width: column.width, minWidth: column.width }}
      {...(column.sorts ? { 'aria-sort': direction } : {})}
    >
      {column.sorts && onSort ? (
        <button
          type="button"
          className={`${styles.sort} ${sorted ? styles.sorted : ''}`}
          onClick={() => {
            if (column.sorts) onSort(nextSortOf(column.key, sort, column.sorts));
          }}
        >
          {column.header}
          {sorted && <Icon name={sorted.descending ? 'down' : 'up'} size={14} />}
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

/** In characters, near what will stand there: a box to tick, a name, a word. */
function waitingWidth<T>({ width, grow }: DataColumn<T>, row: number): number {
  if (width !== undefined && width < 40) return 2;
  return grow ? 16 + ((row * 5) % 12) : 7;
}

function WaitingRows<T>({ columns }: { columns: readonly DataColumn<T>[] }) {
  return Array.from({ length: 8 }, (_, row) => (
    <tr key={row} aria-hidden="true">
      {columns.map((column) => (
        <td key={column.key} className={classOf(column)}>
          <SkeletonText width={waitingWidth(column, row)} />
        </td>
      ))}
    </tr>
  ));
}
