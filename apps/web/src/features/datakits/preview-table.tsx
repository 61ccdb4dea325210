import type { Cell, ColumnProfile, ColumnType, Datakit, Profile } from '@quadrax/contract';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useRef } from 'react';
import { ErrorState } from '#ui/error-state.tsx';
import { PREVIEW_PAGE, usePreviewPages } from './datakit-queries.ts';
import { cellText, columnWidths, pagesFor } from './preview-layout.ts';
import type { PreviewFilter, PreviewSort } from './preview-filter.ts';
import { nextSort, sortText } from './preview-filter.ts';
import { PreviewHead } from './preview-head.tsx';
import styles from './preview-table.module.css';

const ROW_HEIGHT = 32;
const HEAD_HEIGHT = 84;
const GUTTER = 64;

export interface PreviewTableProps {
  datakit: Datakit;
  profile: Profile | undefined;
  sort: PreviewSort | undefined;
  filters: readonly PreviewFilter[];
  /** The column whose profile is shown. */
  column: string | undefined;
  onColumn: (name: string) => void;
  onSort: (sort: PreviewSort | undefined) => void;
  /** Told how many rows the filters leave, once known. */
  onTotal: (total: number) => void;
}

/** All rows of a datakit: only those in sight are drawn and fetched, in both directions. */
export function PreviewTable(props: PreviewTableProps) {
  const { datakit, profile, filters, sort, onTotal } = props;
  const frame = useRef<HTMLDivElement>(null);
  const { ref: measured, width } = useElementSize();
  const known = useRef<number>(undefined);
  const first = usePreviewPages(datakit.id, true, { sort: sortText(sort), filters }, [0])[0];
  if (first?.data) known.current = first.data.total;
  const count = first?.data?.total ?? known.current ?? datakit.rows ?? 0;

  const widths = columnWidths(datakit.columns, Math.max(0, width - GUTTER));
  const rows = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    scrollMargin: HEAD_HEIGHT,
  });
  const columns = useVirtualizer({
    horizontal: true,
    count: widths.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => widths[index] ?? 0,
    overscan: 3,
    scrollMargin: GUTTER,
  });
  const widthKey = widths.join(' ');
  useEffect(() => columns.measure(), [columns, widthKey]);

  const seen = rows.getVirtualItems();
  const numbers = pagesFor(seen[0]?.index ?? 0, seen.at(-1)?.index ?? 0, PREVIEW_PAGE);
  const pages = usePreviewPages(
    datakit.id,
    // While the table flies by, nothing is asked for that will not be looked at.
    !rows.isScrolling || first?.data === undefined,
    { sort: sortText(sort), filters },
    numbers,
  );
  const cellAt = (row: number, column: number): Cell | undefined => {
    const page = pages[numbers.indexOf(Math.floor(row / PREVIEW_PAGE))]?.data;
    return page?.preview.rows[row % PREVIEW_PAGE]?.[column];
  };

  const tell = useEffectEvent(onTotal);
  const total = first?.data?.total;
  useEffect(() => {
    if (total !== undefined) tell(total);
  }, [total]);
  const failed = pages.find((page) => page.error)?.error ?? first?.error;
  const merged = useMergedRef(frame, measured);
  if (failed && !first?.data) {
    return (
      <ErrorState error={failed} title="The rows could not be read." onRetry={() => void first?.refetch()} />
    );
  }

  const across = columns.getVirtualItems();
  const wide = GUTTER + widths.reduce((sum, one) => sum + one, 0);
  return (
    <div
      ref={merged}
      className={styles.frame}
      role="table"
      aria-label={`Rows of ${datakit.name}`}
      aria-rowcount={count + 1}
      aria-colcount={datakit.columns.length}
      aria-busy={first?.isPending ?? true}
      tabIndex={0}
    >
      <div className={styles.head} role="row" aria-rowindex={1} style={{ width: wide, height: HEAD_HEIGHT }}>
        {across.map((item) => (
          <HeadCell key={item.index} item={item} {...props} profiles={profile?.columns} />
        ))}
      </div>
      <div style={{ width: wide, height: rows.getTotalSize() }} className={styles.body} role="rowgroup">
        {seen.map((row) => (
          <div
            key={row.index}
            role="row"
            aria-rowindex={row.index + 2}
            className={styles.row}
            style={{ transform: `translateY(${row.start - HEAD_HEIGHT}px)`, width: wide }}
          >
            <span className={styles.gutter} aria-hidden="true">
              {row.index + 1}
            </span>
            {across.map((item) => (
              <BodyCell
                key={item.index}
                item={item}
                type={datakit.columns[item.index]?.type}
                value={cellAt(row.index, item.index)}
                chosen={datakit.columns[item.index]?.name === props.column}
              />
            ))}
          </div>
        ))}
        {count === 0 && first?.data && (
          <p className={styles.none}>
            {filters.length > 0 ? 'No row meets all conditions. Take one away.' : 'There are no rows.'}
          </p>
        )}
      </div>
    </div>
  );
}

function HeadCell({
  item,
  profiles,
  datakit,
  sort,
  column,
  onColumn,
  onSort,
}: PreviewTableProps & { item: VirtualItem; profiles: readonly ColumnProfile[] | undefined }) {
  const { name, type } = datakit.columns[item.index] ?? { name: '', type: 'text' as const };
  return (
    <PreviewHead
      name={name}
      type={type}
      index={item.index}
      left={item.start}
      width={item.size}
      profile={
        profiles?.[item.index]?.name === name
          ? profiles[item.index]
          : profiles?.find((one) => one.name === name)
      }
      rows={datakit.rows ?? 0}
      chosen={name === column}
      sorted={sort?.column === name ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      onChoose={() => onColumn(name)}
      onSort={() => onSort(nextSort(sort, name))}
    />
  );
}

const right: readonly (ColumnType | undefined)[] = ['numeric', 'integer'];

function BodyCell(props: {
  item: VirtualItem;
  type: ColumnType | undefined;
  value: Cell | undefined;
  chosen: boolean;
}) {
  const { item, type, value, chosen } = props;
  const text = value === undefined ? '' : cellText(value);
  const look = [
    styles.cell,
    right.includes(type) ? styles.right : '',
    value === null ? styles.missing : '',
    value === undefined ? styles.waiting : '',
    chosen ? styles.chosen : '',
  ];
  return (
    <span
      role="cell"
      aria-colindex={item.index + 1}
      className={look.join(' ')}
      style={{ left: item.start, width: item.size }}
      title={text.length > 16 ? text : undefined}
    >
      {value === null ? 'missing' : text}
    </span>
  );
}
