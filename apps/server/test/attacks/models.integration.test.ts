import { routes } from '@quadrax/contract';
import type { Job, ModelVersion, Prediction } from '@quadrax/contract';
import { jobSucceeds, newModel, readyDatakit, startTestServer, tableOf, waitForJob } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { demandHealth, keptBy } from './aftermath.ts';

// Every field that a training can get wrong is in ../models-preflight.integration.test.ts, files that are offered as
// models in model-files.integration.test.ts.

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { models } = routes;

let server: TestServer;
let ada: TestClient;
/** A model of flats that is deployed. */
let flats: string;

const flatColumns = {
  size: (i: number) => 20 + ((i * 37) % 90),
  city: (i: number) => ['Bern', 'Köln', 'Lima'][i % 3] ?? '',
  built: (i: number) => `20${10 + (i % 12)}-0${1 + (i % 9)}-01`,
  price: (i: number) => 900 + 21 * (20 + ((i * 37) % 90)) + 150 * (i % 3),
};
const flat = { size: 40, city: 'Bern', built: '2015-03-01' };

const kits = new Map<string, Promise<string>>();
/** The datakit of a table; made once. */
const kitOf = (csv: string): Promise<string> => {
  const kit = kits.get(csv) ?? readyDatakit(ada, csv).then(({ id }) => id);
  kits.set(csv, kit);
  return kit;
};

/** A new model, and what its training is asked for with. */
const asked = async (type: string, csv: string, changes: object = {}) => {
  const datakitId = await kitOf(csv);
  const { id } = await newModel(ada, { type });
  const target = type === 'REGRESSION' ? 'price' : 'grade';
  const body = { datakitId, target, algorithm: 'linear', validation: { folds: 2 }, ...changes };
  return { id, input: { params: { id }, body } };
};

const trained = async (type: string, csv: string, changes: object = {}): Promise<ModelVersion> => {
  const { id, input } = await asked(type, csv, changes);
  await jobSucceeds(ada, (await ada.call(models.train, input)).id, 60_000);
  return ada.call(models.version, { params: { id, version: 1 } });
};

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
  const { id, input } = await asked('REGRESSION', tableOf(60, flatColumns));
  await jobSucceeds(ada, (await ada.call(models.train, input)).id);
  await ada.call(models.deploy, { params: { id }, body: { version: 1 } });
  flats = id;
});
afterAll(() => server.close());
afterEach(() => demandHealth(server));

const numbers = {
  x: (i: number) => (i * 37) % 50,
  price: (i: number) => ((i * 7) % 23) + ((i * 37) % 50),
};
const graded = {
  ...numbers,
  shop: (i: number) => ['north', 'south'][i % 2] ?? '',
  grade: (i: number) => (i % 9 > 0 === numbers.x(i) > 24 ? 'pass' : 'fail'),
};
const weighted = tableOf(40, {
  ...graded,
  negative: (i) => (i === 3 ? -0.5 : 1),
  zero: () => 0,
  balanced: (i) => (i % 2 ? -1 : 1),
  infinite: (i) => (i === 3 ? 'inf' : 1),
  below: (i) => (i === 3 ? '-inf' : 1),
  ofPassed: (i) => (graded.grade(i) === 'pass' ? 1 : ''),
  passedOnly: (i) => (graded.grade(i) === 'pass' ? 1 : 0),
});
const features = ['x', 'shop'];
const manyValues = (i: number): string => `c${(i * 7919) % 50_000}`;

type Refused = readonly [what: string, csv: string, changes: object, field: string, words: RegExp];

describe('a training that cannot work is refused, and there is no job of it:', () => {
  it.each<Refused>([
    [
      'constant columns',
      tableOf(40, { a: () => 7, b: () => 'same', grade: graded.grade }),
      {},
      'target',
      /No feature varies/,
    ],
    [
      'columns without a value',
      tableOf(40, { a: () => '', b: () => 'NA', grade: graded.grade }),
      {},
      'target',
      /No feature varies: each is empty/,
    ],
    ['a row for each class', tableOf(40, { ...graded, grade: (i) => `g${i}` }), {}, 'target', /every row/],
    [
      '50,000 classes',
      tableOf(60_000, { x: numbers.x, grade: manyValues }),
      {},
      'target',
      /50,000 different values: too many/,
    ],
    ['the target as a feature', weighted, { features: ['x', 'grade'] }, 'features', /is the target/],
    ['a negative weight', weighted, { weights: 'negative' }, 'weights', /holds -0\.5/],
    ['weights of 0', weighted, { weights: 'zero' }, 'weights', /so that no row counts/],
    ['weights that cancel out', weighted, { weights: 'balanced' }, 'weights', /weights are numbers from 0/],
  ])('%s', async (_what, csv, changes, field, words) => {
    const { input } = await asked('CLASSIFICATION', csv, changes);
    const before = await keptBy(server);
    const error = await ada.refused(models.train, input);
    expect(error).toMatchObject({ status: 422, code: 'UNTRAINABLE', details: [{ field }] });
    expect(error.error).toMatch(words);
    expect(await keptBy(server)).toEqual(before);
  });

  it('two columns of the target’s name: the table itself is refused', async () => {
    const before = await keptBy(server);
    const form = new FormData();
    form.append('dataset', new Blob([tableOf(40, graded).replace('shop', 'grade')]), 'twice.csv');
    expect(await ada.refused(routes.datakits.upload, { form })).toMatchObject({
      status: 422,
      code: 'UNREADABLE_FILE',
      error: 'Columns 3 and 4 have the same name "grade". Rename one of them.',
    });
    expect(await keptBy(server)).toEqual(before);
  });
});

