import { randomUUID } from 'node:crypto';
import { batchResultSchema, routes } from '@quadrax/contract';
import type { Cell, Datakit, Job, Prediction } from '@quadrax/contract';
import {
  importForm,
  jobSucceeds,
  newModel,
  readyDatakit,
  startTestServer,
  sumModel,
  tableOf,
  trainedModel,
  waitForJob,
} from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { flatsCsv } from './flats.ts';
import { scalerAndLinear, strictCities, treeClassifier } from './onnx-models.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const { datakits, models } = routes;

let server: TestServer;
let ada: TestClient;
/** What the models learn from, and what they predict: new cities, missing values of every column. */
let known: Datakit;
let fresh: Datakit;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
  known = await readyDatakit(ada, flatsCsv(180, ['Bern', 'Köln', 'Lima'], 0));
  fresh = await readyDatakit(ada, flatsCsv(90, ['Bern', 'Atlantis', 'Lima'], 5));
});
afterAll(() => server.close());

const features = ['size', 'city', 'lift', 'built', 'remark'];

const trained = async (type: string, target: string, training: Record<string, unknown>): Promise<string> => {
  const { id } = await newModel(ada, { type, name: `${target} model` });
  const body = { datakitId: known.id, target, features, validation: { folds: 2 }, ...training };
  await jobSucceeds(ada, (await ada.call(models.train, { params: { id }, body })).id, 90_000);
  await ada.call(models.deploy, { params: { id }, body: { version: 1 } });
  return id;
};

const batch = (id: string, body: Record<string, unknown>, client = ada): Promise<Job> =>
  client.call(models.predictBatch, { params: { id }, body });

/** The datakit that comes of a batch prediction. */
const predicted = async (id: string, body: Record<string, unknown>): Promise<Datakit> => {
  const { result } = await jobSucceeds(ada, (await batch(id, body)).id, 60_000);
  return ada.call(datakits.get, { params: { id: String(result?.['datakitId']) } });
};

const rowsOf = async ({ id, version }: Datakit): Promise<Record<string, Cell>[]> => {
  const { columns, rows } = await ada.call(datakits.preview, {
    params: { id },
    query: { version, limit: 200 },
  });
  return rows.map((cells) => Object.fromEntries(columns.map(({ name }, i) => [name, cells[i] ?? null])));
};

/** What single predictions say of the rows of a datakit. */
const oneByOne = async (id: string, datakit: Datakit, of: readonly string[]): Promise<Prediction[]> => {
  const inputs = (await rowsOf(datakit)).map((row) =>
    Object.fromEntries(of.map((name) => [name, row[name] ?? null])),
  );
  return (await ada.call(models.predict, { params: { id }, body: { inputs } })).predictions;
};

/** A row of a predicted datakit as the prediction it was made of. */
const asPrediction = (row: Record<string, Cell>, target: string, single: Prediction) => {
  const { value, probabilities, unseen } = single;
  const strange = unseen && { unseen };
  const answer = row[`${target}_predicted`] ?? null;
  if (value !== undefined) return { value: answer, ...strange };
  const shares = Object.keys(probabilities ?? {}).map((name) => [name, row[`${target}_probability_${name}`]]);
  return {
    label: String(answer),
    ...(probabilities && { probabilities: Object.fromEntries(shares) }),
    ...strange,
  };
};

const refused = (id: string, body: Record<string, unknown>, client = ada) =>
  client.refused(models.predictBatch, { params: { id }, body });

const count = async (): Promise<number> => (await ada.page(datakits.list)).meta.total ?? Number.NaN;

