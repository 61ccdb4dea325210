import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { ReactNode } from 'react';
import { Icon } from './icons.tsx';
import { SkeletonText } from './skeletons.tsx';
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
  sortable?: boolean;
}

export interface SortState {
  key: string;
  descending: boolean;
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
  const { label, columns, rows, loading = false, height, rowHeight = 37, more, foot } = props;
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    enabled: height !== undefined,
  });
  const seen = height === undefined ? undefined : virtual.getVirtualItems();
  const shown = seen === undefined ? rows : seen.flatMap((item) => rows.slice(item.index, item.index + 1));
  const above = seen?.[0]?.start ?? 0;
  const below = seen === undefined ? 0 : virtual.getTotalSize() - (seen.at(-1)?.end ?? 0);
  return (
    <>
      <div
        className={styles.frame}
        ref={frame}
        style={height === undefined ? undefined : { maxHeight: height }}
        {...(height === undefined ? {} : { tabIndex: 0, role: 'group', 'aria-label': label })}
      >
        <table
          className={styles.table}
          aria-label={label}
          aria-busy={loading}
          aria-rowcount={height === undefined ? undefined : rows.length + 1}
        >
          <thead>
            <tr>
              {columns.map((column) => (
                <HeadCell key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {above > 0 && <Spacer height={above} span={columns.length} />}
            {shown.map((row) => (
              <tr key={props.rowKey(row)} className={props.isChosen?.(row) ? styles.chosen : undefined}>
                {columns.map((column) => (
                  <td key={column.key} className={classOf(column)}>
                    {column.render(row)}
                  </td>
                ))}
              </tr>
            ))}
            {loading && rows.length === 0 && <WaitingRows columns={columns} />}
            {below > 0 && <Spacer height={below} span={columns.length} />}
          </tbody>
        </table>
      </div>
      {(foot !== undefined || more?.available === true) && (
        <div className={styles.foot}>
          {more?.available && (
            <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
              Show more
            </Button>
          )}
          <span className="numeric">{foot}</span>
        </div>
      )}
    </>
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
      {...(column.sortable ? { 'aria-sort': direction } : {})}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          className={`${styles.sort} ${sorted ? styles.sorted : ''}`}
          onClick={() => {
            onSort({ key: column.key, descending: sorted ? !sorted.descending : false });
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

function Spacer({ height, span }: { height: number; span: number }) {
  return (
    <tr aria-hidden="true">
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function WaitingRows<T>({ columns }: { columns: readonly DataColumn<T>[] }) {
  return Array.from({ length: 8 }, (_, row) => (
    <tr key={row} aria-hidden="true">
      {columns.map((column, index) => (
        <td key={column.key} className={classOf(column)}>
          <SkeletonText width={index === 0 ? 16 + ((row * 5) % 12) : 7} />
        </td>
      ))}
    </tr>
  ));
}
