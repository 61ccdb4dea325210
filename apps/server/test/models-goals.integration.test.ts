import { routes } from '@quadrax/contract';
import { newModel, quickTraining, startWithDatakit, tableOf, readyDatakit, trainAs } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestServer;
let ada: TestClient;
let datakitId: string;
/** One row in eight is a fraud, told by `x` and not surely; `shop` has eight values. */
let rare: string;

beforeAll(async () => {
  ({ server, client: ada, datakitId } = await startWithDatakit());
  const csv = tableOf(240, {
    x: (i) => (i % 8 === 0 ? 3 : 0) + ((i * 37) % 50) / 10,
    shop: (i) => `s${Math.floor(i / 30)}`,
    visits: (i) => (i * 7) % 5,
    verdict: (i) => (i % 8 === 0 ? 'fraud' : 'honest'),
  });
  rare = (await readyDatakit(ada, csv)).id;
});
afterAll(() => server.close());

const trained = async (changes: Record<string, unknown>, type = 'CLASSIFICATION') => {
  const body = { datakitId: rare, target: 'verdict', algorithm: 'linear', validation: { folds: 3 } };
  const { id } = await trainAs(ada, { ...body, ...changes }, { type });
  return { id, version: await ada.call(routes.models.version, { params: { id, version: 1 } }) };
};

describe('a rare class', () => {
  it('is positive, and answered from the probability that is best for its F1, in what serves too', async () => {
    const { id, version } = await trained({ features: ['x'] });
    const { positive, decision, metrics, curves, settings } = version;
    expect(positive).toBe('fraud');
    expect(decision).toEqual({ threshold: curves.threshold?.chosen, calibrate: 'none', rule: 'f1' });
    expect(settings).toMatchObject({ threshold: 'auto', classWeights: 'none' });
    expect(metrics.f1).toBeGreaterThan(0.3);
    expect(curves.pr?.map(({ label }) => label)).toEqual(['fraud']);
    await ada.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
    const inputs = Array.from({ length: 80 }, (_, i) => ({ x: i / 10 }));
    const { predictions } = await ada.call(routes.models.predict, { params: { id }, body: { inputs } });
    for (const { label, probabilities } of predictions) {
      const isPositive = (probabilities?.['fraud'] ?? 0) >= (decision?.threshold ?? 1);
      expect(label).toBe(isPositive ? 'fraud' : 'honest');
    }
    expect(new Set(predictions.map(({ label }) => label)).size).toBe(2);
  });

  it('may count more in training, and the other may be positive; both are kept, and shown side by side', async () => {
    const asked = { classWeights: { fraud: 7 }, positive: 'honest', threshold: 'half', features: ['x'] };
    const { id, version } = await trained(asked);
    expect(version).toMatchObject({ positive: 'honest', settings: asked });
    expect(version.decision).toBeUndefined();
    const plain = await trained({ threshold: 'half', features: ['x'] });
    expect(version.metrics.logLoss).toBeGreaterThan((plain.version.metrics.logLoss ?? 1) + 0.05);
    const items = [id, plain.id].map((modelId) => ({ modelId, version: 1 }));
    const { facts } = await ada.call(routes.models.compare, { body: { items } });
    expect(facts).toEqual(
      expect.arrayContaining([
        { name: 'positive', values: ['honest', 'fraud'], differs: true },
        { name: 'classWeights', values: [{ fraud: 7 }, 'none'], differs: true },
      ]),
    );
  });

  it('that is never answered is warned of, with what to set', async () => {
    const { version } = await trained({ threshold: 0.99, features: ['x'] });
    expect(version.warnings.join()).toMatch(/The class fraud was (never )?predicted .*Set the threshold to/);
  });
});

