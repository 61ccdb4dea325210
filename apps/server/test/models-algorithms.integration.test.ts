import { type Algorithm, routes } from '@quadrax/contract';
import { newModel, quickTraining, startWithDatakit, trainAs } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestServer;
let ada: TestClient;
let datakitId: string;

beforeAll(async () => {
  ({ server, client: ada, datakitId } = await startWithDatakit());
});
afterAll(() => server.close());

const trained = async (changes: Record<string, unknown>) => {
  const { id } = await trainAs(ada, { ...quickTraining(datakitId), ...changes });
  return { id, version: await ada.call(routes.models.version, { params: { id, version: 1 } }) };
};

const settings: readonly (readonly [Algorithm, Record<string, unknown>])[] = [
  ['random_forest', { trees: 20, features: 0.5 }],
  ['extra_trees', { trees: 20, maxDepth: 8 }],
  ['nearest_neighbors', { neighbors: 3, weights: 'distance' }],
  ['neural_network', { units: 8, epochs: 10 }],
  ['linear', { penalty: 'elastic_net', l1Share: 0.3 }],
];

describe('a model', () => {
  it.each(settings)('of %s is trained, deployed and asked', async (algorithm, parameters) => {
    const { id, version } = await trained({ algorithm, parameters });
    expect(version).toMatchObject({ algorithm, parameters });
    await ada.call(routes.models.deploy, { params: { id }, body: { version: 1 } });
    const { predictions } = await ada.call(routes.models.predict, {
      params: { id },
      body: { inputs: version.example },
    });
    expect(['pass', 'fail']).toContain(predictions[0]?.label);
  });

  it('tells what it was asked for, also when that made no version, and what made it', async () => {
    const asked = {
      algorithm: 'gradient_boosting',
      parameters: { iterations: 5, monotone: 'hours +' },
      features: ['hours', 'city'],
      weights: 'rainfall',
      metric: 'f1',
      seed: 7,
    };
    const { id, version } = await trained(asked);
    expect(version.settings).toMatchObject({ ...asked, datakitId, target: 'grade', timeBudgetSeconds: 120 });
    expect(version.madeWith).toBe((await ada.call(routes.operations.health)).version);
    const params = { id, jobId: version.jobId ?? '' };
    expect(await ada.call(routes.models.training, { params })).toEqual({
      jobId: version.jobId,
      datakitVersion: 1,
      settings: version.settings,
    });
    const other = await newModel(ada);
    const elsewhere = { params: { ...params, id: other.id } };
    expect(await ada.refused(routes.models.training, elsewhere)).toMatchObject({ status: 404 });
  });

  it('tells of each point of its calibration how many held-out rows it stands for', async () => {
    const { version } = await trained({ validation: { holdout: 0.25 } });
    const [curve] = version.curves.calibration ?? [];
    const counts = curve?.points.map(({ count = 0 }) => count) ?? [];
    expect(counts.every((count) => count > 0)).toBe(true);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(15);
  });

  it('comes with a 95 % interval around each of its figures', async () => {
    const { version } = await trained({});
    const { accuracy = Number.NaN, intervals = {} } = version.metrics;
    const [low = Number.NaN, high = Number.NaN] = intervals['accuracy'] ?? [];
    expect(low).toBeLessThanOrEqual(accuracy);
    expect(high).toBeGreaterThanOrEqual(accuracy);
    expect(high).toBeGreaterThan(low);
  });

  it.each([
    { folds: 3, groups: 'city' },
    { folds: 3, time: 'rainfall' },
    { holdout: 0.3, time: 'rainfall' },
    { holdout: 0.3, groups: 'city' },
  ])('is judged by the split asked for, %j', async (validation) => {
    const { version } = await trained({ validation, features: ['hours', 'rainfall'] });
    expect(version.validation).toEqual(validation);
  });

  it.each([
    ['UNKNOWN_FIELD', 'validation.groups', { folds: 3, groups: 'nowhere' }],
    ['UNTRAINABLE', 'validation.time', { folds: 3, time: 'city' }],
    ['UNTRAINABLE', 'validation', { folds: 3, time: 'rainfall', groups: 'city' }],
  ])('is refused with %s at %s where it cannot be', async (code, field, validation) => {
    const { id } = await newModel(ada);
    const body = { ...quickTraining(datakitId), validation };
    const refused = await ada.refused(routes.models.train, { params: { id }, body });
    expect(refused).toMatchObject({ code, details: [{ field }] });
  });
});
