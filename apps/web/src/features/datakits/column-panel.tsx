import type { ColumnProfile, ProfileWarning } from '@quadrax/contract';
import { clockText } from '@quadrax/contract/clock';
import { ActionIcon } from '@mantine/core';
import { useMemo } from 'react';
import { formatInteger, formatNumber, formatPercent } from '#lib/format.ts';
import { Chart } from '#ui/chart.tsx';
import { histogramChart } from '#ui/histogram-chart.ts';
import { Icon } from '#ui/icons.tsx';
import { ColumnFilter } from './column-filter.tsx';
import { boundText, columnFacts, quantileName } from './column-facts.ts';
import styles from './datakit-view.module.css';
import {
  addFilter,
  binFilters,
  type PreviewFilter,
  type PreviewSort,
  replaceColumnFilters,
} from './preview-filter.ts';
import { TidyLink } from './warning-list.tsx';

export interface ColumnPanelProps {
  datakitId: string;
  column: ColumnProfile;
  rows: number;
  warnings: readonly ProfileWarning[];
  filters: readonly PreviewFilter[];
  sort: PreviewSort | undefined;
  onFilters: (filters: readonly PreviewFilter[]) => void;
  onSort: (sort: PreviewSort | undefined) => void;
  onClose: () => void;
}

/** What a column holds, beside its table: every bar and value leads to its rows. */
export function ColumnPanel(props: ColumnPanelProps) {
  const { column, rows, warnings, filters, onFilters } = props;
  return (
    <div>
      <div className={styles.panelhead}>
        <h2 className={styles.heading}>{column.name}</h2>
        <ActionIcon aria-label="Close the profile of this column" onClick={props.onClose}>
          <Icon name="close" size={16} />
        </ActionIcon>
      </div>
      {warnings.map((warning) => (
        <p className={styles.note} key={warning.code}>
          {warning.message} <TidyLink datakitId={props.datakitId} warning={warning} />
        </p>
      ))}
      <dl className={styles.facts}>
        {columnFacts(column, rows).map(({ name, value }) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
      {column.histogram && <ColumnHistogram {...props} histogram={column.histogram} />}
      {column.quantiles && column.quantiles.length > 0 && (
        <>
          <h3 className={styles.sub}>Quantiles</h3>
          <dl className={styles.facts}>
            {column.quantiles.map(({ p, value }) => (
              <Fact key={p} name={quantileName(p)} value={boundText(value)} />
            ))}
          </dl>
        </>
      )}
      {column.top && (column.top[0]?.count ?? 0) > 1 && <TopValues {...props} top={column.top} />}
      {column.top?.[0]?.count === 1 && <p className={styles.quiet}>Every value occurs once.</p>}
      <h3 className={styles.sub}>Show only rows where it</h3>
      <ColumnFilter column={column} onAdd={(filter) => onFilters(addFilter(filters, filter))} />
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd title={value}>{value}</dd>
    </>
  );
}

function ColumnHistogram(props: ColumnPanelProps & { histogram: NonNullable<ColumnProfile['histogram']> }) {
  const { column, histogram, filters, onFilters } = props;
  const { type } = column;
  const chart = useMemo(
    () =>
      histogramChart({
        edges: histogram.edges,
        counts: histogram.counts,
        xName: column.name.length > 36 ? `${column.name.slice(0, 35)}…` : column.name,
        dates: type === 'datetime',
        format: (value) => {
          if (type === 'time') return clockText(value).slice(0, 5);
          return type === 'datetime' ? new Date(value).toISOString().slice(0, 10) : formatNumber(value, 4);
        },
      }),
    [histogram, column.name, type],
  );
  return (
    <div style={{ marginTop: 16 }}>
      <Chart
        label={`Histogram of ${column.name}`}
        option={chart.option}
        table={chart.table}
        height={200}
        onSelect={({ dataIndex }) =>
          onFilters(
            replaceColumnFilters(
              filters,
              column.name,
              binFilters(column.name, column.type, histogram.edges, dataIndex),
            ),
          )
        }
      />
      <p className={styles.quiet}>Click a bar to see its rows.</p>
    </div>
  );
}

function TopValues(props: ColumnPanelProps & { top: NonNullable<ColumnProfile['top']> }) {
  const { column, rows, top, filters, onFilters } = props;
  const most = top[0]?.count ?? 1;
  const operand = (value: string): string | number | boolean => {
    if (column.type === 'numeric' || column.type === 'integer') return Number(value);
    return column.type === 'boolean' ? value === 'true' : value;
  };
  return (
    <>
      <h3 className={styles.sub}>{top.length < column.distinct ? 'Commonest values' : 'Values'}</h3>
      <ul className={styles.values}>
        {top.map(({ value, count }) => (
          <li key={value}>
            <button
              type="button"
              className={styles.value}
              title={`${value}: show its ${formatInteger(count)} rows`}
              onClick={() =>
                onFilters(
                  replaceColumnFilters(filters, column.name, [
                    { column: column.name, operator: '=', value: operand(value) },
                  ]),
                )
              }
            >
              <span className={styles.share} style={{ width: `${(count / most) * 100}%` }} />
              <span>{value === '' ? '(empty text)' : value}</span>
              <span className={styles.figure}>
                {formatInteger(count)} · {formatPercent(count / Math.max(rows, 1))}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