type Failed = readonly [what: string, type: string, csv: string, changes: object, words: RegExp];

describe('a training that only its job can tell to be hopeless fails in plain words, and makes nothing:', () => {
  const infinite = (i: number) => (i % 2 ? 'inf' : '-Infinity');
  const classified = (weights: string): [string, string, object] => [
    'CLASSIFICATION',
    weighted,
    { weights, features },
  ];
  it.each<Failed>([
    [
      'features of infinite values only',
      'CLASSIFICATION',
      tableOf(40, { x: infinite, grade: graded.grade }),
      {},
      /No feature column is left that varies/,
    ],
    [
      'a target of infinite values only',
      'REGRESSION',
      tableOf(40, { ...numbers, price: infinite }),
      {},
      /No row has a value in the target price that can be used/,
    ],
    ['an infinite weight', ...classified('infinite'), /Weights in infinite are too large to compute with/],
    ['a weight below every number', ...classified('below'), /1 weight in below is negative/],
    ['weights of one class only', ...classified('ofPassed'), /grade has one class only, pass/],
    [
      'weights of rows without a target, and 0 of all others',
      'CLASSIFICATION',
      tableOf(40, {
        ...graded,
        grade: (i) => (i < 10 ? '' : graded.grade(i)),
        w: (i) => (i < 10 ? 1 : 0),
      }),
      { weights: 'w' },
      /Every usable row has weight 0/,
    ],
  ])('%s', async (_what, type, csv, changes, words) => {
    const { id, input } = await asked(type, csv, changes);
    const { rows, files } = await keptBy(server);
    const job = await waitForJob(ada, (await ada.call(models.train, input)).id);
    expect(job).toMatchObject({ status: 'FAILED', error: { code: 'UNTRAINABLE' } });
    expect(job.error?.message).toMatch(words);
    expect(await keptBy(server)).toEqual({ rows: { ...rows, jobs: Number(rows['jobs']) + 1 }, files });
    expect(await ada.call(models.get, { params: { id } })).toMatchObject({ status: 'FAILED' });
  });
});

describe('a training that works and is doubtful says so in its report:', () => {
  const used = ({ features }: ModelVersion) => features.map(({ name }) => name);

  it('constant and empty columns beside others are not used', async () => {
    const version = await trained(
      'CLASSIFICATION',
      tableOf(40, { ...graded, a: () => 7, b: () => 'same', c: () => '', d: () => 'null' }),
    );
    expect(used(version)).toEqual(['x', 'price', 'shop']);
    expect(version.warnings).toEqual([
      'a has the same value in every row and was not used.',
      'b has the same value in every row and was not used.',
      'c has no value and was not used.',
      'd has no value and was not used.',
    ]);
  });

  it('infinite values, of a feature and of the target', async () => {
    const version = await trained(
      'REGRESSION',
      tableOf(40, {
        x: (i) => (i % 10 === 4 ? '1e999' : numbers.x(i)),
        price: (i) => (i === 9 ? '-inf' : numbers.price(i)),
      }),
    );
    expect(version.rowsUsed).toBe(39);
    expect(version.warnings).toEqual([
      '1 infinite value of price was taken as missing.',
      '1 row has no price and was left out of training.',
      '4 infinite values of x were taken as missing.',
    ]);
    expect(Object.values(version.metrics).filter((value) => value === null)).toEqual([]);
  });

  it('a column equal to the target, under its name or another', async () => {
    const { warnings } = await trained(
      'CLASSIFICATION',
      tableOf(40, { ...graded, target_copy: graded.grade, grade_copy: graded.grade }),
    );
    const copies = (name: string) =>
      `${name} all but repeats the target. If it is not known before the target is, leave it out.`;
    expect(warnings).toEqual([copies('target_copy'), copies('grade_copy')]);
  });

  it('a column that is made from the target, as its name says', async () => {
    const after = (i: number) => numbers.price(i) * 1.1 + (i % 3) * 5;
    const { warnings } = await trained(
      'REGRESSION',
      tableOf(40, { ...numbers, price_after: after, PriceBefore: after, priceless: (i) => i % 7 }),
    );
    const named = (name: string) =>
      `${name} is named like the target price. If it is made from the target, leave it out.`;
    expect(warnings).toEqual([named('price_after'), named('PriceBefore')]);
  });

  it('a class of which no row counts', async () => {
    const changes = { weights: 'passedOnly', features };
    const { warnings } = await trained('CLASSIFICATION', weighted, changes);
    expect(warnings).toEqual([
      'Every row of the class fail has weight 0: it is never learnt.',
      expect.stringMatching(/^The class fail was never predicted for the held-out rows/),
    ]);
  });

  it('one row for each of many classes, where they need not be in every fold', async () => {
    const { warnings } = await trained(
      'CLASSIFICATION',
      tableOf(60, { ...graded, grade: (i) => (i < 30 ? `g${i}` : 'rest') }),
      { validation: { holdout: 0.25 } },
    );
    expect(warnings).toEqual([
      'The class g0 has only 1 row; its metrics say little. 30 classes have fewer than 10.',
    ]);
  });

  it('50,000 categories, which say nothing of rows to come', async () => {
    const version = await trained(
      'CLASSIFICATION',
      tableOf(60_000, { x: numbers.x, code: manyValues, grade: graded.grade }),
      { algorithm: 'gradient_boosting', parameters: { iterations: 10 }, validation: { holdout: 0.2 } },
    );
    expect(used(version)).toEqual(['x']);
    expect(version.warnings).toEqual([
      'code holds texts with no words in common, as identifiers are, and was not used.',
    ]);
  });
});

