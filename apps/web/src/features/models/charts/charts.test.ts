import type { Comparison, Drift } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { darkTokens, lightTokens } from '#ui/chart-theme.ts';
import { histogramChart } from '#ui/histogram-chart.ts';
import { barsHeight, intervalBars } from './bars.ts';
import { areaText, areaUnder, averagePrecision, classCurves } from './class-curves.ts';
import { learningCurve, lossCurve } from './learning-curves.ts';
import { importanceChart, leaderboardChart, MOST_FEATURES } from './model-charts.ts';
import { itemNames } from '../compare-charts.ts';
import { comparisonChart, driftChart, latencyChart } from './monitoring-charts.ts';
import { predictedActual, residualHistogram, sharedSpan } from './residuals.ts';

const diagonal = [
  { x: 0, y: 0 },
  { x: 1, y: 1 },
];
const perfect = [
  { x: 0, y: 0 },
  { x: 0, y: 1 },
  { x: 1, y: 1 },
];
/** An option as plain data, so that a test can look into it whatever ECharts' unions allow. */
const plain = (option: unknown) =>
  JSON.parse(JSON.stringify(option)) as {
    xAxis: { name: string; min?: number; max?: number };
    yAxis: { name: string; data?: string[]; min?: number; max?: number };
    series: {
      type: string;
      name?: string;
      data: unknown[];
      lineStyle?: { color?: string; type?: string };
      markLine?: unknown;
    }[];
  };

describe('areas', () => {
  it('are a half for chance and one for a perfect ranking', () => {
    expect(areaUnder(diagonal)).toBe(0.5);
    expect(areaUnder(perfect)).toBe(1);
  });

  it('do not depend on the direction in which a curve is given', () => {
    expect(areaUnder(perfect.toReversed())).toBe(1);
  });

  it('weigh precision by the recall it wins', () => {
    expect(
      averagePrecision([
        { x: 0.5, y: 1 },
        { x: 1, y: 0.5 },
      ]),
    ).toBe(0.75);
  });

  it('are told for each of a few classes, and as a range for many', () => {
    expect(areaText('roc', [{ label: 'yes', points: perfect }])).toBe('Area under the curve 1.000 for yes.');
    expect(
      areaText('roc', [
        { label: 'a', points: perfect },
        { label: 'b', points: diagonal },
      ]),
    ).toBe('Area under the curve: a 1.000, b 0.500.');
    const many = Array.from({ length: 9 }, (_, i) => ({
      label: `c${i}`,
      points: i === 0 ? diagonal : perfect,
    }));
    // The figure of a cross-validation is a mean over its folds, the curve is one of all rows: they differ.
    expect(areaText('roc', [{ label: 'yes', points: perfect }], 5)).toMatch(
      /all 5 folds together\. The ROC AUC above is the mean of one for each fold/,
    );
    expect(areaText('roc', many)).toBe('Area under the curve 0.500 to 1.000 over 9 classes.');
  });
});

describe('curves by class', () => {
  const curves = [
    { label: 'Adelie', points: perfect },
    { label: 'Gentoo', points: diagonal },
  ];
  const classes = ['Adelie', 'Chinstrap', 'Gentoo'];

  it('name both axes and draw a line for each class beside the line of chance', () => {
    const option = plain(classCurves('roc', curves, classes).option(lightTokens));
    expect([option.xAxis.name, option.yAxis.name]).toEqual(['False positive rate', 'True positive rate']);
    expect(option.series.map((series) => series.name)).toEqual([undefined, 'Adelie', 'Gentoo']);
  });

  it('keep the colour of a class when another is missing', () => {
    const gentoo = (drawn: typeof curves): string | undefined =>
      plain(classCurves('pr', drawn, classes).option(lightTokens)).series.find((one) => one.name === 'Gentoo')
        ?.lineStyle?.color;
    expect(gentoo(curves)).toBe(lightTokens.categories[2]);
    expect(gentoo(curves.slice(1))).toBe(lightTokens.categories[2]);
  });

  it('have their points in the table behind', () => {
    expect(classCurves('roc', curves, classes).table.rows[1]).toEqual(['Adelie', 0, 1]);
  });
});

