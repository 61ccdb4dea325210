import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import { importForm, jobSucceeds, newModel, readyDatakit, startTestServer, sumModel } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let client: TestClient;
let modelId: string;
let otherId: string;

const trainOne = async (id: string, datakitId: string, changes: Record<string, unknown>): Promise<void> => {
  const body = { datakitId, target: 'grade', validation: { folds: 3 }, ...changes };
  const job = await client.call(routes.models.train, { params: { id }, body });
  await jobSucceeds(client, job.id, 100_000);
};

beforeAll(async () => {
  server = await startTestServer();
  client = await server.register();
  const { id: datakitId } = await readyDatakit(client);
  modelId = (await newModel(client)).id;
  otherId = (await newModel(client, { name: 'Other' })).id;
  await trainOne(modelId, datakitId, { algorithm: 'baseline' });
  await trainOne(modelId, datakitId, { algorithm: 'linear', parameters: { l2: 1 } });
  await trainOne(otherId, datakitId, { algorithm: 'linear', parameters: { l2: 7 }, seed: 2 });
}, 300_000);
afterAll(() => server.close());

const ofModel = (versions: number[]) =>
  client.call(routes.models.compareVersions, { params: { id: modelId }, body: { versions } });
const across = (items: { modelId: string; version: number }[]) =>
  client.send(routes.models.compare, { body: { items } });

describe('versions side by side', () => {
  it('of one model: what differs, which is best at what, and whether that is more than chance', async () => {
    const { items, parameters, metrics, facts, sameData, sameValidation } = await ofModel([1, 2]);
    expect(items.map(({ version, algorithm }) => [version, algorithm])).toEqual([
      [1, 'baseline'],
      [2, 'linear'],
    ]);
    expect([sameData, sameValidation]).toEqual([true, true]);
    expect(parameters.find(({ name }) => name === 'l2')).toEqual({
      name: 'l2',
      values: [null, 1],
      differs: true,
    });
    expect(facts.find(({ name }) => name === 'algorithm')).toMatchObject({ differs: true });
    expect(facts.find(({ name }) => name === 'datakit')).toMatchObject({ differs: false });
    const auc = metrics.find(({ name }) => name === 'rocAuc');
    expect(auc?.values[0]).toMatchObject({ value: 0.5, best: false, beyond: true });
    expect(auc?.values[1]).toMatchObject({ best: true, beyond: false });
    const loss = metrics.find(({ name }) => name === 'logLoss')?.values;
    expect(loss?.map((cell) => cell?.best)).toEqual([false, true]);
    expect(items[1]?.curves.roc?.[0]?.points.length).toBeGreaterThan(2);
    expect(items[1]?.curves.learning?.length).toBeGreaterThan(1);
    expect(items[1]?.scoredBy).toBe('logLoss');
  });

  it('of several models, in the order asked for', async () => {
    const reply = await across([
      { modelId: otherId, version: 1 },
      { modelId, version: 2 },
    ]);
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      data: {
        items: [{ name: 'Other' }, { name: 'Grades' }],
        sameData: true,
        sameValidation: false,
        facts: expect.arrayContaining([{ name: 'seed', values: [2, 1], differs: true }]),
      },
    });
  });

  it('of a model that was imported: of how many rows it was made, nobody knows', async () => {
    const imported = await client.call(routes.models.import, { form: importForm(sumModel(), 'sum.onnx') });
    const items = [
      { modelId, version: 1 },
      { modelId: imported.id, version: 1 },
    ];
    const { facts } = await client.call(routes.models.compare, { body: { items } });
    expect(facts.find(({ name }) => name === 'rowsUsed')?.values).toEqual([60, null]);
  });

  it('are two to eight, and there', async () => {
    const one = { modelId, version: 1 };
    expect((await across([one])).status).toBe(400);
    expect((await across(Array.from({ length: 9 }, () => one))).status).toBe(400);
    expect((await across([one, { modelId, version: 9 }])).status).toBe(404);
    expect((await across([one, { modelId: randomUUID(), version: 1 }])).status).toBe(404);
    const stranger = await server.register();
    const reply = await stranger.send(routes.models.compare, { body: { items: [one, one] } });
    expect(reply.status).toBe(404);
  });
});
