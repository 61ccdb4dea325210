import { routes } from '@quadrax/contract';
import type { Monitoring } from '@quadrax/contract';
import { asOperator, eventually, importForm, startTestServer, sumModel } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { deploy, monitoring, predict } = routes.models;

let server: TestServer;
let ada: TestClient;
let id: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
});
afterAll(() => server.close());
beforeEach(async () => {
  ({ id } = await ada.call(routes.models.import, { form: importForm(sumModel(), 'sum.onnx', {}) }));
  await ada.call(deploy, { params: { id }, body: { version: 1 } });
});

/** Rows whose numbers are spread evenly over [0, 1) and, of `x_1`, ten times that. */
const rowsOf = (count: number, shift = 0) =>
  Array.from({ length: count }, (_, i) => ({
    x_0: ((i * 0.618) % 1) + shift,
    x_1: (i * 3.82) % 10,
  }));
const ask = (inputs: object, client = ada) => client.call(predict, { params: { id }, body: { inputs } });
const read = (): Promise<Monitoring> => ada.call(monitoring, { params: { id }, query: {} });
const counted = (rows: number): Promise<Monitoring> =>
  eventually(`${rows} rows are counted`, read, (seen) => seen.rows === rows, 20_000);
const replica = async () => {
  const other = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
  return { client: ada.with({}, other.url), close: () => other.close() };
};

describe('an imported model', () => {
  it('says how far its reference is, over replicas and restarts, then compares with it', async () => {
    const needed = 1000;
    expect(await read()).toMatchObject({
      compared: false,
      uncompared: 'gathering',
      gathering: { rows: 0, needed },
    });
    await ask(rowsOf(600));
    expect(await counted(600)).toMatchObject({ compared: false, gathering: { rows: 600, needed } });

    const other = await replica();
    await ask(rowsOf(300), other.client);
    await other.close();
    expect(await counted(900)).toMatchObject({ compared: false, gathering: { rows: 900, needed } });

    await ask(rowsOf(700));
    const seen = await counted(1600);
    expect(seen).toMatchObject({ compared: true, reference: { source: 'first_predictions', rows: needed } });
    expect(seen).not.toHaveProperty('gathering');
    expect(seen.features.map(({ name }) => name).toSorted()).toEqual(['x_0', 'x_1']);
    for (const drift of [...seen.features, seen.prediction])
      expect(drift).toMatchObject({ verdict: 'stable', rows: 600, sentence: 'As in its first predictions.' });
    const [kept] = await server.database.owner<{ rows: number; parts: string[] }>(
      'SELECT rows, parts FROM quadrax.gathered_references WHERE model_id = $1',
      [id],
    );
    expect(kept).toEqual({ rows: needed, parts: [] });
  });

  it('keeps its reference fixed, and finds what comes later far from it', async () => {
    await ask(rowsOf(1000));
    await counted(1000);
    // A process that never saw it being gathered.
    const other = await replica();
    await ask(rowsOf(600, 5), other.client);
    const seen = await counted(1600);
    const drift = seen.features.find(({ name }) => name === 'x_0');
    expect(drift).toMatchObject({ verdict: 'shifted', rows: 600 });
    expect(drift?.sentence).toMatch(/^Far from its first predictions: look at the data/);
    expect(seen.features.find(({ name }) => name === 'x_1')).toMatchObject({ verdict: 'stable' });
    expect(seen.prediction).toMatchObject({ verdict: 'shifted', rows: 600 });
    const { text } = await server.anonymous.request('GET', '/metrics');
    expect(text).toMatch(new RegExp(`model_drift_psi\\{model="${id}",version="1".*of="prediction"\\} \\d`));
    await other.close();
  });

  it('forgets rows that are never enough with the counts of their time, and begins anew', async () => {
    await ask(rowsOf(40));
    await counted(40);
    await server.database.owner(
      `UPDATE quadrax.gathered_references SET begun_at = now() - interval '500 days' WHERE model_id = $1`,
      [id],
    );
    const operator = await asOperator(server.database, await server.register());
    await operator.call(routes.upkeep.run, { params: { name: 'traffic' } });
    expect((await read()).gathering).toEqual({ rows: 0, needed: 1000 });
    await ask(rowsOf(1000));
    expect(await counted(1040)).toMatchObject({ compared: true, reference: { rows: 1000 } });
  });

  it('counts every row once where replicas gather at the same time', async () => {
    const other = await replica();
    const eightTimes = async (client: TestClient) => {
      for (let i = 0; i < 8; i++) await ask(rowsOf(100), client);
    };
    await Promise.all([eightTimes(ada), eightTimes(other.client)]);
    const seen = await counted(1600);
    expect(seen.reference).toEqual({ source: 'first_predictions', rows: 1000 });
    await ask(rowsOf(400));
    const later = await counted(2000);
    expect(later.prediction?.rows).toBe(1000);
    await other.close();
  });
});