describe('bars with intervals', () => {
  const chart = intervalBars({
    bars: [
      { label: 'a', value: 3, spread: 1, marked: true },
      { label: 'b', value: 1, marked: false },
      { label: 'c', value: 1, spread: 0, marked: false },
    ],
    name: 'Score',
    format: String,
    what: 'Candidate',
  });

  it('hold the whole whisker', () => {
    expect(plain(chart.option(lightTokens)).xAxis).toMatchObject({ min: 0, max: 4 });
  });

  it('are drawn at once, as a bar on its way would not agree with its whisker', () => {
    expect(chart.option(lightTokens).animation).toBe(false);
  });

  it('draw whiskers only where there is a spread', () => {
    expect(plain(chart.option(lightTokens)).series[1]?.data).toEqual([[0, 2, 4]]);
  });

  it('tell small values apart on their axis', () => {
    const small = intervalBars({
      bars: [{ label: 'a', value: 0.0006, marked: true }],
      name: 'x',
      format: String,
      what: 'y',
    });
    const { xAxis } = small.option(lightTokens);
    const { formatter } = (xAxis as { axisLabel: { formatter: (value: number) => string } }).axisLabel;
    expect([0, 0.0002, 0.0004].map(formatter)).toEqual(['0', '0.0002', '0.0004']);
  });

  it('begin below zero where a value does', () => {
    const below = intervalBars({
      bars: [{ label: 'a', value: -1, marked: true }],
      name: 'x',
      format: String,
      what: 'y',
    });
    expect(plain(below.option(darkTokens)).xAxis.min).toBe(-1);
  });

  it('grow with their number', () => {
    expect(barsHeight(10) - barsHeight(5)).toBe(5 * 28);
    expect(barsHeight(0)).toBe(barsHeight(1));
  });
});

describe('the charts of a version', () => {
  it('show the most important features first, ten at most', () => {
    const importance = Array.from({ length: 30 }, (_, i) => ({ feature: `f${i}`, value: i }));
    const { table } = importanceChart(importance, 'logLoss');
    expect(table.rows).toHaveLength(MOST_FEATURES);
    expect(table.rows[0]?.[0]).toBe('f29');
  });

  it('say which way the metric of a leaderboard is better', () => {
    const bar = { label: 'Linear', algorithm: 'linear', score: 0.1, chosen: true, parameters: '' };
    expect(plain(leaderboardChart([bar], 'logLoss').option(lightTokens)).xAxis.name).toBe(
      'Log loss, lower is better',
    );
    expect(plain(leaderboardChart([bar], 'accuracy').option(lightTokens)).xAxis.name).toBe(
      'Accuracy, higher is better',
    );
  });

  it('put predicted and actual values on the same span', () => {
    const points = [{ predicted: 0, actual: 10 }];
    const option = plain(
      predictedActual({ points, histogram: { edges: [0, 1], counts: [1] } }, 'mass').option(lightTokens),
    );
    expect([option.xAxis.min, option.xAxis.max]).toEqual([option.yAxis.min, option.yAxis.max]);
    expect(sharedSpan([])).toEqual([0, 1]);
    const [low, high] = sharedSpan([{ predicted: 5, actual: 5 }]);
    expect(low).toBeLessThan(high);
  });

  it('mark where there is no error', () => {
    const option = plain(
      residualHistogram({ points: [], histogram: { edges: [-1, 0, 1], counts: [2, 3] } }, 'mass').option(
        lightTokens,
      ),
    );
    expect(option.series[0]?.markLine).toBeDefined();
  });

  it('draw learning by rows in order, and no held-out line where none was kept', () => {
    const learning = plain(
      learningCurve(
        [
          { rows: 200, train: 1, validation: 2 },
          { rows: 100, train: 3, validation: 4 },
        ],
        'RMSE',
      ).option(lightTokens),
    );
    expect(learning.series.map((series) => series.data)).toEqual([
      [
        [100, 3],
        [200, 1],
      ],
      [
        [100, 4],
        [200, 2],
      ],
    ]);
    expect(plain(lossCurve([{ iteration: 1, train: 1 }]).option(lightTokens)).series).toHaveLength(1);
  });
});

