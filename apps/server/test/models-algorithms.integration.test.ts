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
