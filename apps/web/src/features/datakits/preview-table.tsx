import type { Cell, ColumnType, Datakit, Profile } from '@quadrax/contract';
import { useEffect, useEffectEvent, useRef } from 'react';
import { ErrorState } from '#ui/error-state.tsx';
import { type RowWindow, rowWindow } from '#ui/row-window.ts';
import { nextSort, type PreviewFilter, type PreviewSort } from './preview-filter.ts';
import { PreviewHead } from './preview-head.tsx';
import { cellText, type ColumnPlace, columnsInSight, columnWidths } from './preview-layout.ts';
import { useInnerSize, useScroll } from './preview-sight.ts';
import { usePreviewCells, usePreviewTotal } from './preview-rows.ts';
import styles from './preview-table.module.css';

const ROW_HEIGHT = 32;
const HEAD_HEIGHT = 84;
const GUTTER = 64;
/** Rows that the frame has room for at least, for what it says where there are none. */
const FEWEST_ROWS = 4;
/** Room below the rows for a bar to scroll by. */
const FOOT = 16;
/** How wide the columns that the frame cuts off fade out. */
const FADE = 48;

export interface PreviewTableProps {
  datakit: Datakit;
  profile: Profile | undefined;
  sort: PreviewSort | undefined;
  filters: readonly PreviewFilter[];
  /** The column whose profile is shown. */
  column: string | undefined;
  /** Rows that were there before the present filters, so that the table keeps its length until they answer. */
  before: number;
  onColumn: (name: string) => void;
  onSort: (sort: PreviewSort | undefined) => void;
  /** Told how many rows the filters leave, once known. */
  onTotal: (total: number) => void;
}

/** All rows of a datakit: only those in sight are drawn and fetched, in both directions. */
export function PreviewTable(props: PreviewTableProps) {
  const { datakit, filters, sort, onTotal } = props;
  const view = { id: datakit.id, sort, filters };
  const { total, error, retry } = usePreviewTotal(view);
  const tell = useEffectEvent(onTotal);
  useEffect(() => {
    if (total !== undefined) tell(total);
  }, [total]);
  if (error && total === undefined) {
    return <ErrorState error={error} title="The rows could not be read." onRetry={retry} />;
  }
  return <Frame {...props} total={total} count={total ?? props.before} />;
}

interface FrameProps extends PreviewTableProps {
  total: number | undefined;
  count: number;
}

function Frame(props: FrameProps) {
  const { datakit, filters, sort, total, count } = props;
  const frame = useRef<HTMLDivElement>(null);
  const { width, height } = useInnerSize(frame);
  const { scroll, onScroll } = useScroll();
  const widths = columnWidths(datakit.columns, Math.max(0, width - GUTTER));
  const sight = rowWindow(count, ROW_HEIGHT, scroll.top, Math.max(0, height - HEAD_HEIGHT));
  const across = columnsInSight(widths, GUTTER, scroll.left, width);
  const cell = usePreviewCells(
    { id: datakit.id, sort, filters },
    sight.from,
    Math.max(sight.from, sight.to - 1),
    !scroll.moving || total === undefined,
  );
  const wide = GUTTER + widths.reduce((sum, one) => sum + one, 0);
  return (
    <div className={styles.sight}>
      <div
        ref={frame}
        className={styles.frame}
        style={{ maxHeight: wholeHeight(datakit.rows) }}
        onScroll={onScroll}
      >
        <table
          className={styles.table}
          style={{ width: wide }}
          aria-label={`Rows of ${datakit.name}`}
          aria-rowcount={count + 1}
          aria-colcount={widths.length}
          aria-busy={total === undefined}
        >
          <thead className={styles.head} style={{ height: HEAD_HEIGHT }}>
            <tr aria-rowindex={1}>
              {across.map((item) => (
                <HeadCell key={item.index} item={item} {...props} />
              ))}
            </tr>
          </thead>
          <tbody className={styles.body} style={{ height: count * ROW_HEIGHT }}>
            {rowNumbers(sight).map((row) => (
              <tr
                key={row}
                aria-rowindex={row + 2}
                className={styles.row}
                style={{ transform: `translateY(${row * ROW_HEIGHT}px)`, width: wide }}
              >
                <td className={styles.gutter} aria-hidden="true">
                  {row + 1}
                </td>
                {across.map((item) => (
                  <BodyCell
                    key={item.index}
                    item={item}
                    type={datakit.columns[item.index]?.type}
                    value={cell(row, item.index)}
                    chosen={datakit.columns[item.index]?.name === props.column}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {total === 0 && (
          <p className={styles.none}>
            {filters.length > 0 ? 'No row meets all conditions. Take one away.' : 'There are no rows.'}
          </p>
        )}
      </div>
      {height > 0 && scroll.left + width < wide && (
        <div
          className={styles.beyond}
          style={{ left: width - FADE, width: FADE, height }}
          aria-hidden="true"
        />
      )}
    </div>
  );
}

/** Of a frame without a filter: filters change nothing of it, so that nothing below it jumps. */
const wholeHeight = (rows: number | null): number | undefined =>
  rows === null ? undefined : HEAD_HEIGHT + Math.max(FEWEST_ROWS, rows) * ROW_HEIGHT + FOOT;

const rowNumbers = ({ from, to }: RowWindow): number[] =>
  Array.from({ length: to - from }, (_, place) => from + place);

function HeadCell({
  item,
  profile,
  datakit,
  sort,
  column,
  onColumn,
  onSort,
}: FrameProps & { item: ColumnPlace }) {
  const { name, type } = datakit.columns[item.index] ?? { name: '', type: 'text' as const };
  const descending = sort?.column === name ? sort.descending : undefined;
  const direction = descending ? 'descending' : 'ascending';
  return (
    <PreviewHead
      name={name}
      type={type}
      index={item.index}
      left={item.left}
      width={item.width}
      profile={profile?.columns.find((one) => one.name === name)}
      rows={datakit.rows ?? 0}
      chosen={name === column}
      sorted={descending === undefined ? 'none' : direction}
      onChoose={() => onColumn(name)}
      onSort={() => onSort(nextSort(sort, name))}
    />
  );
}

const figures = new Set<ColumnType | undefined>(['numeric', 'integer']);

function BodyCell(props: {
  item: ColumnPlace;
  type: ColumnType | undefined;
  value: Cell | undefined;
  chosen: boolean;
}) {
  const { item, type, value, chosen } = props;
  const text = value === undefined ? '' : cellText(value, type);
  const look = [
    styles.cell,
    figures.has(type) ? styles.right : '',
    value === null ? styles.missing : '',
    value === undefined ? styles.waiting : '',
    chosen ? styles.chosen : '',
  ];
  return (
    <td
      aria-colindex={item.index + 1}
      className={look.join(' ')}
      style={{ left: item.left, width: item.width }}
      title={text.length > 16 ? text : undefined}
    >
      {text}
    </td>
  );
}