describe('a batch prediction', () => {
  it.each([
    ['gradient_boosting', 'CLASSIFICATION', 'sold', { threshold: 'f1', calibrate: 'platt' }],
    ['gradient_boosting', 'REGRESSION', 'price', {}],
    ['random_forest', 'CLASSIFICATION', 'level', {}],
    ['extra_trees', 'REGRESSION', 'price', {}],
    ['linear', 'CLASSIFICATION', 'level', {}],
    ['linear', 'REGRESSION', 'price', {}],
    ['nearest_neighbors', 'CLASSIFICATION', 'sold', {}],
    ['neural_network', 'REGRESSION', 'price', {}],
    ['baseline', 'CLASSIFICATION', 'lift', { features: ['size', 'city'] }],
    ['auto', 'CLASSIFICATION', 'sold', { timeBudgetSeconds: 5 }],
  ])(
    'says of every row what a single prediction says: %s, %s of %s',
    async (algorithm, type, target, more) => {
      const id = await trained(type, target, { algorithm, ...more });
      const made = await predicted(id, { datakitId: fresh.id });
      expect(made).toMatchObject({ status: 'READY', rows: 90, name: `Grades, predicted by ${target} model` });
      const used = (await ada.call(models.version, { params: { id, version: 1 } })).features;
      const singles = await oneByOne(
        id,
        fresh,
        used.map(({ name }) => name),
      );
      const rows = await rowsOf(made);
      expect(rows.map((row, i) => asPrediction(row, target, singles[i] ?? {}))).toEqual(singles);
      const before = await rowsOf(fresh);
      expect(singles.map(({ unseen = [] }) => unseen)).toEqual(
        before.map(({ city }) =>
          city === 'Atlantis' && used.some(({ name }) => name === 'city') ? ['city'] : [],
        ),
      );
      expect(rows).toMatchObject(before);
    },
  );

  it.each<[string, Uint8Array, Record<string, string>?]>([
    ['a label and a map of probabilities', scalerAndLinear(true)],
    ['probabilities in a tensor', scalerAndLinear(false)],
    ['labels that are numbers', treeClassifier(), { features: 'a,b,c' }],
    ['a value', sumModel()],
  ])('says so of imported models too: %s', async (_what, file, fields = {}) => {
    const { id } = await ada.call(models.import, { form: importForm(file, 'model.onnx', fields) });
    await ada.call(models.deploy, { params: { id }, body: { version: 1 } });
    const version = await ada.call(models.version, { params: { id, version: 1 } });
    const names = version.features.map(({ name }) => name);
    const line = (i: number) => names.map((_name, k) => (i * 1.5 + k * 0.25 - 3).toFixed(2)).join(',');
    const csv = [names.join(','), ...Array.from({ length: 30 }, (_unused, i) => line(i))].join('\n');
    const datakit = await readyDatakit(ada, csv);
    const made = await predicted(id, { datakitId: datakit.id });
    const singles = await oneByOne(id, datakit, names);
    const rows = await rowsOf(made);
    expect(rows.map((row, i) => asPrediction(row, version.target, singles[i] ?? {}))).toEqual(singles);
  });

  it('keeps and adds what it is told to, under a name and by a version that is not deployed', async () => {
    const { id } = await newModel(ada);
    const body = { datakitId: known.id, target: 'sold', algorithm: 'baseline', features: ['size'] };
    await jobSucceeds(ada, (await ada.call(models.train, { params: { id }, body })).id);
    const made = await predicted(id, {
      datakitId: fresh.id,
      version: 1,
      name: 'Mine',
      description: 'For the auction.',
      keep: ['sold', 'number', 'sold'],
      add: ['prediction'],
    });
    expect(made).toMatchObject({ name: 'Mine', description: 'For the auction.', rows: 90, version: 1 });
    expect(made.columns.map(({ name }) => name)).toEqual(['sold', 'number', 'sold_predicted']);
    const added = ['sold_predicted', 'sold_probability_no', 'sold_probability_yes'];
    const bare = await predicted(id, { datakitId: fresh.id, keep: ['size'] });
    expect(bare.columns.map(({ name }) => name)).toEqual(['size', ...added]);
    const twice = await predicted(id, { datakitId: bare.id });
    expect(
      twice.columns.map(({ name }) => name),
      'a name that is taken is changed',
    ).toEqual(['size', ...added, ...added.map((name) => `${name}_2`)]);
  });

  it('by an alias, never by what is on trial beside it; by an earlier version of the datakit', async () => {
    const id = await trained('REGRESSION', 'price', { algorithm: 'baseline', features: ['size'] });
    const body = { datakitId: known.id, target: 'price', algorithm: 'linear', features: ['size'] };
    await jobSucceeds(ada, (await ada.call(models.train, { params: { id }, body })).id);
    await ada.call(models.deploy, { params: { id }, body: { version: 2, canary: 100 } });
    const datakit = await readyDatakit(ada, 'size\n30\n40');
    const next = await ada.call(datakits.transform, {
      params: { id: datakit.id },
      body: { sql: 'SELECT * FROM data WHERE size > 30' },
    });
    await jobSucceeds(ada, next.jobId ?? '');
    const job = await batch(id, { datakitId: datakit.id, datakitVersion: 1, alias: 'production' });
    expect((await jobSucceeds(ada, job.id)).result).toMatchObject({ modelId: id, modelVersion: 1, rows: 2 });
    expect(await refused(id, { datakitId: datakit.id, alias: 'staging' })).toMatchObject({
      code: 'NOT_DEPLOYED',
    });
    expect(await refused(id, { datakitId: datakit.id, alias: 'production', version: 1 })).toMatchObject({
      status: 400,
      details: [{ field: 'version' }],
    });
  });

  it('tells where it came from, of what rows it is unsure, and is in the audit log and the lineage', async () => {
    const id = await trained('REGRESSION', 'price', { algorithm: 'linear', features: ['size', 'city'] });
    const made = await predicted(id, { datakitId: fresh.id });
    const version = await ada.call(datakits.version, { params: { id: made.id, version: 1 } });
    const parents = [
      { kind: 'datakit', id: fresh.id, version: 1 },
      { kind: 'model', id, version: 1 },
    ];
    expect(version).toMatchObject({
      made: 'predicted',
      parents: expect.arrayContaining(parents) as unknown,
      recipe: { prediction: { model: { id, version: 1, name: 'price model' }, datakit: { id: fresh.id } } },
      createdBy: { id: ada.user.id },
    });
    const unseen = (await rowsOf(fresh)).filter(({ city }) => city === 'Atlantis').length;
    expect(version.notes).toEqual([
      `${unseen} rows hold a value of "city" that the model was not trained on, and were counted as missing.`,
    ]);
    // Also from the datakit that the model learnt from.
    for (const asked of [made.id, fresh.id, known.id]) {
      const { nodes, edges } = await ada.call(datakits.lineage, { params: { id: asked } });
      const [child, model] = [`datakit:${made.id}:1`, `model:${id}:1`];
      expect(nodes.map((node) => node.id)).toEqual(expect.arrayContaining([child, model]));
      expect(edges).toEqual(
        expect.arrayContaining([
          { from: `datakit:${fresh.id}:1`, to: child, how: 'predicted' },
          { from: model, to: child, how: 'predicted' },
          { from: `datakit:${known.id}:1`, to: model, how: 'trained' },
        ]),
      );
    }
    const { items } = await ada.page(routes.audit.list, {
      query: { action: 'model.batch_prediction_started', limit: 1 },
    });
    expect(items[0]).toMatchObject({ resourceId: id, after: { makes: made.name } });
    const { requests, rows } = await ada.call(models.monitoring, { params: { id } });
    expect([requests, rows], 'nobody waits for it: it counts as no request').toEqual([0, 0]);
  });

  it('counts the values that the model cannot take, column by column', async () => {
    const id = await trained('REGRESSION', 'price', {
      algorithm: 'linear',
      features: ['size', 'city', 'lift'],
    });
    const csv = tableOf(10_000, {
      size: (i) => (i % 1000 === 0 ? 'inf' : i % 2500 === 1 ? '1e305' : 40),
      city: (i) => (i === 9000 ? 'Atlantis' : 'Bern'),
      lift: (i) => (i % 2 ? 'perhaps' : i % 4 ? '' : 'true'),
    });
    const { id: datakitId } = await readyDatakit(ada, csv);
    const { result } = await jobSucceeds(ada, (await batch(id, { datakitId })).id, 60_000);
    expect(batchResultSchema.parse(result)).toMatchObject({
      rows: 10_000,
      modelId: id,
      unseen: [
        { column: 'lift', rows: 5000 },
        { column: 'city', rows: 1 },
      ],
      unusable: [{ column: 'size', rows: 14 }],
    });
    const made = { params: { id: String(result?.['datakitId']), version: 1 } };
    expect((await ada.call(datakits.version, made)).notes).toContain(
      '14 rows hold a number of "size" that is infinite or too large to compute with, and were counted as missing.',
    );
  });

  it('by an imported model that fails on a value says in which row and column', async () => {
    const file = importForm(strictCities(), 'strict.onnx');
    const { id } = await ada.call(models.import, { form: file });
    const good = { size: () => 1, city: () => 'Bern', rooms: () => 3, garden: () => 'true' };
    const failure = async (columns: typeof good | Record<string, (i: number) => string | number>) => {
      const { id: datakitId } = await readyDatakit(ada, tableOf(9000, { ...good, ...columns }));
      const before = await count();
      const job = await waitForJob(ada, (await batch(id, { datakitId })).id, 60_000);
      expect(await count()).toBe(before);
      return job;
    };
    expect(await failure({ city: (i) => (i >= 8500 ? 'Lima' : 'Bern') })).toMatchObject({
      status: 'FAILED',
      error: {
        code: 'UNUSABLE_MODEL',
        message:
          'The model could not answer: In row 8,501, city is "Lima", which the model cannot compute with. It knows Bern, Köln.',
      },
    });
    expect(await failure({ rooms: (i) => (i === 8200 ? '' : 3) })).toMatchObject({
      status: 'FAILED',
      error: {
        message:
          'The model could not answer: In row 8,201, rooms must be a whole number, and cannot be missing.',
      },
    });
  });

  it('is made once for a key', async () => {
    const { model } = await trainedModel(ada, (await readyDatakit(ada)).id);
    const datakit = await readyDatakit(ada);
    const call = {
      params: { id: model.id },
      body: { datakitId: datakit.id },
      headers: { 'idempotency-key': randomUUID() },
    };
    const first = await ada.call(models.predictBatch, call);
    expect((await ada.call(models.predictBatch, call)).id).toBe(first.id);
    await jobSucceeds(ada, first.id);
  });
});

