import type { Curves } from '@quadrax/contract';
import { formatFixed } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';

type ThresholdCurve = NonNullable<Curves['threshold']>;

const metrics = [
  { key: 'f1', label: 'F1' },
  { key: 'balancedAccuracy', label: 'Balanced accuracy' },
] as const;

/** F1 and balanced accuracy by threshold, with a dashed line at the one in use. */
export function thresholdChart({ chosen, points }: ThresholdCurve): ChartSpec {
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 40, bottom: 12 },
      legend: { show: true, data: metrics.map(({ label }) => label), right: 36 },
      xAxis: { type: 'value', min: 0, max: 1, interval: 0.25, name: 'Threshold', nameGap: 28 },
      yAxis: { type: 'value', min: 0, max: 1, interval: 0.25 },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          if (Array.isArray(shown)) return '';
          const [threshold, value] = shown.value as [number, number];
          return tooltipContent(shown.seriesName ?? '', [
            { label: 'Threshold', value: formatFixed(threshold, 3) },
            { label: 'Value', value: formatFixed(value, 3) },
          ]);
        },
      },
      series: metrics.map(({ key, label }, i) => ({
        type: 'line' as const,
        name: label,
        data: points.map((point) => [point.threshold, point[key]]),
        showSymbol: false,
        lineStyle: { width: 2, ...(tokens.categories[i] && { color: tokens.categories[i] }) },
        itemStyle: tokens.categories[i] ? { color: tokens.categories[i] } : {},
        ...(i === 0 && {
          markLine: {
            silent: true,
            symbol: 'none',
            data: [{ xAxis: chosen }],
            label: { formatter: formatFixed(chosen, 3), color: tokens.ink2 },
            lineStyle: { color: tokens.ink3, type: 'dashed' as const },
          },
        }),
      })),
    }),
    table: {
      columns: ['Threshold', ...metrics.map(({ label }) => label)],
      rows: points.map(({ threshold, f1, balancedAccuracy }) => [threshold, f1, balancedAccuracy]),
    },
  };
}