describe('a prediction', () => {
  const predict = (inputs: object) => ada.send(models.predict, { params: { id: flats }, body: { inputs } });
  const raw = (body: string) =>
    ada.request('POST', `/api/v1/models/${flats}/predict`, {
      headers: { 'content-type': 'application/json' },
      body,
    });
  /** What is predicted for a flat that differs so from the usual one. */
  const answerTo = async (changes: object): Promise<Prediction | undefined> => {
    const body = { inputs: { ...flat, ...changes } };
    return (await ada.call(models.predict, { params: { id: flats }, body })).predictions[0];
  };
  const valueOf = async (changes: object) => (await answerTo(changes))?.value;

  it.each([
    ['1e999', 'size'],
    ['-1e999', 'size'],
    ['1e301', 'size'],
    ['"Infinity"', 'size'],
    ['"1e999"', 'size'],
    ['"NaN"', 'size'],
    ['[1]', 'size'],
    ['1e999', 'built'],
    ['"Infinity"', 'built'],
    ['1e999', 'city'],
    ['{"toString": 1}', 'city'],
  ])('with %s as its %s is refused at the field, in a row and in a list', async (value, field) => {
    const row = JSON.stringify({ ...flat, [field]: '?' }).replace('"?"', value);
    for (const [body, place] of [
      [`{"inputs": ${row}}`, field],
      [`{"inputs": [${JSON.stringify(flat)}, ${row}]}`, `inputs[1].${field}`],
    ] as const)
      expect(await raw(body)).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED', details: [{ field: place }] },
      });
  });

  it.each(['Infinity', '-Infinity', 'NaN'])('with a bare %s is no JSON', async (value) => {
    expect(await raw(`{"inputs": {"size": ${value}}}`)).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_BODY' },
    });
  });

  it('without a feature that training always had is refused, and with one it never had', async () => {
    const { built: _left, ...rest } = flat;
    expect(await predict({ ...rest, garden: true })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', details: [{ field: 'built' }, { field: 'garden' }] },
    });
  });

  it('of a category that training had not is that of a missing one, and says so', async () => {
    const missing = await answerTo({ city: null });
    expect(await answerTo({ city: 'Atlantis' })).toEqual({ ...missing, unseen: ['city'] });
    expect(missing).not.toHaveProperty('unseen');
    expect(missing).not.toEqual(await answerTo({}));
  });

  it('of a whole table takes unseen categories and infinite numbers as missing', async () => {
    const datakitId = await kitOf(
      tableOf(12, {
        size: (i) => (i < 4 ? 'inf' : flat.size),
        city: (i) => (i % 2 ? 'Atlantis' : flat.city),
        built: () => flat.built,
      }),
    );
    const job: Job = await ada.call(models.predictBatch, { params: { id: flats }, body: { datakitId } });
    const { result } = await jobSucceeds(ada, job.id);
    expect(result).toMatchObject({
      rows: 12,
      unseen: [{ column: 'city', rows: 6 }],
      unusable: [{ column: 'size', rows: 4 }],
    });
    const id = String(result?.['datakitId']);
    const { columns, rows } = await ada.call(routes.datakits.preview, { params: { id } });
    const place = columns.findIndex(({ name }) => name === 'price_predicted');
    expect([0, 1, 4, 5].map((row) => rows[row]?.[place])).toEqual([
      await valueOf({ size: null }),
      await valueOf({ size: null, city: null }),
      await valueOf({}),
      await valueOf({ city: null }),
    ]);
  });
});
