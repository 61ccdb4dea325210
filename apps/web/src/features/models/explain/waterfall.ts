import type { CustomSeriesOption } from 'echarts';
import type { Feature, PredictionExplanation } from '@quadrax/contract';
import { formatNumber, plural, shorten } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import { scaleName, valueText } from './explanation-words.ts';

/** A bar of the waterfall: from where the sum stood to where it stands. */
export interface WaterfallStep {
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

export const MOST_STEPS = 8;

/** Pixels that a signed figure of three digits takes. */
const figureWidth = 64;

/** The largest contributions one by one, the rest as one step; each begins where the one before it ended. */
export function waterfallSteps(
  { base, values }: PredictionExplanation,
  typeOf: (feature: string) => Feature['type'] | undefined,
): WaterfallStep[] {
  const shown = values.length > MOST_STEPS + 1 ? values.slice(0, MOST_STEPS) : values;
  const rest = values.slice(shown.length);
  const moves = shown.map(({ feature, value, contribution }) => ({
    label: `${shorten(feature, 20)} = ${shorten(valueText(value, typeOf(feature)), 14)}`,
    contribution,
  }));
  if (rest.length > 0)
    moves.push({
      label: plural(rest.length, 'other feature'),
      contribution: rest.reduce((sum, { contribution }) => sum + contribution, 0),
    });
  let at = base;
  return moves.map(({ label, contribution }) => {
    const from = at;
    at += contribution;
    return { label, from, to: at };
  });
}

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>;

const floatingBar =
  (raises: string, lowers: string): RenderItem =>
  (_, api) => {
    const [from = 0, middle = 0] = api.coord([api.value(1), api.value(0)]);
    const [to = 0] = api.coord([api.value(2), api.value(0)]);
    const height = 14;
    return {
      type: 'rect',
      shape: {
        x: Math.min(from, to),
        y: middle - height / 2,
        width: Math.max(1, Math.abs(to - from)),
        height,
      },
      style: { fill: Number(api.value(2)) >= Number(api.value(1)) ? raises : lowers },
    };
  };

/** From what is expected of any row to what this row is predicted as, feature by feature. */
export function waterfallChart(
  explanation: PredictionExplanation,
  target: string,
  typeOf: (feature: string) => Feature['type'] | undefined,
): ChartSpec {
  const steps = waterfallSteps(explanation, typeOf);
  const name = scaleName(explanation.scale, explanation.label ?? target);
  const ends = [explanation.base, ...steps.map(({ to }) => to)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const margin = (high - low || 1) * 0.05;
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${formatNumber(Math.abs(value), 3)}`;
  return {
    option: (tokens) => ({
      grid: {
        left: 8,
        // Figures stand to the right of their bars, whatever the scale.
        right: figureWidth,
        top: 22,
        bottom: 8,
        outerBounds: { left: 0, right: 0, top: 0, bottom: 0 },
      },
      xAxis: {
        type: 'value',
        name,
        nameGap: 28,
        min: low - margin,
        max: high + margin,
        splitNumber: 3,
        axisLabel: {
          formatter: (value: number) => formatNumber(value, 3),
          showMinLabel: false,
          showMaxLabel: false,
        },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: steps.map(({ label }) => label),
        axisTick: { show: false },
        axisLabel: { interval: 0, color: tokens.ink },
      },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          const step = Array.isArray(shown) ? undefined : steps[shown.dataIndex];
          if (!step) return '';
          return tooltipContent(step.label, [
            { label: 'Contribution', value: signed(step.to - step.from) },
            { label: 'So far', value: formatNumber(step.to) },
          ]);
        },
      },
      series: [
        {
          type: 'custom',
          data: steps.map(({ from, to }, i) => [i, from, to]),
          encode: { x: [1, 2], y: 0 },
          renderItem: floatingBar(tokens.categories[5] ?? tokens.bad, tokens.categories[0] ?? tokens.accent),
          markLine: {
            silent: true,
            symbol: 'none',
            data: [{ xAxis: explanation.base }],
            label: {
              formatter: `expected ${formatNumber(explanation.base, 3)}`,
              position: 'start',
              distance: 6,
            },
            lineStyle: { type: 'dashed' },
          },
        },
        {
          type: 'scatter',
          silent: true,
          symbolSize: 0,
          data: steps.map(({ from, to }, i) => [Math.max(from, to), i]),
          label: {
            show: true,
            position: 'right',
            distance: 5,
            color: tokens.ink,
            formatter: (point) => {
              const step = steps[point.dataIndex];
              return step ? signed(step.to - step.from) : '';
            },
          },
        },
      ],
    }),
    table: {
      columns: ['Feature', 'Contribution', 'Sum so far'],
      rows: [
        ['Expected of any row', null, explanation.base],
        ...steps.map(({ label, from, to }) => [label, to - from, to]),
      ],
    },
  };
}
