import type { CustomSeriesOption, EChartsOption } from 'echarts';
import { formatInteger } from '#lib/format.ts';
import { tooltipContent } from './chart-theme.ts';
import type { ChartTokens } from './chart-theme.ts';
import type { ChartTable } from './chart.tsx';

/** A chart as `<Chart>` takes it. */
export interface ChartSpec {
  readonly option: (tokens: ChartTokens) => EChartsOption;
  readonly table: ChartTable;
}

export interface HistogramInput {
  /** counts.length + 1 edges; milliseconds since 1970 when `dates`. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** The axis title, with its unit. */
  readonly xName: string;
  readonly dates?: boolean;
  readonly format: (value: number) => string;
  /** A vertical line at a meaningful value, with its name. */
  readonly mark?: { readonly at: number; readonly label: string };
}

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>;

/** Bars whose widths are those of the bins, also where the bins differ. */
const binBar =
  (color: string): RenderItem =>
  (_, api) => {
    const [left = 0, base = 0] = api.coord([api.value(0), 0]);
    const [right = 0, top = 0] = api.coord([api.value(1), api.value(2)]);
    const gap = right - left > 3 ? 1 : 0;
    return {
      type: 'rect',
      shape: { x: left + gap / 2, y: top, width: Math.max(right - left - gap, 0.5), height: base - top },
      style: { fill: color },
      emphasis: { style: { opacity: 0.7 } },
    };
  };

/** A histogram. A click on a bar gives the number of its bin as `dataIndex`. */
export function histogramChart(input: HistogramInput): ChartSpec {
  const { edges, counts, xName, format, mark } = input;
  const bins = counts.map((count, i) => [edges[i] ?? 0, edges[i + 1] ?? 0, count]);
  const span = (bin: readonly number[]): string => `${format(bin[0] ?? 0)} to ${format(bin[1] ?? 0)}`;
  return {
    option: (tokens) => ({
      grid: { left: 12, right: 16, top: 28, bottom: 8 },
      xAxis: {
        type: input.dates === true ? 'time' : 'value',
        name: xName,
        nameGap: 26,
        min: edges[0] ?? 0,
        max: edges.at(-1) ?? 1,
        splitNumber: 4,
        splitLine: { show: false },
        axisLabel: input.dates === true ? {} : { formatter: (value: number) => format(value) },
      },
      yAxis: { type: 'value', name: 'Rows', nameGap: 38, minInterval: 1, splitNumber: 3 },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          const bin = bins[Array.isArray(shown) ? 0 : shown.dataIndex] ?? [];
          return tooltipContent(span(bin), [{ label: 'Rows', value: formatInteger(bin[2] ?? 0) }]);
        },
      },
      series: [
        {
          type: 'custom',
          data: bins,
          encode: { x: [0, 1], y: 2 },
          renderItem: binBar(tokens.categories[0] ?? tokens.accent),
          ...(mark && {
            markLine: {
              silent: true,
              symbol: 'none',
              data: [{ xAxis: mark.at }],
              label: { formatter: mark.label, position: 'end' },
              lineStyle: { color: tokens.ink2, type: 'solid', width: 1 },
            },
          }),
        },
      ],
    }),
    table: {
      columns: ['From', 'To', 'Rows'],
      rows: bins.map(([from, to, count]) => [format(from ?? 0), format(to ?? 0), count]),
    },
  };
}