describe('a calibration curve', () => {
  const points = [
    { x: 0.1, y: 0, count: 12 },
    { x: 0.9, y: 1, count: 3 },
  ];

  it('tells of each point how many held-out rows it stands for', () => {
    const counted = classCurves('calibration', [{ label: 'pass', points }], ['fail', 'pass']);
    expect(counted.table.columns.at(-1)).toBe('Held-out rows');
    expect(counted.table.rows.map((row) => row.at(-1))).toEqual([12, 3]);
    expect(plain(counted.option(lightTokens)).series.at(-1)?.data).toEqual([
      [0.1, 0, 12],
      [0.9, 1, 3],
    ]);
    const without = points.map(({ x, y }) => ({ x, y }));
    const plainCurve = classCurves('calibration', [{ label: 'pass', points: without }], ['fail', 'pass']);
    expect(plainCurve.table.columns).not.toContain('Held-out rows');
  });
});

describe('the time to answer', () => {
  it('of a single hour is seen', () => {
    const hour = {
      at: '2026-01-01T10:00:00Z',
      requests: 1,
      errors: 0,
      rows: 1,
      latency: { p50: 1, p95: 2, p99: 3 },
    };
    const span = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T11:00:00Z' };
    const option = latencyChart([hour], span).option(lightTokens);
    const series = plain(option).series as { showSymbol?: boolean; endLabel?: unknown }[];
    expect(series.map(({ showSymbol }) => showSymbol)).toEqual([true, true, true]);
    // Names at the ends of lines that lie close would lie over each other.
    expect(series.map(({ endLabel }) => endLabel)).toEqual([undefined, undefined, undefined]);
    expect(option.legend).toMatchObject({ show: true });
    const strokes = plain(option).series.map(({ lineStyle }) => lineStyle?.type);
    expect(strokes).toEqual(['solid', 'dashed', 'dotted']);
    expect(option.xAxis).toMatchObject({ containShape: false });
  });
});

describe('a feature in training and as predicted', () => {
  it.each([
    [0.03, 0.03, 0.01],
    [0.35, 0.4, 0.1],
    [0.55, 0.6, 0.2],
    [1, 1, 0.25],
  ])('up to %d has an axis to %d in equal steps', (greatest, max, interval) => {
    const drift = {
      name: 'city',
      kind: 'categorical',
      psi: 1,
      level: 'high',
      cells: [{ label: 'Bern', training: 0.01, served: greatest }],
      missing: { training: 0, served: 0 },
    } as unknown as Drift;
    const { yAxis } = plain(comparisonChart(drift).option(lightTokens));
    expect(yAxis.max).toBeCloseTo(max);
    expect((yAxis as { interval?: number }).interval).toBe(interval);
  });

  const labelsOf = (kind: Drift['kind'], labels: string[]) => {
    const cells = labels.map((label) => ({ label, training: 0.5, served: 0.5 }));
    const drift = { name: 'note', kind, cells, missing: { training: 0, served: 0 } } as unknown as Drift;
    const { xAxis } = plain(comparisonChart(drift).option(lightTokens));
    return xAxis as { name: string; data: string[]; axisLabel: { rotate: number; interval: number } };
  };

  it('of texts tells once what is counted', () => {
    const { name, data, axisLabel } = labelsOf('text', ['up to 37 characters', 'above 58 characters']);
    expect(name).toBe('note, in characters');
    expect(data).toEqual(['up to 37', 'above 58']);
    expect(axisLabel).toMatchObject({ rotate: 0, interval: 0 });
  });

  it('of days leaves midnight out, and slants what does not fit', () => {
    const { data, axisLabel } = labelsOf('datetime', [
      'up to 2024-01-31 00:00',
      '2024-01-31 00:00 to 2024-03-01 00:00',
      'above 2024-03-01 00:00',
    ]);
    expect(data).toEqual(['up to 2024-01-31', '2024-01-31 to 2024-03-01', 'above 2024-03-01']);
    expect(axisLabel.rotate).toBeGreaterThan(0);
  });

  it('of categories changes none of their names', () => {
    expect(labelsOf('categorical', ['odd characters', 'at 00:00']).data).toEqual([
      'odd characters',
      'at 00:00',
    ]);
  });
});

