import type { Curves } from '@quadrax/contract';
import { formatNumber } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import { type ChartSpec, histogramChart } from '#ui/histogram-chart.ts';

type Residuals = NonNullable<Curves['residuals']>;

/** The span both axes share, so that the diagonal is where prediction and truth agree. */
export function sharedSpan(points: Residuals['points']): [number, number] {
  const values = points.flatMap((point) => [point.predicted, point.actual]);
  if (values.length === 0) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = (high - low || Math.abs(high) || 1) * 0.04;
  return [low - margin, high + margin];
}

/** Predicted against actual values of held-out rows. */
export function predictedActual(residuals: Residuals, target: string): ChartSpec {
  const [min, max] = sharedSpan(residuals.points);
  const axis = {
    type: 'value' as const,
    min,
    max,
    splitNumber: 4,
    axisLabel: {
      formatter: (value: number) => formatNumber(value, 3),
      showMinLabel: false,
      showMaxLabel: false,
    },
  };
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 20, bottom: 12 },
      xAxis: { ...axis, name: `Predicted ${target}`, nameGap: 28 },
      yAxis: { ...axis, name: `Actual ${target}`, nameGap: 52 },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          if (Array.isArray(shown)) return '';
          const [predicted, actual] = shown.value as [number, number];
          return tooltipContent(target, [
            { label: 'Predicted', value: formatNumber(predicted) },
            { label: 'Actual', value: formatNumber(actual) },
            { label: 'Off by', value: formatNumber(actual - predicted) },
          ]);
        },
      },
      series: [
        {
          type: 'line',
          silent: true,
          data: [
            [min, min],
            [max, max],
          ],
          lineStyle: { color: tokens.ink3, width: 1, type: 'dashed' },
        },
        {
          type: 'scatter',
          symbolSize: residuals.points.length > 400 ? 4 : 6,
          itemStyle: { color: tokens.categories[0] ?? tokens.accent, opacity: 0.5 },
          data: residuals.points.map((point) => [point.predicted, point.actual]),
        },
      ],
    }),
    table: {
      columns: [`Predicted ${target}`, `Actual ${target}`],
      rows: residuals.points.map((point) => [point.predicted, point.actual]),
    },
  };
}

/** How the errors are spread. */
export const residualHistogram = (residuals: Residuals, target: string): ChartSpec =>
  histogramChart({
    edges: residuals.histogram.edges,
    counts: residuals.histogram.counts,
    xName: `Actual − predicted ${target}`,
    format: (value) => formatNumber(value, 3),
    mark: { at: 0, label: 'no error' },
  });
