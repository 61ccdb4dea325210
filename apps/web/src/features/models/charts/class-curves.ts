import type { Curves } from '@quadrax/contract';
import type { LineSeriesOption } from 'echarts';
import { formatFixed } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartTokens } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';

type ClassCurve = NonNullable<Curves['roc']>[number];
export type CurveKind = 'roc' | 'pr' | 'calibration';

interface KindFacts {
  readonly x: string;
  readonly y: string;
  readonly area: string | undefined;
  readonly reference: readonly [readonly [number, number], readonly [number, number]] | undefined;
  readonly referenceName: string;
}

const facts: Record<CurveKind, KindFacts> = {
  roc: {
    x: 'False positive rate',
    y: 'True positive rate',
    area: 'AUC',
    reference: [
      [0, 0],
      [1, 1],
    ],
    referenceName: 'chance',
  },
  pr: { x: 'Recall', y: 'Precision', area: 'AP', reference: undefined, referenceName: '' },
  calibration: {
    x: 'Mean predicted probability',
    y: 'Observed share',
    area: undefined,
    reference: [
      [0, 0],
      [1, 1],
    ],
    referenceName: 'perfect',
  },
};

/** Area under a curve by trapezoids. */
export function areaUnder(points: readonly { x: number; y: number }[]): number {
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    const before = points[i - 1];
    const here = points[i];
    if (before && here) area += ((here.x - before.x) * (here.y + before.y)) / 2;
  }
  return Math.abs(area);
}

/** Average precision: the precision at each step, weighted by the recall it wins (no interpolation). */
export function averagePrecision(points: readonly { x: number; y: number }[]): number {
  const byRecall = points.toSorted((a, b) => a.x - b.x);
  return byRecall.reduce((sum, point, i) => sum + (point.x - (byRecall[i - 1]?.x ?? 0)) * point.y, 0);
}

/**
 * ROC, precision–recall or calibration curves, one a class.
 * @param classes all classes of the model in their order, which sets the colours
 */
export function classCurves(
  kind: CurveKind,
  curves: readonly ClassCurve[],
  classes: readonly string[],
): ChartSpec {
  const { x, y, area, reference, referenceName } = facts[kind];
  const figure = (curve: ClassCurve): string => {
    if (area === undefined) return '';
    const value = kind === 'roc' ? areaUnder(curve.points) : averagePrecision(curve.points);
    return `${area} ${formatFixed(value, 3)}`;
  };
  const named = curves.map((curve) => ({
    ...curve,
    name: [curve.label, figure(curve)].filter(Boolean).join(' · '),
  }));
  const axis = { type: 'value' as const, min: 0, max: 1, interval: 0.25, axisLabel: { formatter: tick } };
  const line = (curve: (typeof named)[number], tokens: ChartTokens): LineSeriesOption => {
    const color = tokens.categories[Math.max(classes.indexOf(curve.label), 0) % tokens.categories.length];
    return {
      type: 'line',
      name: curve.name,
      data: curve.points.map((point) => [point.x, point.y]),
      showSymbol: kind === 'calibration',
      symbolSize: 6,
      lineStyle: { width: 2, ...(color && { color }) },
      itemStyle: color ? { color } : {},
    };
  };
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: 16 + Math.ceil(named.length / 2) * 20, bottom: 12 },
      legend: { type: 'scroll', data: named.map((curve) => curve.name), right: 32 },
      xAxis: { ...axis, name: x, nameGap: 28 },
      yAxis: { ...axis, name: y, nameGap: 40 },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          if (Array.isArray(shown)) return '';
          const [px, py] = shown.value as [number, number];
          return tooltipContent(shown.seriesName ?? '', [
            { label: x, value: formatFixed(px, 3) },
            { label: y, value: formatFixed(py, 3) },
          ]);
        },
      },
      series: [
        ...(reference
          ? [
              {
                type: 'line' as const,
                data: reference.map((point) => [...point]),
                silent: true,
                lineStyle: { color: tokens.ink3, width: 1, type: 'dashed' as const },
                endLabel: { show: true, formatter: referenceName, color: tokens.ink3, offset: [-56, 22] },
              },
            ]
          : []),
        ...named.map((curve) => line(curve, tokens)),
      ],
    }),
    table: {
      columns: ['Class', x, y],
      rows: curves.flatMap((curve) => curve.points.map((point) => [curve.label, point.x, point.y])),
    },
  };
}

function tick(value: number): string {
  return String(value);
}
