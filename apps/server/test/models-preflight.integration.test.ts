import { routes } from '@quadrax/contract';
import { jobSucceeds, newModel, readyDatakit, startTestServer, tableOf } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestServer;
let ada: TestClient;
let classification: string;
let regression: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
  classification = (await newModel(ada)).id;
  regression = (await newModel(ada, { type: 'REGRESSION' })).id;
});
afterAll(() => server.close());

const kits = new Map<string, Promise<string>>();
/** The datakit of a table; made once. */
const kitOf = (csv: string): Promise<string> => {
  const kit = kits.get(csv) ?? readyDatakit(ada, csv).then(({ id }) => id);
  kits.set(csv, kit);
  return kit;
};

const plain = {
  x: (i: number) => (i * 37) % 50,
  day: (i: number) => `2024-01-${String((i % 3) + 1).padStart(2, '0')}`,
  shop: (i: number) => ['north', 'south'][i % 2] ?? '',
  price: (i: number) => ((i * 7) % 23) - 3,
  grade: (i: number) => (i % 2 ? 'pass' : 'fail'),
};
const rows = tableOf(40, plain);
const withWeights = (weight: (i: number) => number | string, count = 40) =>
  tableOf(count, { ...plain, w: weight });

const bodyOf = (datakitId: string, changes: Record<string, unknown>) => ({
  datakitId,
  target: 'grade',
  algorithm: 'linear',
  validation: { folds: 2 },
  ...changes,
});

type Case = readonly [
  what: string,
  csv: string,
  changes: Record<string, unknown>,
  field: string,
  words: RegExp,
];

describe('a training is refused while it is asked for, at the field:', () => {
  const classes: readonly Case[] = [
    [
      'a parameter that is not known',
      rows,
      { parameters: { trees: 3 } },
      'parameters.trees',
      /is not a parameter/,
    ],
    [
      'a parameter named as objects have it',
      rows,
      { parameters: { constructor: 3 } },
      'parameters.constructor',
      /is not a parameter/,
    ],
    ['a parameter out of its range', rows, { parameters: { l2: -1 } }, 'parameters.l2', /a number from 0/],
    [
      'a parameter of the wrong kind',
      rows,
      { parameters: { penalty: 3 } },
      'parameters.penalty',
      /must be one of l2/,
    ],
    [
      'a loss that is not one of classes',
      rows,
      { algorithm: 'gradient_boosting', parameters: { loss: 'squared' } },
      'parameters.loss',
      /predicts numbers/,
    ],
    ...(
      [
        ['a column that is not there', 'nothing +', /names nothing, which is no numeric column/],
        ['a column of words', 'shop +', /names shop, which is no numeric column/],
        ['a column without a sign', 'x', /with \+ or - behind each.*found "x"/],
        ['a sign that is none', 'x *', /with \+ or - behind each.*found "x \*"/],
        ['a column twice', 'x +, x -', /names x twice/],
      ] as const
    ).map(([what, monotone, words]): Case => [
      `a direction of ${what}`,
      rows,
      { algorithm: 'gradient_boosting', parameters: { monotone } },
      'parameters.monotone',
      words,
    ]),
    [
      'a direction of a column that is no feature of it',
      rows,
      { algorithm: 'gradient_boosting', features: ['shop'], parameters: { monotone: 'x +' } },
      'parameters.monotone',
      /names x, which is no numeric column among the features/,
    ],
    [
      'a direction of a column that never changes',
      tableOf(40, { ...plain, a: () => 1 }),
      { algorithm: 'gradient_boosting', parameters: { monotone: 'a +' } },
      'parameters.monotone',
      /names a, which is no numeric column/,
    ],
    [
      'a direction among three classes',
      tableOf(40, { ...plain, grade: (i) => ['fail', 'pass', 'best'][i % 3] ?? '' }),
      { algorithm: 'gradient_boosting', parameters: { monotone: 'x +' } },
      'parameters.monotone',
      /more than two classes/,
    ],
    [
      'a plan with a parameter that is not known',
      rows,
      {
        algorithm: 'auto',
        plan: {
          trials: [
            { algorithm: 'baseline', parameters: {}, rungs: 1 },
            { algorithm: 'linear', parameters: { trees: 3 }, rungs: 1 },
          ],
          ensemble: false,
        },
      },
      'plan.trials[1].parameters.trees',
      /trees is not a parameter/,
    ],
    [
      'a plan with a value out of its range',
      rows,
      {
        algorithm: 'auto',
        plan: {
          trials: [{ algorithm: 'gradient_boosting', parameters: { leaves: 1 }, rungs: 1 }],
          ensemble: false,
        },
      },
      'plan.trials[0].parameters.leaves',
      /a whole number from 2/,
    ],
    ['a metric of regressions', rows, { metric: 'rmse' }, 'metric', /must be one of logLoss/],
    [
      'fewer groups than folds',
      rows,
      { validation: { folds: 3, groups: 'shop' } },
      'validation.groups',
      /has 2 groups/,
    ],
    [
      'fewer times than folds need',
      rows,
      { validation: { folds: 3, time: 'day' } },
      'validation.time',
      /has 3 different times/,
    ],
    [
      'one time for all rows',
      tableOf(40, { ...plain, day: () => '2024-01-01' }),
      { validation: { holdout: 0.3, time: 'day' } },
      'validation.time',
      /1 different times/,
    ],
    ['negative weights', withWeights((i) => (i === 7 ? -2 : 1)), { weights: 'w' }, 'weights', /holds -2/],
    ['weights of 0', withWeights(() => 0), { weights: 'w' }, 'weights', /0 in every row/],
    [
      'weights beyond computing',
      withWeights((i) => (i === 7 ? 1e200 : 1)),
      { weights: 'w' },
      'weights',
      /1e\+?200/,
    ],
    ['no weights', withWeights(() => ''), { weights: 'w' }, 'weights', /empty in every row/],
    [
      'features that do not vary',
      tableOf(40, { a: () => 1, b: () => '', grade: plain.grade }),
      {},
      'target',
      /No feature varies/,
    ],
    [
      'listed features that do not vary',
      tableOf(40, { ...plain, a: () => 1 }),
      { features: ['a'] },
      'features',
      /No feature varies/,
    ],
    [
      'a feature that is listed twice',
      rows,
      { features: ['x', 'shop', 'x'] },
      'features[2]',
      /"x" is listed twice/,
    ],
    [
      'a target with one class',
      tableOf(40, { ...plain, grade: () => 'pass' }),
      {},
      'target',
      /only one value/,
    ],
    [
      'a target of another value in every row',
      tableOf(40, { ...plain, grade: (i) => `g${i}` }),
      {},
      'target',
      /another value in every row/,
    ],
    ['a target of dates', rows, { target: 'day' }, 'target', /a date cannot be a class/],
    [
      'a class of a single row',
      tableOf(40, { ...plain, grade: (i) => (i === 9 ? 'odd' : plain.grade(i)) }),
      {},
      'target',
      /"odd" of "grade" has a single row/,
    ],
    [
      'single rows among many classes',
      tableOf(40, { ...plain, grade: (i) => `g${Math.min(i, 29)}` }),
      {},
      'target',
      /Some class of "grade" has a single row/,
    ],
    ['a weight of no class', rows, { classWeights: { best: 2 } }, 'classWeights', /no class of "grade"/],
    [
      'no weight for any class',
      rows,
      { classWeights: { pass: 0, fail: 0 } },
      'classWeights',
      /Every class has weight 0/,
    ],
    ['a positive class that is none', rows, { positive: 'best' }, 'positive', /There are .*pass/],
    [
      'a single group to hold out',
      tableOf(40, { ...plain, shop: () => 'north' }),
      { validation: { holdout: 0.3, groups: 'shop' } },
      'validation.groups',
      /one group only/,
    ],
    [
      'three rows',
      tableOf(3, { ...plain, grade: (i) => (i > 0 ? 'pass' : 'fail') }),
      { validation: { holdout: 0.5 } },
      'validation',
      /at least 4/,
    ],
  ];
  const numbers: readonly Case[] = [
    ['class weights', rows, { classWeights: 'balanced' }, 'classWeights', /a regression has none/],
    ['a deviance of negative numbers', rows, { metric: 'poissonDeviance' }, 'metric', /without negative/],
    ['a metric of classes', rows, { metric: 'accuracy' }, 'metric', /must be one of rmse/],
    [
      'counts that may be negative',
      rows,
      { algorithm: 'gradient_boosting', parameters: { loss: 'poisson' } },
      'parameters.loss',
      /without negative numbers/,
    ],
  ];
  /** @returns the jobs that were queued all the same */
  const refused = async (id: string, [, csv, changes, field, words]: Case) => {
    const body = bodyOf(await kitOf(csv), changes);
    const error = await ada.refused(routes.models.train, { params: { id }, body });
    expect(error).toMatchObject({ status: 422, code: 'UNTRAINABLE', details: [{ field }] });
    expect(error.error).toMatch(words);
    const { items } = await ada.page(routes.jobs.list, { query: { kind: 'model.train' } });
    return items;
  };

  it.each(classes.map((one) => [one[0], one] as const))('%s', async (_what, one) => {
    expect(await refused(classification, one)).toEqual([]);
  });
  it.each(
    numbers.map(
      (one) => [one[0], [one[0], one[1], { target: 'price', ...one[2] }, one[3], one[4]] as const] as const,
    ),
  )('of a regression, %s', async (_what, one) => {
    expect(await refused(regression, one)).toEqual([]);
  });
});

