import { type Algorithm, routes } from '@quadrax/contract';
import { startWithDatakit, trainAs } from '@quadrax/testkit';
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

const version = 1;

/** A deployed model of the grades, or of the hours. */
const deployed = async (algorithm: Algorithm, target = 'grade'): Promise<string> => {
  const body = { datakitId, target, algorithm, validation: { folds: 3 } };
  const type = target === 'grade' ? 'CLASSIFICATION' : 'REGRESSION';
  const { id } = await trainAs(ada, body, { type });
  await ada.call(routes.models.deploy, { params: { id }, body: { version } });
  return id;
};

const record = { hours: 40, city: 'Bern', rainfall: 3.5 };

describe('a prediction that is asked to be explained', () => {
  it.each(['gradient_boosting', 'linear', 'nearest_neighbors'] as const)(
    'of %s says how each feature contributes',
    async (algorithm) => {
      const id = await deployed(algorithm);
      const asked = { params: { id }, body: { inputs: record, explain: true } };
      const { predictions } = await ada.call(routes.models.predict, asked);
      const [{ label, probabilities = {}, explanation } = {}] = predictions;
      if (!explanation || label === undefined) throw new Error('There is no explanation.');
      expect(explanation.label).toBe(label);
      expect(explanation.values.map(({ feature }) => feature).toSorted()).toEqual([
        'city',
        'hours',
        'rainfall',
      ]);
      expect(explanation.values.find(({ feature }) => feature === 'hours')?.value).toBe(40);
      const margin = explanation.values.reduce(
        (sum, { contribution }) => sum + contribution,
        explanation.base,
      );
      const told = explanation.scale === 'log-odds' ? 1 / (1 + Math.exp(-margin)) : margin;
      expect(told).toBeCloseTo(probabilities[label] ?? Number.NaN, 6);
    },
  );

  it('carries none where it was not asked for', async () => {
    const id = await deployed('linear');
    const { predictions } = await ada.call(routes.models.predict, {
      params: { id },
      body: { inputs: record },
    });
    expect(predictions[0]).not.toHaveProperty('explanation');
  });

  it('is refused for more than a hundred rows, before they are predicted', async () => {
    const id = await deployed('linear');
    const inputs = Array.from({ length: 101 }, () => record);
    const refused = await ada.refused(routes.models.predict, {
      params: { id },
      body: { inputs, explain: true },
    });
    expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field: 'inputs' }] });
    const counted = async () =>
      (await server.anonymous.request('GET', '/metrics')).text
        .split('\n')
        .filter((line) => line.startsWith('model_predictions_total') && line.includes(id));
    expect(await counted()).toEqual([]);
    await ada.call(routes.models.predict, { params: { id }, body: { inputs: record } });
    expect(await counted()).toEqual([expect.stringMatching(/outcome="ok".* 1$/)]);
  });
});

describe('the explanation of a version', () => {
  it('ranks what the classes follow from first and holds a value for every row', async () => {
    const id = await deployed('gradient_boosting');
    const explanation = await ada.call(routes.models.explanation, { params: { id, version } });
    expect(explanation).toMatchObject({ scale: 'log-odds', rows: 60, labels: ['pass'] });
    expect(explanation.importance[0]?.feature).toBe('hours');
    const hours = explanation.features.find(({ feature }) => feature === 'hours');
    expect(hours?.values).toHaveLength(60);
    expect(hours?.contributions[0]).toHaveLength(60);
    const dependence = explanation.dependence.find(({ feature }) => feature === 'hours')?.mean[0] ?? [];
    expect(dependence.at(-1) ?? 0).toBeGreaterThan(dependence[0] ?? 1);
  });

  it('is not found for a version that was trained before there were any', async () => {
    const id = await deployed('baseline');
    await server.database.owner('DELETE FROM quadrax.model_explanations WHERE model_id = $1', [id]);
    const refused = await ada.refused(routes.models.explanation, { params: { id, version } });
    expect(refused.code).toBe('NOT_FOUND');
  });
});

describe('the rows behind the figures', () => {
  it('of a confusion cell are as many as it counts, and are the rows of the datakit', async () => {
    const id = await deployed('linear');
    const { metrics } = await ada.call(routes.models.version, { params: { id, version } });
    const { labels = [], matrix = [] } = metrics.confusion ?? {};
    const preview = await ada.call(routes.datakits.preview, {
      params: { id: datakitId },
      query: { limit: 200 },
    });
    for (const [i, actual] of labels.entries())
      for (const [j, predicted] of labels.entries()) {
        const found = await ada.call(routes.models.rows, {
          params: { id, version },
          query: { actual, predicted, limit: 200, sort: '-probability' },
        });
        expect(found.total).toBe(matrix[i]?.[j]);
        expect(found.rows).toHaveLength(found.total);
        for (const { row, actual: was, cells } of found.rows) {
          expect(cells).toEqual(preview.rows[row - 1]);
          expect(cells[3]).toBe(was);
        }
        const shares = found.rows.map(({ probability = 0 }) => probability);
        expect(shares).toEqual(shares.toSorted((a, b) => b - a));
      }
  });

  it('of residuals come by region and by how far off they are, a page at a time', async () => {
    const id = await deployed('linear', 'rainfall');
    const ask = (query: Record<string, string | number>) =>
      ada.call(routes.models.rows, { params: { id, version }, query });
    const all = await ask({ sort: '-error', limit: 200 });
    expect(all.total).toBe(60);
    const off = all.rows.map(({ actual, predicted }) => Math.abs(Number(actual) - Number(predicted)));
    expect(off).toEqual(off.toSorted((a, b) => b - a));
    const page = await ask({ sort: '-error', limit: 7, offset: 5 });
    expect(page.rows).toEqual(all.rows.slice(5, 12));
    const low = await ask({ actualFrom: 2, actualTo: 5 });
    expect(
      low.rows.map(({ actual }) => actual).every((value) => Number(value) >= 2 && Number(value) <= 5),
    ).toBe(true);
    expect(low.total).toBe(
      all.rows.filter(({ actual }) => Number(actual) >= 2 && Number(actual) <= 5).length,
    );
  });
});
