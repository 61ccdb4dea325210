import type { Comparison } from '@quadrax/contract';
import { formatNumber } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import { classCurves, type CurveKind } from './charts/class-curves.ts';

type Item = Comparison['items'][number];

/** "penguins: species, version 2", a name of its own for each. */
export const itemNames = (items: readonly Item[]): string[] => {
  const counts = new Map<string, number>();
  return items.map(({ name, version }) => {
    const label = `${name}, version ${version}`;
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    return count === 1 ? label : `${label} (${count})`;
  });
};

/** The classes that some item has a curve for. */
export const curveClasses = (items: readonly Item[]): string[] => [
  ...new Set(items.flatMap(({ curves }) => (curves.roc ?? []).map(({ label }) => label))),
];

/** One curve of each item for a class, each item in its own colour; undefined where none has any. */
export function overlaidCurves(kind: CurveKind, items: readonly Item[], of: string): ChartSpec | undefined {
  const names = itemNames(items);
  const curves = items.flatMap((item, i) => {
    const curve = item.curves[kind]?.find(({ label }) => label === of);
    return curve ? [{ label: names[i] ?? '', points: curve.points }] : [];
  });
  return curves.length === 0 ? undefined : classCurves(kind, curves, names);
}

/** How the errors of each item are spread: the share of its rows for each error. */
export function overlaidResiduals(items: readonly Item[]): ChartSpec | undefined {
  const names = itemNames(items);
  const lines = items.flatMap(({ curves }, i) => {
    if (!curves.residuals) return [];
    const { edges, counts } = curves.residuals.histogram;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const points = counts.map((count, bin): [number, number] => [
      ((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2,
      count / Math.max(total, 1),
    ]);
    return [{ name: names[i] ?? '', place: i, points }];
  });
  if (lines.length === 0) return undefined;
  const [x, y] = ['Actual − predicted', 'Share of rows'];
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 40, bottom: 12 },
      legend: { type: 'scroll', data: lines.map(({ name }) => name), right: 36 },
      xAxis: { type: 'value', name: x, nameGap: 28, scale: true },
      yAxis: { type: 'value', name: y, nameGap: 40 },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          if (Array.isArray(shown)) return '';
          const [error, share] = shown.value as [number, number];
          return tooltipContent(shown.seriesName ?? '', [
            { label: x, value: formatNumber(error, 3) },
            { label: y, value: formatNumber(share, 3) },
          ]);
        },
      },
      series: lines.map(({ name, place, points }) => {
        const color = tokens.categories[place % tokens.categories.length] ?? tokens.accent;
        return {
          type: 'line',
          name,
          data: points,
          symbolSize: 5,
          lineStyle: { width: 2, color },
          itemStyle: { color },
        };
      }),
    }),
    table: {
      columns: ['Version', x, y],
      rows: lines.flatMap(({ name, points }) => points.map(([error, share]) => [name, error, share])),
    },
  };
}
