import type { Comparison } from '@quadrax/contract';
import { expect, it } from 'vitest';
import { learningMetrics, overlaidLearning, overlaidLoss } from './compare-charts.ts';

const item = (version: number, rest: Partial<Comparison['items'][number]>) =>
  ({ modelId: 'm', name: 'penguins', version, curves: {}, ...rest }) as Comparison['items'][number];
const learning = [
  { rows: 10, train: 0.9, validation: 0.5 },
  { rows: 20, train: 0.8, validation: 0.6 },
];

it('learning curves lie over each other where they are of one metric', () => {
  const items = [
    item(1, { scoredBy: 'logLoss', curves: { learning } }),
    item(2, { scoredBy: 'f1', curves: { learning } }),
    item(3, { scoredBy: 'logLoss', curves: { learning: learning.slice(1) } }),
  ];
  expect(learningMetrics(items)).toEqual(['logLoss', 'f1']);
  expect(overlaidLearning(items, 'logLoss')?.table).toEqual({
    columns: ['Version', 'Training rows', 'Log loss'],
    rows: [
      ['Version 1', 10, 0.5],
      ['Version 1', 20, 0.6],
    ],
  });
});

it('losses are those of rows kept aside, else of those learnt from', () => {
  const loss = [
    { iteration: 1, train: 3, validation: 4 },
    { iteration: 2, train: 2 },
  ];
  const chart = overlaidLoss([item(1, {}), item(2, { curves: { loss } })]);
  expect(chart?.table.rows).toEqual([
    ['Version 2', 1, 4],
    ['Version 2', 2, 2],
  ]);
  expect(overlaidLoss([item(1, {})])).toBeUndefined();
});
