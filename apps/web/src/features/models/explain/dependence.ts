import type { Feature, ModelExplanation } from '@quadrax/contract';
import type { EChartsOption, LineSeriesOption } from 'echarts';
import { formatNumber } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import { valueText } from './explanation-words.ts';

type Dependence = ModelExplanation['dependence'][number];

const number = (value: number): string => formatNumber(value, 3);

function axisOf(
  type: 'time' | 'value' | 'category',
  feature: string,
  grid: Dependence['grid'],
  of: Feature['type'] | undefined,
): EChartsOption['xAxis'] {
  const axis = { name: feature, nameGap: 28 };
  if (type === 'category') return { ...axis, type, data: grid.map(String) };
  if (type === 'time') return { ...axis, type, splitLine: { show: false } };
  const formatter = of === 'time' ? (value: number) => valueText(value, of).slice(0, 5) : number;
  return { ...axis, type, scale: true, splitLine: { show: false }, axisLabel: { formatter } };
}

/** The mean prediction along a feature, over the lines of single rows. */
export function dependenceChart(input: {
  dependence: Dependence;
  /** Which of the labels. */
  label: number;
  /** What is predicted: "Probability of Gentoo", "body_mass_g". */
  name: string;
  type: Feature['type'] | undefined;
}): ChartSpec {
  const { dependence, label, name, type } = input;
  const { feature, grid } = dependence;
  const mean = dependence.mean[label] ?? [];
  const lines = dependence.lines[label] ?? [];
  const kind = type === 'datetime' ? 'time' : typeof grid[0] === 'number' ? 'value' : 'category';
  const pairs = (values: readonly number[]) =>
    grid.map((at, i): [string | number, number] => [at, values[i] ?? 0]);
  return {
    option: (tokens) => {
      const single: LineSeriesOption = {
        type: 'line',
        silent: true,
        lineStyle: { width: 1, color: tokens.ink3, opacity: 0.22 },
        symbol: 'none',
        z: 1,
      };
      return {
        grid: { left: 16, right: 16, top: 12, bottom: 12 },
        xAxis: axisOf(kind, feature, grid, type),
        yAxis: { type: 'value', name, nameGap: 48, scale: true, axisLabel: { formatter: number } },
        tooltip: {
          trigger: 'axis',
          formatter: (shown) => {
            const points = Array.isArray(shown) ? shown : [shown];
            const i = points.find((point) => point.seriesIndex === lines.length)?.dataIndex;
            if (i === undefined) return '';
            return tooltipContent(`${feature} = ${valueText(grid[i] ?? null, type)}`, [
              { label: name, value: number(mean[i] ?? 0) },
            ]);
          },
        },
        series: [
          ...lines.map((line) => ({ ...single, data: pairs(line) })),
          {
            type: 'line',
            z: 3,
            showSymbol: kind === 'category',
            symbolSize: 8,
            lineStyle: { width: 2.5, color: tokens.categories[0] ?? tokens.accent },
            itemStyle: { color: tokens.categories[0] ?? tokens.accent },
            data: pairs(mean),
          },
        ],
      };
    },
    table: {
      columns: [feature, `Mean: ${name}`],
      rows: grid.map((at, i) => [type === 'datetime' || type === 'time' ? valueText(at, type) : at, mean[i]]),
    },
  };
}
