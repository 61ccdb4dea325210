import type { Comparison } from '@quadrax/contract';
import { formatNumber } from '#lib/format.ts';
import { metricLabel } from '#lib/words.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import { classCurves, type CurveKind } from './charts/class-curves.ts';

type Item = Comparison['items'][number];

/** "penguins: species, version 2", or "Version 2" where all are of one model: a name of its own for each. */
export const itemNames = (items: readonly Item[]): string[] => {
  const counts = new Map<string, number>();
  const single = new Set(items.map(({ modelId }) => modelId)).size === 1;
  return items.map(({ name, version }) => {
    const label = single ? `Version ${version}` : `${name}, version ${version}`;
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

type Points = readonly (readonly [number, number])[];

/** How the errors of each item are spread: the share of its rows for each error. */
export const overlaidResiduals = (items: readonly Item[]): ChartSpec | undefined =>
  overlaidLines(
    items,
    { x: 'Actual − predicted', y: 'Share of rows', dots: true, fromZero: true },
    ({ curves }) => {
      if (!curves.residuals) return undefined;
      const { edges, counts } = curves.residuals.histogram;
      const total = counts.reduce((sum, count) => sum + count, 0);
      return counts.map((count, bin): [number, number] => [
        ((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2,
        count / Math.max(total, 1),
      ]);
    },
  );

/** The metrics that some item has a learning curve in. */
export const learningMetrics = (items: readonly Item[]): string[] => [
  ...new Set(items.flatMap(({ curves, scoredBy }) => (curves.learning && scoredBy ? [scoredBy] : []))),
];

/** The score on held-out rows by the number of training rows, of each item that is scored by this metric. */
export const overlaidLearning = (items: readonly Item[], metric: string): ChartSpec | undefined =>
  overlaidLines(items, { x: 'Training rows', y: metricLabel(metric), dots: true }, (item) => {
    const { learning } = item.curves;
    if (item.scoredBy !== metric || !learning || learning.length < 2) return undefined;
    return learning.map(({ rows, validation }): [number, number] => [rows, validation]);
  });

/** The loss by iteration: on the rows kept aside for early stopping, else on those learnt from. */
export const overlaidLoss = (items: readonly Item[]): ChartSpec | undefined =>
  overlaidLines(items, { x: 'Iteration', y: 'Loss', dots: false }, ({ curves: { loss } }) => {
    if (!loss || loss.length < 2) return undefined;
    return loss.map(({ iteration, train, validation }): [number, number] => [iteration, validation ?? train]);
  });

interface Axes {
  readonly x: string;
  readonly y: string;
  readonly dots: boolean;
  readonly fromZero?: boolean;
}

/** A line of each item that has one, each item in its own colour; undefined where none has any. */
function overlaidLines(
  items: readonly Item[],
  { x, y, dots, fromZero = false }: Axes,
  pointsOf: (item: Item) => Points | undefined,
): ChartSpec | undefined {
  const names = itemNames(items);
  const lines = items.flatMap((item, i) => {
    const points = pointsOf(item);
    return points ? [{ name: names[i] ?? '', place: i, points }] : [];
  });
  if (lines.length === 0) return undefined;
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 40, bottom: 12 },
      legend: { type: 'scroll', data: lines.map(({ name }) => name), right: 36 },
      xAxis: { type: 'value', name: x, nameGap: 28, scale: true },
      yAxis: { type: 'value', name: y, nameGap: 40, scale: !fromZero },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          if (Array.isArray(shown)) return '';
          const [at, value] = shown.value as [number, number];
          return tooltipContent(shown.seriesName ?? '', [
            { label: x, value: formatNumber(at, 3) },
            { label: y, value: formatNumber(value, 3) },
          ]);
        },
      },
      series: lines.map(({ name, place, points }) => {
        const color = tokens.categories[place % tokens.categories.length] ?? tokens.accent;
        return {
          type: 'line',
          name,
          data: points.map(([at, value]) => [at, value]),
          showSymbol: dots,
          symbolSize: 5,
          lineStyle: { width: 2, color },
          itemStyle: { color },
        };
      }),
    }),
    table: {
      columns: ['Version', x, y],
      rows: lines.flatMap(({ name, points }) => points.map(([at, value]) => [name, at, value])),
    },
  };
}
