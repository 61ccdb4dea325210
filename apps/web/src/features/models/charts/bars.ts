import type { CustomSeriesOption } from 'echarts';
import { formatNumber } from '#lib/format.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartTokens } from '#ui/chart-theme.ts';

/** One bar with its interval. */
export interface IntervalBar {
  readonly label: string;
  readonly value: number;
  /** Half the length of the whisker: a standard deviation; where it is none, nothing is drawn. */
  readonly spread?: number;
  /** Drawn in colour; the others in grey. */
  readonly marked: boolean;
  /** Shown when hovered. */
  readonly note?: string;
}

export interface IntervalBarsInput {
  readonly bars: readonly IntervalBar[];
  /** The axis title. */
  readonly name: string;
  readonly format: (value: number) => string;
  /** What a row is, for the table behind. */
  readonly what: string;
}

/** Pixels that "0.420 ± 0.030" takes. */
const FIGURES = 112;

/** Pixels a bar takes, axis and title apart, so that charts with few and many bars look alike. */
export const barsHeight = (bars: number): number => 64 + Math.max(bars, 1) * 28;

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>;

const whisker =
  (color: string): RenderItem =>
  (_, api) => {
    const row = api.value(0);
    const [from = 0, y = 0] = api.coord([api.value(1), row]);
    const [to = 0] = api.coord([api.value(2), row]);
    const line = (x1: number, y1: number, x2: number, y2: number) => ({
      type: 'line' as const,
      shape: { x1, y1, x2, y2 },
      style: { stroke: color, lineWidth: 1.25 },
    });
    return {
      type: 'group',
      silent: true,
      children: [line(from, y, to, y), line(from, y - 4, from, y + 4), line(to, y - 4, to, y + 4)],
    };
  };

const MOST_LABEL = 30;
const shortLabel = (label: string): string =>
  label.length > MOST_LABEL ? `${label.slice(0, MOST_LABEL - 1)}…` : label;

/** Horizontal bars with whiskers and their values written beside them, the first on top. */
export function intervalBars(input: IntervalBarsInput): ChartSpec {
  const { bars, format, name } = input;
  const reach = (bar: IntervalBar): number => Math.max(bar.value, 0) + (bar.spread ?? 0);
  const most = Math.max(...bars.map(reach), 0);
  const least = Math.min(...bars.map((bar) => bar.value - (bar.spread ?? 0)), 0);
  const valueText = (bar: IntervalBar): string =>
    bar.spread ? `${format(bar.value)} ± ${format(bar.spread)}` : format(bar.value);
  const color = (bar: IntervalBar, tokens: ChartTokens): string =>
    bar.marked ? (tokens.categories[0] ?? tokens.accent) : tokens.lineStrong;
  return {
    option: (tokens) => ({
      // A bar on its way would not agree with its whisker and its figure, which stand at once.
      animation: false,
      // The figures stand at the right of the plot.
      grid: {
        left: 8,
        right: FIGURES,
        top: 8,
        bottom: 8,
        outerBounds: { left: 0, right: 0, top: 0, bottom: 0 },
      },
      xAxis: {
        type: 'value',
        name,
        nameGap: 28,
        splitNumber: 3,
        splitLine: { show: false },
        min: least,
        max: most > 0 ? most : undefined,
        axisLabel: {
          formatter: (value: number) => formatNumber(value, 3),
          showMinLabel: least === 0,
          showMaxLabel: false,
        },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map((bar) => bar.label),
        axisTick: { show: false },
        axisLabel: { formatter: shortLabel, interval: 0, color: tokens.ink },
      },
      tooltip: {
        trigger: 'axis',
        axisPointer: { type: 'none' },
        formatter: (shown) => {
          const first = Array.isArray(shown) ? shown[0] : shown;
          const bar = bars[first?.dataIndex ?? 0];
          if (!bar) return '';
          const rows = [{ label: name, value: valueText(bar) }];
          return tooltipContent(bar.label, bar.note ? [...rows, { label: bar.note, value: '' }] : rows);
        },
      },
      series: [
        {
          type: 'bar',
          barMaxWidth: 16,
          data: bars.map((bar) => ({ value: bar.value, itemStyle: { color: color(bar, tokens) } })),
        },
        {
          type: 'custom',
          z: 3,
          data: bars.flatMap((bar, i) =>
            !bar.spread ? [] : [[i, bar.value - bar.spread, bar.value + bar.spread]],
          ),
          encode: { x: [1, 2], y: 0 },
          renderItem: whisker(tokens.ink2),
        },
        {
          // The figures, at the end of the whiskers.
          type: 'scatter',
          silent: true,
          symbolSize: 0,
          data: bars.map((bar, i) => [Math.max(reach(bar), 0), i]),
          label: {
            show: true,
            position: 'right',
            distance: 6,
            color: tokens.ink,
            formatter: (point) => {
              const bar = bars[point.dataIndex];
              return bar ? valueText(bar) : '';
            },
          },
        },
      ],
    }),
    table: {
      columns: [input.what, name, 'Standard deviation'],
      rows: bars.map((bar) => [bar.label, bar.value, bar.spread]),
    },
  };
}