describe('versions side by side', () => {
  const item = (modelId: string, name: string, version: number) =>
    ({ modelId, name, version }) as Comparison['items'][number];

  it('of one model go by their numbers, those of several by their names as well', () => {
    expect(itemNames([item('a', 'Grades', 1), item('a', 'Grades', 2)])).toEqual(['Version 1', 'Version 2']);
    expect(itemNames([item('a', 'Grades', 1), item('b', 'Grades', 1), item('c', 'Sums', 1)])).toEqual([
      'Grades, version 1',
      'Grades, version 1 (2)',
      'Sums, version 1',
    ]);
  });
});

describe('a histogram', () => {
  it('keeps the edges of its bins and tells them in the table', () => {
    const chart = histogramChart({ edges: [0, 1, 4], counts: [5, 7], xName: 'mass (g)', format: String });
    expect(plain(chart.option(lightTokens)).series[0]?.data).toEqual([
      [0, 1, 5],
      [1, 4, 7],
    ]);
    expect(chart.table.rows).toEqual([
      ['0', '1', 5],
      ['1', '4', 7],
    ]);
  });
});

describe('drift over time', () => {
  const span = { from: '2024-05-01T00:00:00.000Z', to: '2024-05-03T06:00:00.000Z' };
  const point = (day: number, prediction: number | undefined, features: Record<string, number>) => ({
    at: `2024-05-0${day}T00:00:00.000Z`,
    hours: 24,
    rows: 100,
    ...(prediction !== undefined && { prediction }),
    features: Object.entries(features).map(([name, psi]) => ({ name, psi })),
  });
  const points = [
    point(1, 0.05, { age: 0.1, city: 7 }),
    point(2, undefined, {}),
    point(3, 0.2, { age: 0.3 }),
  ];
  const at = (text: string): number => Date.parse(text);

  it('is a line of predictions and one of the most drifted feature, with gaps, and never beyond the present', () => {
    const { option, table } = driftChart(points, span, undefined);
    const { series } = plain(option(lightTokens));
    const times = [at('2024-05-01T12:00Z'), at('2024-05-02T12:00Z'), at(span.to)];
    expect(series.map(({ name, data }) => [name, data])).toEqual([
      ['Predictions', [0.05, null, 0.2].map((psi, i) => [times[i], psi])],
      ['Most drifted feature', [1, null, 0.3].map((psi, i) => [times[i], psi])],
    ]);
    expect(table?.rows[0]).toEqual(['2024-05-01T00:00:00.000Z', 24, 100, 0.05, 7]);
  });

  it('shows both lines where both are as far away as is drawn', () => {
    const { option } = driftChart([point(1, 4, { age: 9 })], span, undefined);
    const { series, yAxis } = plain(option(lightTokens));
    expect(series.map(({ data }) => (data[0] as [number, number])[1])).toEqual([1, 1]);
    expect(series.map(({ lineStyle }) => lineStyle?.type)).toEqual(['solid', 'dashed']);
    expect(yAxis).toMatchObject({ interval: 0.25 });
  });

  it('follows the feature that is open', () => {
    const { series } = plain(driftChart(points, span, 'age').option(lightTokens));
    expect(series[1]).toMatchObject({
      name: 'age',
      data: [0.1, null, 0.3].map((psi) => [expect.any(Number), psi]),
    });
  });
});
