import type { Curves } from '@quadrax/contract';
import type { LineSeriesOption } from 'echarts';
import { formatFixed, formatInteger } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartTokens } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';

type ClassCurve = NonNullable<Curves['calibration']>[number];
export type CurveKind = 'roc' | 'pr' | 'calibration';

interface KindFacts {
  readonly x: string;
  readonly y: string;
  /** Draw the diagonal. */
  readonly reference: boolean;
  readonly referenceName: string;
}

const facts: Record<CurveKind, KindFacts> = {
  roc: {
    x: 'False positive rate',
    y: 'True positive rate',
    reference: true,
    referenceName: 'chance',
  },
  pr: { x: 'Recall', y: 'Precision', reference: false, referenceName: '' },
  // Calibration hugs its reference, so that a label at it would lie over the curves; the caption names it.
  calibration: {
    x: 'Mean predicted probability',
    y: 'Observed share',
    reference: true,
    referenceName: '',
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

const FEW = 4;
const heldOut = 'Held-out rows';

/**
 * The areas under ROC or precision–recall curves in words: each of a few classes, the range of many.
 * @param folds of the cross-validation, whose held-out rows the curves are drawn from together
 */
export function areaText(kind: 'roc' | 'pr', curves: readonly ClassCurve[], folds?: number): string {
  const words = areaWords(kind, curves);
  if (folds === undefined) return words;
  const own =
    kind === 'roc' ? ' The ROC AUC above is the mean of one for each fold, so that the two may differ.' : '';
  return `${words} Drawn from the held-out rows of all ${folds} folds together.${own}`;
}

function areaWords(kind: 'roc' | 'pr', curves: readonly ClassCurve[]): string {
  const name = kind === 'roc' ? 'Area under the curve' : 'Average precision';
  const areas = curves.map(({ label, points }) => ({
    label,
    value: kind === 'roc' ? areaUnder(points) : averagePrecision(points),
  }));
  const values = areas.map((area) => area.value);
  const [only] = areas;
  if (only && areas.length === 1) return `${name} ${formatFixed(only.value, 3)} for ${only.label}.`;
  if (areas.length <= FEW) {
    return `${name}: ${areas.map(({ label, value }) => `${label} ${formatFixed(value, 3)}`).join(', ')}.`;
  }
  return `${name} ${formatFixed(Math.min(...values), 3)} to ${formatFixed(Math.max(...values), 3)} over ${areas.length} classes.`;
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
  const { x, y, reference, referenceName } = facts[kind];
  const named = curves.map((curve, i) => {
    const place = classes.indexOf(curve.label);
    return { ...curve, place: place < 0 ? i : place };
  });
  const counted = curves.some(({ points }) => points.some(({ count }) => count !== undefined));
  const axis = { type: 'value' as const, min: 0, max: 1, interval: 0.25, axisLabel: { formatter: tick } };
  const line = (curve: (typeof named)[number], tokens: ChartTokens): LineSeriesOption => {
    const color = tokens.categories[curve.place % tokens.categories.length];
    return {
      type: 'line',
      name: curve.label,
      data: curve.points.map((point) => [point.x, point.y, point.count ?? Number.NaN]),
      showSymbol: kind === 'calibration',
      symbolSize: 6,
      lineStyle: { width: 2, ...(color && { color }) },
      itemStyle: color ? { color } : {},
    };
  };
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 16, top: named.length > 1 ? 40 : 16, bottom: 12 },
      legend: {
        type: 'scroll',
        show: named.length > 1,
        data: named.map((curve) => curve.label),
        right: 36,
        pageIconColor: tokens.ink2,
        pageIconInactiveColor: tokens.line,
        pageTextStyle: { color: tokens.ink3 },
      },
      xAxis: { ...axis, name: x, nameGap: 28 },
      yAxis: { ...axis, name: y, nameGap: 40 },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          if (Array.isArray(shown)) return '';
          const [px, py, count] = shown.value as [number, number, number];
          return tooltipContent(shown.seriesName ?? '', [
            { label: x, value: formatFixed(px, 3) },
            { label: y, value: formatFixed(py, 3) },
            ...(Number.isNaN(count) ? [] : [{ label: heldOut, value: formatInteger(count) }]),
          ]);
        },
      },
      series: [
        ...(reference ? [diagonal(referenceName, tokens)] : []),
        ...named.map((curve) => line(curve, tokens)),
      ],
    }),
    table: {
      columns: ['Class', x, y, ...(counted ? [heldOut] : [])],
      rows: curves.flatMap((curve) =>
        curve.points.map((point) => [curve.label, point.x, point.y, ...(counted ? [point.count] : [])]),
      ),
    },
  };
}

/** The diagonal, with its name where the curves do not go: below it. */
const diagonal = (name: string, tokens: ChartTokens): LineSeriesOption => ({
  type: 'line',
  silent: true,
  showSymbol: name !== '',
  symbolSize: 0,
  data: [
    [0, 0],
    {
      value: [0.6, 0.6],
      label: { show: name !== '', formatter: name, position: [8, 4], color: tokens.ink3 },
    },
    [1, 1],
  ],
  lineStyle: { color: tokens.ink3, width: 1, type: 'dashed' },
});

function tick(value: number): string {
  return String(value);
}