describe('what the profile leaves open is trained:', () => {
  const trained = async (id: string, csv: string, changes: Record<string, unknown>) => {
    const body = bodyOf(await kitOf(csv), changes);
    const job = await ada.call(routes.models.train, { params: { id }, body });
    await jobSucceeds(ada, job.id, 60_000);
    const { latestVersion = 0 } = await ada.call(routes.models.get, { params: { id } });
    return ada.call(routes.models.version, { params: { id, version: latestVersion } });
  };

  it.each<[string, string, Record<string, unknown>]>([
    [
      'rows without a group, which are groups of their own',
      tableOf(40, { ...plain, shop: (i) => (i < 5 ? '' : 'north') }),
      { validation: { folds: 3, groups: 'shop' } },
    ],
    [
      'directions of a number and of a date',
      rows,
      {
        algorithm: 'gradient_boosting',
        parameters: { iterations: 3, monotone: 'x +, day -' },
      },
    ],
    ['a feature that is there or not', tableOf(40, { a: (i) => (i % 2 ? 1 : ''), grade: plain.grade }), {}],
    [
      'a single class of a row without a weight',
      tableOf(40, {
        ...plain,
        grade: (i) => (i === 9 ? 'odd' : plain.grade(i)),
        w: (i) => (i === 9 ? '' : 1),
      }),
      { weights: 'w' },
    ],
  ])('%s', async (_what, csv, changes) => {
    const version = await trained(classification, csv, changes);
    expect(version.rowsUsed).toBeGreaterThan(30);
  });

  it('a number that never changes, with a warning', async () => {
    const csv = tableOf(40, { ...plain, price: () => 5 });
    const { warnings } = await trained(regression, csv, { target: 'price' });
    expect(warnings).toContainEqual(expect.stringMatching(/price is 5 in every row/));
  });
});
