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
  // A bar alone has a band as wide as the axis, which would be stretched to hold it.
  containShape: false,
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

/** Told apart by their strokes, as lines that lie close are not by two greys. */
const quantiles = [
  { name: 'p50', label: 'median', stroke: 'solid' },
  { name: 'p95', label: '95 %', stroke: 'dashed' },
  { name: 'p99', label: '99 %', stroke: 'dotted' },
] as const;

/** A point alone must be seen; of many, the line is. */
const symbolsOf = (points: number) => ({
  showSymbol: points <= MOST_POINTS,
  symbolSize: points === 1 ? 9 : 5,
  // The last hour is at the end of the axis: its symbol is drawn whole.
  clip: false,
});

/** What each stroke is, in the order of the lines; room on its right for the options of the chart. */
const legendOfLines = {
  show: true,
  top: 0,
  left: 0,
  right: 36,
  icon: 'inherit',
  itemWidth: 24,
  itemHeight: 8,
};

/** How long requests took: the median, and what 95 and 99 of a hundred stayed below. */
export function latencyChart(hours: Hours, span: Span): ChartSpec {
  const timed = hours.flatMap(({ at, latency }) => (latency ? [{ at, ...latency }] : []));
  const line = (
    { name, label, stroke }: (typeof quantiles)[number],
    color: string | undefined,
  ): LineSeriesOption => ({
    type: 'line',
    name: label,
    ...symbolsOf(timed.length),
    ...(color && { itemStyle: { color }, lineStyle: { width: 2, color, type: stroke } }),
    data: timed.map((hour) => [middleOf(hour.at), hour[name]]),
  });
  const colors = (tokens: ChartTokens) => [tokens.categories[0], tokens.ink2, tokens.ink2];
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 40, bottom: 8 },
      // Above: labels at the ends of lines that lie close would lie over each other.
      legend: legendOfLines,
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

/** Up to the greatest share in equal steps, so that the last label is no step's neighbour. */
function shareSteps(greatest: number): { max: number; interval: number } {
  const interval =
    [0.01, 0.02, 0.05, 0.1].find((step) => greatest <= 4 * step) ?? (greatest <= 0.6 ? 0.2 : 0.25);
  return { max: Math.min(1, Math.ceil(greatest / interval) * interval || interval), interval };
}

/** Above the first a distribution counts as moderately drifted, above the second as shifted. */
const bounds = [0.1, 0.25];
/** What is above is drawn here: far away is far away, and the bounds stay to be seen. */
const farthest = 1;

