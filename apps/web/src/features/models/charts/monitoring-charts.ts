import type { Drift, Monitoring } from '@quadrax/contract';
import type { BarSeriesOption, LineSeriesOption } from 'echarts';
import { formatInteger, formatMoment, formatNumber, formatPercent } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartTokens } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';

type Hours = Monitoring['series'];
interface Span {
  readonly from: string;
  readonly to: string;
}

const HOUR = 3_600_000;
/** Hours up to which each is a point on its line. */
const MOST_POINTS = 48;
/** What is counted in an hour is drawn in its middle. */
const middleOf = (at: string): number => Date.parse(at) + HOUR / 2;

const timeAxis = ({ from, to }: Span) => ({
  type: 'time' as const,
  name: 'Time, by the hour',
  nameGap: 26,
  min: Date.parse(from),
  max: Date.parse(to),
  splitNumber: 5,
  splitLine: { show: false },
});

const firstOf = (shown: unknown): number => {
  const first = (Array.isArray(shown) ? shown[0] : shown) as { dataIndex?: number } | undefined;
  return first?.dataIndex ?? 0;
};

/** Requests an hour, those that were refused on top. */
export function requestsChart(hours: Hours, span: Span): ChartSpec {
  const bars = (
    name: string,
    color: string | undefined,
    of: (hour: Hours[number]) => number,
  ): BarSeriesOption => ({
    type: 'bar',
    name,
    stack: 'requests',
    barMaxWidth: 12,
    barMinWidth: 2,
    ...(color && { itemStyle: { color } }),
    data: hours.map((hour) => [middleOf(hour.at), of(hour)]),
  });
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 16, bottom: 8 },
      xAxis: timeAxis(span),
      yAxis: { type: 'value', name: 'Requests an hour', nameGap: 44, minInterval: 1, splitNumber: 3 },
      tooltip: {
        trigger: 'axis',
        formatter: (shown) => {
          const hour = hours[firstOf(shown)];
          if (!hour) return '';
          return tooltipContent(formatMoment(hour.at), [
            { label: 'Requests', value: formatInteger(hour.requests) },
            { label: 'Refused', value: formatInteger(hour.errors) },
            { label: 'Rows', value: formatInteger(hour.rows) },
          ]);
        },
      },
      series: [
        bars('Answered', tokens.categories[0], ({ requests, errors }) => requests - errors),
        bars('Refused', tokens.bad, ({ errors }) => errors),
      ],
    }),
    table: {
      columns: ['Hour', 'Requests', 'Refused', 'Rows'],
      rows: hours.map((hour) => [hour.at, hour.requests, hour.errors, hour.rows]),
    },
  };
}

const quantiles = [
  { name: 'p50', label: 'median' },
  { name: 'p95', label: '95 %' },
  { name: 'p99', label: '99 %' },
] as const;

/** How long requests took: the median, and what 95 and 99 of a hundred stayed below. */
export function latencyChart(hours: Hours, span: Span): ChartSpec {
  const timed = hours.flatMap(({ at, latency }) => (latency ? [{ at, ...latency }] : []));
  const line = (
    { name, label }: (typeof quantiles)[number],
    color: string | undefined,
  ): LineSeriesOption => ({
    type: 'line',
    name: label,
    // A line of a single hour would not be seen.
    showSymbol: timed.length <= MOST_POINTS,
    symbolSize: 5,
    ...(color && { itemStyle: { color }, lineStyle: { width: 2, color } }),
    data: timed.map((hour) => [middleOf(hour.at), hour[name]]),
    labelLayout: { moveOverlap: 'shiftY' },
    endLabel: { show: true, formatter: '{a}', ...(color && { color }), fontWeight: 500 },
  });
  const colors = (tokens: ChartTokens) => [tokens.categories[0], tokens.ink2, tokens.ink3];
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 64, top: 16, bottom: 8 },
      xAxis: timeAxis(span),
      yAxis: { type: 'value', name: 'Milliseconds', nameGap: 44, min: 0, splitNumber: 3 },
      tooltip: {
        trigger: 'axis',
        formatter: (shown) => {
          const hour = timed[firstOf(shown)];
          if (!hour) return '';
          const rows = quantiles.map(({ name, label }) => ({
            label,
            value: `${formatNumber(hour[name], 3)} ms`,
          }));
          return tooltipContent(formatMoment(hour.at), rows);
        },
      },
      series: quantiles.map((quantile, i) => line(quantile, colors(tokens)[i])),
    }),
    table: {
      columns: ['Hour', 'Median (ms)', '95 % (ms)', '99 % (ms)'],
      rows: timed.map((hour) => [hour.at, hour.p50, hour.p95, hour.p99]),
    },
  };
}

/** The training rows and the predicted ones side by side, cell by cell, and what is missing of either. */
export function comparisonChart({ name, cells, missing }: Drift): ChartSpec {
  const all = [
    ...cells,
    ...(missing.training > 0 || missing.served > 0 ? [{ label: 'missing', ...missing }] : []),
  ];
  const bars = (series: string, color: string | undefined, of: 'training' | 'served'): BarSeriesOption => ({
    type: 'bar',
    name: series,
    barMaxWidth: 18,
    barGap: '10%',
    ...(color && { itemStyle: { color } }),
    data: all.map((cell) => cell[of]),
  });
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 36, bottom: 8 },
      legend: { show: true, top: 0, left: 0, icon: 'rect', itemWidth: 12, itemHeight: 12 },
      xAxis: {
        type: 'category',
        name,
        nameGap: 46,
        data: all.map(({ label }) => label),
        axisLabel: { rotate: all.length > 6 ? 30 : 0, width: 90, overflow: 'truncate' },
      },
      yAxis: {
        type: 'value',
        name: 'Share of the rows',
        nameGap: 44,
        max: ({ max }) => Math.min(1, Math.ceil(max * 10) / 10),
        splitNumber: 3,
        axisLabel: { formatter: (value: number) => formatPercent(value, 0) },
      },
      tooltip: {
        trigger: 'axis',
        formatter: (shown) => {
          const cell = all[firstOf(shown)];
          if (!cell) return '';
          return tooltipContent(cell.label, [
            { label: 'Training', value: formatPercent(cell.training) },
            { label: 'Predicted', value: formatPercent(cell.served) },
          ]);
        },
      },
      series: [
        bars('Training', tokens.lineStrong, 'training'),
        bars('Predicted', tokens.categories[0], 'served'),
      ],
    }),
    table: {
      columns: [name, 'Training', 'Predicted'],
      rows: all.map((cell) => [cell.label, cell.training, cell.served]),
    },
  };
}
