import type { Curves } from '@quadrax/contract';
import type { LineSeriesOption } from 'echarts';
import { formatInteger, formatNumber } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartTokens } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';

interface Pair {
  readonly x: number;
  readonly train: number;
  readonly validation?: number | undefined;
}

/** The score against the number of training rows: whether more data would help. */
export const learningCurve = (points: NonNullable<Curves['learning']>, metric: string): ChartSpec =>
  pairChart({
    points: points.map(({ rows, train, validation }) => ({ x: rows, train, validation })),
    x: 'Training rows',
    y: metric,
    dots: true,
  });

/** The loss after each round of boosting: where it stops getting better on held-out rows. */
export const lossCurve = (points: NonNullable<Curves['loss']>): ChartSpec =>
  pairChart({
    points: points.map(({ iteration, train, validation }) => ({ x: iteration, train, validation })),
    x: 'Iteration',
    y: 'Loss',
    dots: false,
  });

function pairChart(input: { points: readonly Pair[]; x: string; y: string; dots: boolean }): ChartSpec {
  const points = input.points.toSorted((a, b) => a.x - b.x);
  const held = points.flatMap((point) =>
    point.validation === undefined ? [] : [[point.x, point.validation]],
  );
  const line = (
    name: string,
    data: number[][],
    color: string | undefined,
    dashed: boolean,
  ): LineSeriesOption => ({
    type: 'line',
    name,
    data,
    showSymbol: input.dots,
    ...(color && { itemStyle: { color } }),
    lineStyle: { width: 2, type: dashed ? 'dashed' : 'solid', ...(color && { color }) },
  });
  const series = (tokens: ChartTokens): LineSeriesOption[] => [
    line(
      'Training',
      points.map((point) => [point.x, point.train]),
      tokens.ink3,
      true,
    ),
    ...(held.length > 0 ? [line('Held out', held, tokens.categories[0], false)] : []),
  ];
  return {
    option: (tokens) => ({
      grid: { left: 16, right: 24, top: 40, bottom: 12 },
      // Above: labels at the ends of curves that meet would lie over each other.
      legend: { show: true, right: 36 },
      xAxis: {
        type: 'value',
        name: input.x,
        nameGap: 28,
        min: 0,
        splitLine: { show: false },
        splitNumber: 4,
        axisLabel: { hideOverlap: true },
      },
      yAxis: { type: 'value', name: input.y, nameGap: 48, scale: true, splitNumber: 4 },
      tooltip: {
        trigger: 'axis',
        formatter: (shown) => {
          const list = Array.isArray(shown) ? shown : [shown];
          const values = list.map((one) => one.value as [number, number]);
          return tooltipContent(
            `${input.x} ${formatInteger(values[0]?.[0] ?? 0)}`,
            list.map((one, i) => ({ label: one.seriesName ?? '', value: formatNumber(values[i]?.[1]) })),
          );
        },
      },
      series: series(tokens),
    }),
    table: {
      columns: [input.x, `${input.y}, training`, `${input.y}, held out`],
      rows: points.map((point) => [point.x, point.train, point.validation]),
    },
  };
}