/** How far from what it is compared with, over time: what was predicted, and one feature or, of none, the most drifted each time. */
export function driftChart(
  points: Monitoring['driftSeries'],
  span: Span,
  feature: string | undefined,
): ChartSpec {
  const within = (at: number): number => Math.min(Math.max(at, Date.parse(span.from)), Date.parse(span.to));
  const drifted = points.map(({ at, hours, rows, prediction, features }) => {
    const ranked = features.toSorted((a, b) => b.psi - a.psi);
    const shown = feature === undefined ? ranked[0] : ranked.find(({ name }) => name === feature);
    return { at, middle: within(Date.parse(at) + (hours * HOUR) / 2), hours, rows, prediction, shown };
  });
  const told = feature ?? 'Most drifted feature';
  const line = (
    name: string,
    color: string | undefined,
    stroke: 'solid' | 'dashed',
    of: (point: (typeof drifted)[number]) => number | undefined,
  ): LineSeriesOption => ({
    type: 'line',
    name,
    ...symbolsOf(drifted.length),
    connectNulls: false,
    ...(color && { itemStyle: { color }, lineStyle: { width: 2, color, type: stroke } }),
    data: drifted.map((point) => {
      const psi = of(point);
      return [point.middle, psi === undefined ? null : Math.min(psi, farthest)];
    }),
  });
  const index = (psi: number | undefined): string =>
    psi === undefined ? 'too few rows' : formatNumber(psi, 3);
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 36, bottom: 8 },
      legend: legendOfLines,
      xAxis: { ...timeAxis(span), name: points[0]?.hours === 1 ? 'Time, by the hour' : 'Time, by the day' },
      yAxis: {
        type: 'value',
        name: 'Stability index',
        nameGap: 44,
        min: 0,
        // What counts as shifted is on the axis, and what is drawn as 1 may be more.
        max: ({ max }) => Math.max(0.5, Math.ceil(max * 4) / 4),
        interval: 0.25,
        axisLabel: { formatter: (psi: number) => (psi >= farthest ? `≥ ${farthest}` : String(psi)) },
      },
      tooltip: {
        trigger: 'axis',
        formatter: (shown) => {
          const point = drifted[firstOf(shown)];
          if (!point) return '';
          return tooltipContent(formatMoment(point.at), [
            { label: 'Predictions', value: index(point.prediction) },
            { label: point.shown?.name ?? told, value: index(point.shown?.psi) },
            { label: 'Rows', value: formatInteger(point.rows) },
          ]);
        },
      },
      series: [
        {
          ...line('Predictions', tokens.categories[0], 'solid', ({ prediction }) => prediction),
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { type: 'dashed', color: tokens.lineStrong },
            data: bounds.map((yAxis) => ({ yAxis })),
          },
        },
        // Over it and broken: where both are far away, both are seen.
        line(told, tokens.categories[1], 'dashed', ({ shown }) => shown?.psi),
      ],
    }),
    table: {
      columns: ['From', 'Hours', 'Rows', 'Predictions', told],
      rows: drifted.map(({ at, hours, rows, prediction, shown }) => [
        at,
        hours,
        rows,
        prediction ?? null,
        shown?.psi ?? null,
      ]),
    },
  };
}

/** As much of a label as an axis has room for: midnight of a day and the unit of a length go without saying. */
const shortLabel = (label: string, kind: Drift['kind']): string => {
  if (kind === 'datetime') return label.replaceAll(' 00:00', '');
  return kind === 'text' ? label.replaceAll(/ characters?\b/g, '') : label;
};

/** What is counted of a text stands at the axis, once. */
const axisName = ({ name, kind }: Drift): string => (kind === 'text' ? `${name}, in characters` : name);

/** Characters of labels up to which they stand side by side. */
const WIDEST_LABELS = 44;

/** What is compared with and the predicted rows side by side, cell by cell, and what is missing of either. */
export function comparisonChart(drift: Drift, against = 'training'): ChartSpec {
  const before = `${against.charAt(0).toUpperCase()}${against.slice(1)}`;
  const { name, cells, missing } = drift;
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
  const labels = all.map(({ label }) => shortLabel(label, drift.kind));
  const slanted = labels.join(' ').length > WIDEST_LABELS;
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 36, bottom: 8 },
      legend: { show: true, top: 0, left: 0, icon: 'rect', itemWidth: 12, itemHeight: 12 },
      xAxis: {
        type: 'category',
        name: axisName(drift),
        nameGap: slanted ? 84 : 28,
        data: labels,
        axisLabel: { rotate: slanted ? 40 : 0, width: slanted ? 104 : 90, overflow: 'truncate', interval: 0 },
      },
      yAxis: {
        type: 'value',
        name: 'Share of the rows',
        nameGap: 44,
        ...shareSteps(Math.max(0, ...all.flatMap(({ training, served }) => [training, served]))),
        axisLabel: { formatter: (value: number) => formatPercent(value, 0) },
      },
      tooltip: {
        trigger: 'axis',
        formatter: (shown) => {
          const cell = all[firstOf(shown)];
          if (!cell) return '';
          return tooltipContent(cell.label, [
            { label: before, value: formatPercent(cell.training) },
            { label: 'Predicted', value: formatPercent(cell.served) },
          ]);
        },
      },
      series: [bars(before, tokens.ink3, 'training'), bars('Predicted', tokens.categories[0], 'served')],
    }),
    table: {
      columns: [name, before, 'Predicted'],
      rows: all.map((cell) => [cell.label, cell.training, cell.served]),
    },
  };
}