it('a holdout keeps groups whole', async () => {
  const validation = { holdout: 0.25, groups: 'shop' };
  const { id, version } = await trained({ validation });
  expect(version.validation).toEqual(validation);
  expect(version.features.map(({ name }) => name)).not.toContain('shop');
  const { rows, total } = await ada.call(routes.models.rows, {
    params: { id, version: 1 },
    query: { limit: 100 },
  });
  expect(total).toBe(60);
  expect(new Set(rows.map(({ row }) => Math.floor((row - 1) / 30))).size).toBe(2);
});

describe('a goal of its own', () => {
  const regression = { target: 'visits', algorithm: 'gradient_boosting', features: ['x'] };

  it('of a quantile is judged by pinball loss and coverage, which are put side by side too', async () => {
    const parameters = { loss: 'quantile', alpha: 0.8, iterations: 10 };
    const { id, version } = await trained({ ...regression, parameters }, 'REGRESSION');
    expect(version.metrics.pinball).toBeGreaterThan(0);
    expect(version.metrics.coverage).toBeGreaterThan(0.6);
    expect(version.leaderboard[0]?.metric).toBe('pinball');
    expect(await ada.call(routes.models.get, { params: { id } })).toMatchObject({
      metric: { name: 'pinball' },
    });
    const poisson = { parameters: { loss: 'poisson', iterations: 10 } };
    const counts = await trained({ ...regression, ...poisson }, 'REGRESSION');
    expect(counts.version.metrics.poissonDeviance).toBeGreaterThan(0);
    const items = [id, counts.id].map((modelId) => ({ modelId, version: 1 }));
    const compared = await ada.call(routes.models.compare, { body: { items } });
    const lines = Object.fromEntries(compared.metrics.map(({ name, values }) => [name, values]));
    expect(lines['coverage']?.[0]).toMatchObject({ value: version.metrics.coverage, best: false });
    expect(lines['poissonDeviance']).toMatchObject([null, {}]);
    const [first, second] = compared.items;
    expect([first?.scoredBy, second?.scoredBy]).toEqual(['pinball', 'poissonDeviance']);
    expect(first?.curves.learning).toEqual(version.curves.learning);
    expect(second?.curves.loss?.length).toBe(counts.version.curves.loss?.length);
  });
});

describe('a key that nobody knows is refused by name:', () => {
  const id = '0192f0c4-0000-7000-8000-000000000001';
  const one = { params: { id } };
  it.each([
    ['train', () => ({ ...one, body: { ...quickTraining(datakitId), algoritm: 'linear' } })],
    ['train', () => ({ ...one, body: { ...quickTraining(datakitId), class_weights: 'balanced' } })],
    ['deploy', () => ({ ...one, body: { version: 1, allias: 'x' } })],
    ['undeploy', () => ({ ...one, body: { allias: 'x' } })],
    ['predict', () => ({ ...one, body: { inputs: {}, explane: true } })],
    ['predictBatch', () => ({ ...one, body: { datakitId, nam: 'x' } })],
    ['compareVersions', () => ({ ...one, body: { versions: [1, 2], item: 1 } })],
    ['compare', () => ({ body: { items: [{ modelId: id, version: 1, v: 2 }] } })],
    ['create', () => ({ body: { name: 'a', type: 'REGRESSION', typ: 'x' } })],
  ] as const)('%s', async (name, request) => {
    const reply = await ada.send(routes.models[name], request());
    const given = Object.keys((request() as { body: object }).body);
    expect(reply.status).toBe(400);
    const key = given.at(-1) === 'items' ? 'v' : given.at(-1);
    expect(JSON.stringify(reply.body)).toContain(key);
  });

  it('and a training leaves nothing behind', async () => {
    const { id: modelId } = await newModel(ada);
    const body = { ...quickTraining(datakitId), algoritm: 'linear' };
    const refused = await ada.refused(routes.models.train, { params: { id: modelId }, body });
    expect(refused).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    expect(refused.error).toContain('"algoritm"');
    const { items } = await ada.page(routes.jobs.list, { query: { subject: modelId } });
    expect(items).toEqual([]);
  });
});
