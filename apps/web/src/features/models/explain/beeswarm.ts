import type { CustomSeriesOption } from 'echarts';
import type { Feature, ModelExplanation } from '@quadrax/contract';
import { formatNumber, shorten } from '#lib/format.ts';
import { tooltipContent } from '#ui/chart-theme.ts';
import type { ChartTokens } from '#ui/chart-theme.ts';
import type { ChartSpec } from '#ui/histogram-chart.ts';
import { scaleName, valueText } from './explanation-words.ts';

type Swarm = ModelExplanation['features'][number];

export const MOST_SWARMS = 10;
const BINS = 80;

/** Pixels a row of dots takes, axis and title apart. */
export const swarmHeight = (features: number): number => 76 + Math.max(features, 1) * 40;

/** How far each dot stands from the middle of its row, −1 … 1: dots that would cover each other are spread. */
export function spreadDots(contributions: readonly number[], span: number): number[] {
  const taken = new Map<number, number>();
  const places = contributions.map((value) => {
    const bin = Math.round((value / (span || 1)) * BINS);
    const place = taken.get(bin) ?? 0;
    taken.set(bin, place + 1);
    return place;
  });
  const most = Math.max(...taken.values(), 8);
  return places.map((place) => ((place % 2 === 0 ? 1 : -1) * Math.ceil(place / 2) * 2) / most);
}

/** The share of a feature's values that are lower, 0 … 1, so that a few large ones do not take all the colours. */
export function valueRanks(values: readonly (number | string | null)[]): (number | undefined)[] {
  const sorted = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const first = new Map<number, number>();
  sorted.forEach((value, i) => {
    if (!first.has(value)) first.set(value, i);
  });
  const highest = first.get(sorted.at(-1) ?? 0) ?? 0;
  return values.map((value) =>
    typeof value === 'number' ? (first.get(value) ?? 0) / Math.max(1, highest) : undefined,
  );
}

function colorsOf({ values }: Swarm, feature: Feature | undefined, tokens: ChartTokens): string[] {
  const ranks = valueRanks(values);
  const steps = tokens.sequential.length - 1;
  return values.map((value, i) => {
    if (value === null) return tokens.ink3;
    if (typeof value === 'string') {
      const place = feature?.categories?.indexOf(value) ?? 0;
      return tokens.categories[Math.max(0, place) % tokens.categories.length] ?? tokens.accent;
    }
    return tokens.sequential[Math.round((ranks[i] ?? 0) * steps)] ?? tokens.accent;
  });
}

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>;

const dot =
  (colors: readonly string[], edge: string): RenderItem =>
  (params, api) => {
    const [x = 0, y = 0] = api.coord([api.value(0), api.value(1)]);
    return {
      type: 'circle',
      shape: { cx: x, cy: y + Number(api.value(2)) * 15, r: 2.75 },
      style: { fill: colors[params.dataIndex], opacity: 0.85, stroke: edge, lineWidth: 0.4 },
      emphasis: { style: { opacity: 1 } },
    };
  };

/** Every explained row as a dot in each feature's line: where it stands says how the feature moved the prediction. */
export function beeswarmChart(input: {
  explanation: ModelExplanation;
  /** Which of the labels. */
  label: number;
  subject: string;
  features: readonly Feature[];
}): ChartSpec {
  const { explanation, label, subject } = input;
  const size = (swarm: Swarm): number =>
    (swarm.contributions[label] ?? []).reduce((sum, value) => sum + Math.abs(value), 0);
  const swarms = explanation.features.toSorted((a, b) => size(b) - size(a)).slice(0, MOST_SWARMS);
  const featureOf = (name: string) => input.features.find((feature) => feature.name === name);
  const contributions = swarms.map((swarm) => swarm.contributions[label] ?? []);
  const sizes = contributions.flat();
  const span = Math.max(...sizes, 0) - Math.min(...sizes, 0);
  const dots = contributions.flatMap((values, line) =>
    spreadDots(values, span).map((offset, i) => ({ line, i, at: [values[i] ?? 0, line, offset] })),
  );
  const name = scaleName(explanation.scale, subject);
  const shownValue = (line: number, i: number): string => {
    const swarm = swarms[line];
    return swarm ? valueText(swarm.values[i] ?? null, featureOf(swarm.feature)?.type) : '';
  };
  return {
    option: (tokens) => ({
      grid: { left: 8, right: 16, top: 8, bottom: 8, outerBounds: { left: 0, right: 0, top: 0, bottom: 0 } },
      xAxis: {
        type: 'value',
        name,
        nameGap: 28,
        splitNumber: 4,
        axisLabel: { formatter: (value: number) => formatNumber(value, 3) },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: swarms.map(({ feature }) => shorten(feature, 26)),
        axisTick: { show: false },
        splitLine: { show: true, lineStyle: { color: tokens.line } },
        axisLabel: { interval: 0, color: tokens.ink },
      },
      tooltip: {
        trigger: 'item',
        formatter: (shown) => {
          const one = Array.isArray(shown) ? undefined : dots[shown.dataIndex];
          if (!one) return '';
          return tooltipContent(swarms[one.line]?.feature ?? '', [
            { label: 'Value', value: shownValue(one.line, one.i) },
            { label: 'Contribution', value: formatNumber(one.at[0], 3) },
          ]);
        },
      },
      series: [
        {
          type: 'custom',
          // All at once: a picture that fills line by line looks as if the later features moved nothing.
          progressive: 0,
          data: dots.map(({ at }) => at),
          encode: { x: 0, y: 1 },
          renderItem: dot(
            swarms.flatMap((swarm) => colorsOf(swarm, featureOf(swarm.feature), tokens)),
            tokens.ink3,
          ),
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            data: [{ xAxis: 0 }],
            lineStyle: { type: 'solid' },
          },
        },
      ],
    }),
    table: {
      columns: ['Feature', 'Value', name],
      rows: dots.map(({ line, i, at }) => [swarms[line]?.feature, swarms[line]?.values[i], at[0]]),
    },
  };
}