describe('what cannot work is refused beforehand', () => {
  it('a datakit without columns that the model needs, or with others of their names', async () => {
    const id = await trained('REGRESSION', 'price', { algorithm: 'linear' });
    const other = await readyDatakit(ada, 'size,city,built,remark\nlarge,Bern,7,x\nsmall,Lima,8,y');
    const before = await count();
    expect(await refused(id, { datakitId: other.id })).toMatchObject({
      status: 422,
      code: 'COLUMNS_DIFFER',
      error: expect.stringContaining('(3 columns in all)') as unknown,
      details: [
        'The column "size" holds words, and the model needs numbers.',
        'The column "lift" is missing.',
        'The column "built" holds numbers, and the model needs dates.',
      ].map((message) => ({ field: 'datakitId', message })),
    });
    expect(await refused(id, { datakitId: fresh.id, keep: ['size', 'sise'] })).toMatchObject({
      status: 400,
      code: 'UNKNOWN_FIELD',
      details: [{ field: 'keep[1]' }],
    });
    expect(await refused(id, { datakitId: fresh.id, add: ['probabilities'] })).toMatchObject({
      status: 400,
      details: [{ field: 'add' }],
    });
    expect(await count()).toBe(before);
  });

  it('a column that is empty is missing in every row, and no mistake', async () => {
    const id = await trained('REGRESSION', 'price', { algorithm: 'linear', features: ['size', 'built'] });
    const empty = await readyDatakit(ada, 'size,built,x\n,,1\n,,2');
    const made = await predicted(id, { datakitId: empty.id });
    const singles = await oneByOne(id, empty, ['size', 'built']);
    expect((await rowsOf(made)).map((row) => ({ value: row['price_predicted'] }))).toEqual(singles);
  });

  it('a model without a version, a datakit that is not ready, a viewer', async () => {
    const draft = await newModel(ada);
    expect(await refused(draft.id, { datakitId: fresh.id })).toMatchObject({ code: 'NOT_READY' });
    expect(await refused(draft.id, { datakitId: fresh.id, version: 3 })).toMatchObject({ status: 404 });
    const { model } = await trainedModel(ada, (await readyDatakit(ada)).id);
    await server.database.owner(
      `UPDATE quadrax.datakit_versions SET status = 'PROCESSING' WHERE datakit_id = $1`,
      [known.id],
    );
    expect(await refused(model.id, { datakitId: known.id })).toMatchObject({ code: 'NOT_READY' });
    await server.database.owner(
      `UPDATE quadrax.datakit_versions SET status = 'READY' WHERE datakit_id = $1`,
      [known.id],
    );
    const { key } = await ada.call(routes.account.createApiKey, {
      body: { name: 'Reader', scopes: ['read'] },
    });
    const reader = ada.with({ authorization: `Bearer ${key}` });
    expect(await refused(model.id, { datakitId: fresh.id }, reader)).toMatchObject({ status: 403 });
  });

  it('what belongs to another tenant, from either side', async () => {
    const bob = await server.register();
    const theirs = await readyDatakit(bob);
    const { model } = await trainedModel(bob, theirs.id);
    const ours = await readyDatakit(ada);
    expect(await refused(model.id, { datakitId: ours.id })).toMatchObject({ status: 404 });
    expect(await refused(model.id, { datakitId: ours.id }, bob)).toMatchObject({ status: 404 });
    const { model: mine } = await trainedModel(ada, ours.id);
    expect(await refused(mine.id, { datakitId: theirs.id })).toMatchObject({ status: 404 });
  });
});
