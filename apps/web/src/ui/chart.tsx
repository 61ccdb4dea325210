import { ActionIcon, Menu, useComputedColorScheme } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import type { ECElementEvent, EChartsOption, EChartsType } from 'echarts';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { saveFile } from '#lib/clipboard.ts';
import { toCsv } from '#lib/csv.ts';
import { formatInteger, formatNumber } from '#lib/format.ts';
import { darkTokens, lightTokens } from './chart-theme.ts';
import type { ChartTokens } from './chart-theme.ts';
import { Icon } from './icons.tsx';
import { Scroller } from './scroller.tsx';
import { showFailure } from './undo-notice.tsx';
import styles from './chart.module.css';

/** The numbers a chart shows, for readers who cannot see it and for the CSV. */
export interface ChartTable {
  columns: readonly string[];
  rows: readonly (readonly (string | number | null | undefined)[])[];
}

export interface ChartProps {
  /** What the chart shows in one line; read by screen readers, and the name of its downloads. */
  label: string;
  /** Built from the tokens, so that light, dark and print each get theirs. Name every axis, with its unit. */
  option: (tokens: ChartTokens) => EChartsOption;
  table: ChartTable;
  /** In pixels, fixed, so that nothing jumps. */
  height?: number;
  /** Charts of one group share tooltip and zoom. */
  group?: string;
  /** A click or Enter on a mark. */
  onSelect?: (mark: ECElementEvent) => void;
  /** For brushes and what else needs the chart itself. What it returns runs when the chart goes. */
  onReady?: (chart: EChartsType) => void | (() => void);
}

/** A chart with its downloads and the table behind it. ECharts is loaded when the first one is shown. */
export function Chart({ label, option, table, height = 280, group, onSelect, onReady }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const size = () => ({ width: frame.current?.clientWidth ?? 640, height });
  const save = async (kind: 'svg' | 'png' | 'csv') => {
    const name = `${label.replaceAll(/[^\p{L}\p{N}]+/gu, '-').toLowerCase()}.${kind}`;
    if (kind === 'csv') {
      saveFile(name, new Blob([toCsv(table.columns, table.rows)], { type: 'text/csv' }));
      return;
    }
    const engine = await import('./chart-engine.ts');
    const content =
      kind === 'svg'
        ? new Blob([engine.toSvg(option, size())], { type: 'image/svg+xml' })
        : await engine.toPng(option, size());
    saveFile(name, content);
  };
  return (
    <div className={styles.chart} style={{ height }} ref={frame}>
      {asTable ? (
        <TableBehind label={label} table={table} />
      ) : (
        <Plot label={label} option={option} group={group} onSelect={onSelect} onReady={onReady} />
      )}
      <div className={styles.menu}>
        <ChartMenu
          label={label}
          asTable={asTable}
          onToggle={() => {
            setAsTable(!asTable);
          }}
          onSave={(kind) => {
            save(kind).catch((error: unknown) => {
              showFailure(error, 'The chart could not be saved.');
            });
          }}
        />
      </div>
    </div>
  );
}

function ChartMenu(props: {
  label: string;
  asTable: boolean;
  onToggle: () => void;
  onSave: (kind: 'svg' | 'png' | 'csv') => void;
}) {
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon size="sm" aria-label={`Options of ${props.label}`}>
          <Icon name="more" size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={props.onToggle}>{props.asTable ? 'Show chart' : 'Show as table'}</Menu.Item>
        <Menu.Divider />
        {(['svg', 'png', 'csv'] as const).map((kind) => (
          <Menu.Item
            key={kind}
            onClick={() => {
              props.onSave(kind);
            }}
          >
            Download {kind.toUpperCase()}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Plot({
  label,
  option,
  group,
  onSelect,
  onReady,
}: Pick<ChartProps, 'label' | 'option'> & {
  group: ChartProps['group'];
  onSelect: ChartProps['onSelect'];
  onReady: ChartProps['onReady'];
}) {
  const dark = useComputedColorScheme('light') === 'dark';
  // A canvas does not hear of it by itself.
  const still = useReducedMotion(false, { getInitialValueInEffect: false });
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  const tokens = dark ? darkTokens : lightTokens;
  const select = useEffectEvent((mark: ECElementEvent) => onSelect?.(mark));
  const ready = useEffectEvent((drawn: EChartsType) => onReady?.(drawn));

  useEffect(() => {
    let gone = false;
    let clean: (() => void) | undefined;
    import('./chart-engine.ts').then(
      (engine) => {
        if (gone || element.current === null) return;
        const drawn = engine.draw(element.current, tokens);
        drawn.on('click', select);
        if (group !== undefined) {
          drawn.group = group;
          engine.link(group);
        }
        const observer = new ResizeObserver(() => {
          drawn.resize();
        });
        observer.observe(element.current);
        const release = ready(drawn);
        setChart(drawn);
        clean = () => {
          release?.();
          observer.disconnect();
          drawn.dispose();
          setChart(undefined);
        };
      },
      (error: unknown) => {
        showFailure(error, 'The charts could not be loaded.');
      },
    );
    return () => {
      gone = true;
      clean?.();
    };
  }, [tokens, group]);

  useEffect(() => {
    if (chart === undefined || chart.isDisposed()) return;
    chart.setOption(
      { animationDuration: 200, ...option(tokens), ...(still && { animation: false }) },
      { notMerge: true },
    );
  }, [chart, option, tokens, still]);

  return (
    <>
      <p className="visually-hidden">{label}. Its numbers are in the table that its options show.</p>
      <div className={styles.plot} ref={element} aria-hidden="true" />
    </>
  );
}

const SHOWN_ROWS = 500;

function TableBehind({ label, table }: { label: string; table: ChartTable }) {
  const columns = table.columns.map((name, index) => ({
    name,
    index,
    look: table.rows.some((row) => typeof row[index] === 'number') ? styles.figure : undefined,
  }));
  const rows = table.rows.slice(0, SHOWN_ROWS).map((cells, place) => ({ cells, place }));
  const hidden = table.rows.length - rows.length;
  return (
    <Scroller className={styles.behind} label={`${label}, as a table`}>
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            {columns.map(({ name, look }) => (
              <th key={name} scope="col" className={look}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cells, place }) => (
            <tr key={place}>
              {columns.map(({ name, index, look }) => (
                <td key={name} className={look}>
                  <Cell value={cells[index]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {hidden > 0 && (
        <div className={styles.more}>{formatInteger(hidden)} more rows are in the CSV download.</div>
      )}
    </Scroller>
  );
}

function Cell({ value }: { value: string | number | null | undefined }) {
  return typeof value === 'number' ? formatNumber(value, 5) : (value ?? '');
}
