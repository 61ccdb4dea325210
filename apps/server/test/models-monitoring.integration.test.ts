import { routes } from '@quadrax/contract';
import type { Drift, Monitoring } from '@quadrax/contract';
import {
  asOperator,
  eventually,
  gradesCsv,
  startTestServer,
  startWithDatakit,
  trainAs,
} from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const { deploy, monitoring, predict } = routes.models;

let server: TestServer;
let ada: TestClient;
let datakitId: string;
let id: string;

beforeAll(async () => {
  ({ server, client: ada, datakitId } = await startWithDatakit(gradesCsv(600)));
});
afterAll(() => server.close());

beforeEach(async () => {
  const body = {
    datakitId,
    target: 'grade',
    algorithm: 'gradient_boosting',
    parameters: { iterations: 5 },
    validation: { holdout: 0.2 },
  };
  ({ id } = await trainAs(ada, body));
  await ada.call(deploy, { params: { id }, body: { version: 1 } });
});

/** The rows of the training table. */
const trainingRows = gradesCsv(600)
  .split('\n')
  .slice(1)
  .map((line) => {
    const [hours, city, rainfall] = line.split(',');
    return { hours: hours === '' ? null : Number(hours), city, rainfall: Number(rainfall) };
  });
const ask = (inputs: object, client = ada) => client.call(predict, { params: { id }, body: { inputs } });
const read = (query = {}): Promise<Monitoring> => ada.call(monitoring, { params: { id }, query });
const counted = (rows: number): Promise<Monitoring> =>
  eventually(`${rows} rows are counted`, read, (seen) => seen.rows === rows, 15_000);
const feature = ({ features }: Monitoring, name: string): Drift => {
  const found = features.find((one) => one.name === name);
  if (!found) throw new Error(`There is no feature ${name}.`);
  return found;
};

describe('the monitoring of a model', () => {
  it('says so where nothing was asked yet', async () => {
    const seen = await read();
    expect(seen).toMatchObject({ version: 1, requests: 0, rows: 0, errors: 0, series: [], compared: true });
    expect(seen).not.toHaveProperty('latency');
    expect(new Set(seen.features.map(({ verdict }) => verdict))).toEqual(new Set(['too_few_rows']));
  });

  it('counts requests, rows, errors and their time, by the hour', async () => {
    await ask(trainingRows.slice(0, 40));
    await ask(trainingRows[0] ?? {});
    await ada.refused(predict, { params: { id }, body: { inputs: { hours: 'many' } } });
    const seen = await eventually('all is counted', read, ({ requests }) => requests === 3, 15_000);
    expect(seen).toMatchObject({ requests: 3, rows: 41, errors: 1 });
    const { p50, p95, p99 } = seen.latency ?? { p50: 0, p95: 0, p99: 0 };
    expect(p50).toBeGreaterThan(0);
    expect([p50 <= p95, p95 <= p99]).toEqual([true, true]);
    expect(seen.series.reduce((sum, { rows }) => sum + rows, 0)).toBe(41);
    expect(seen.series[0]?.at).toMatch(/:00:00\.000Z$/);
    const before = await read({ from: '2024-01-01T00:00:00Z', to: '2024-02-01T00:00:00Z' });
    expect(before).toMatchObject({ requests: 0, series: [], from: '2024-01-01T00:00:00.000Z' });
  });

  it('finds the training rows stable', async () => {
    await ask(trainingRows);
    const seen = await counted(600);
    for (const one of [...seen.features, seen.prediction])
      expect(one).toMatchObject({ verdict: 'stable', sentence: 'As in training.' });
    expect(feature(seen, 'hours').psi).toBeLessThan(0.001);
    expect(feature(seen, 'hours').missing.training).toBeCloseTo(55 / 600, 5);
  });

  it('finds rows of another kind shifted, the most drifted first, and tells the metrics', async () => {
    await ask(trainingRows.map((row) => ({ ...row, hours: 49, city: 'Atlantis' })));
    const seen = await counted(600);
    expect(feature(seen, 'hours')).toMatchObject({ verdict: 'shifted', missing: { served: 0 } });
    expect(feature(seen, 'city')).toMatchObject({ verdict: 'shifted', unseen: 1 });
    expect(feature(seen, 'rainfall')).toMatchObject({ verdict: 'stable' });
    expect(seen.features.at(-1)?.name).toBe('rainfall');
    expect(seen.prediction).toMatchObject({ name: 'grade', verdict: 'shifted' });
    const { text } = await server.anonymous.request('GET', '/metrics');
    expect(text).toContain(`model_predictions_total{model="${id}",version="1",outcome="ok"} 1`);
    expect(text).toContain(`model_prediction_duration_seconds_count{model="${id}"} 1`);
  });

  it('tells the metrics of every replica how far deployed versions drifted, and names no column', async () => {
    await ask(trainingRows.map((row) => ({ ...row, hours: 49, city: 'Atlantis' })));
    const seen = await counted(600);
    const other = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
    const drifts = async (at = server): Promise<Record<string, number>> => {
      const { text } = await at.anonymous.request('GET', '/metrics');
      const lines = text.matchAll(
        new RegExp(
          `^model_(?:feature_)?drift_psi\\{model="${id}",version="1",alias="production",(.*)\\} (.*)$`,
          'gm',
        ),
      );
      return Object.fromEntries([...lines].map(([, label, value]) => [label, Number(value)]));
    };
    // hours, city and rainfall, as the version lists them.
    const psi = (name: string) => expect.closeTo(feature(seen, name).psi ?? Number.NaN, 9);
    const expected = {
      'of="prediction"': expect.closeTo(seen.prediction?.psi ?? Number.NaN, 9),
      'of="feature"': expect.closeTo(seen.features[0]?.psi ?? Number.NaN, 9),
      'feature="1"': psi('hours'),
      'feature="2"': psi('city'),
      'feature="3"': psi('rainfall'),
    };
    expect(await drifts()).toEqual(expected);
    expect(await drifts(other)).toEqual(expected);
    await ask(trainingRows);
    await counted(1200);
    expect((await drifts(other))['feature="1"']).toBeLessThan(feature(seen, 'hours').psi ?? 0);
    await ada.call(routes.models.undeploy, { params: { id }, body: {} });
    expect([await drifts(), await drifts(other)]).toEqual([{}, {}]);
    await other.close();
  });

  it('says how far rows were from training day by day, and hour by hour in short spans', async () => {
    const day = 86_400_000;
    await ask(trainingRows.map((row) => ({ ...row, hours: 49 })));
    await counted(600);
    await server.database.owner(
      `INSERT INTO quadrax.model_traffic (tenant_id, model_id, version, hour, requests, errors, rows, latency, tally)
       SELECT tenant_id, model_id, version, h, requests, errors, rows, latency, tally
       FROM quadrax.model_traffic, unnest(ARRAY[date_trunc('day', now(), 'UTC') - interval '47 hours', date_trunc('day', now(), 'UTC') - interval '46 hours']) AS hours(h)
       WHERE model_id = $1`,
      [id],
    );
    const { driftSeries, features } = await read();
    const today = new Date(Math.floor(Date.now() / day) * day).toISOString();
    const before = new Date(Math.floor(Date.now() / day) * day - 2 * day).toISOString();
    expect(driftSeries.map(({ at, hours, rows }) => [at, hours, rows])).toEqual([
      [before, 24, 1200],
      [today, 24, 600],
    ]);
    for (const { prediction, features: each } of driftSeries) {
      expect(prediction).toBeGreaterThan(0.25);
      expect(each.toSorted((a, b) => b.psi - a.psi)[0]?.name).toBe('hours');
      expect(each).toHaveLength(features.length);
    }
    const short = await read({ from: new Date(Date.now() - day).toISOString() });
    expect(short.driftSeries).toMatchObject([{ hours: 1, rows: 600 }]);
    await server.database.owner(
      `UPDATE quadrax.model_traffic SET rows = 5, tally = (SELECT array_agg(floor(c / 120)) FROM unnest(tally) AS t(c)) WHERE model_id = $1 AND hour > now() - interval '1 hour'`,
      [id],
    );
    const few = (await read({ from: new Date(Date.now() - day).toISOString() })).driftSeries;
    expect(few).toEqual([{ at: expect.any(String), hours: 1, rows: 5, features: [] }]);
  });

  it('adds up over replicas, and a replica that ends leaves nothing uncounted', async () => {
    const other = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
    const there = ada.with({}, other.url);
    for (let i = 0; i < 20; i++) await ask(trainingRows[i] ?? {}, there);
    await ask(trainingRows.slice(0, 30));
    await other.close();
    expect((await read()).rows).toBeGreaterThanOrEqual(20);
    expect(await counted(50)).toMatchObject({ requests: 21, rows: 50 });
  });

  it('keeps its counts for 400 days, and tells nothing of earlier hours than it says', async () => {
    const now = Date.now();
    const ago = (days: number, hours = 0): string =>
      new Date(now - days * 86_400_000 - hours * 3_600_000).toISOString();
    for (const [days, requests] of [
      [420, 5],
      [401, 3],
      [399, 2],
      [0, 1],
    ] as const)
      await server.database.owner(
        `INSERT INTO quadrax.model_traffic (tenant_id, model_id, version, hour, requests, errors, rows, latency, tally)
         VALUES ($1, $2, 1, date_trunc('hour', $3::timestamptz, 'UTC'), $4, 0, $4, '{}', '{}')`,
        [ada.tenantId, id, ago(days), requests],
      );
    const spans = { whole: { from: ago(420), to: ago(390) }, recent: {} };
    const readBoth = async () => [await read(spans.whole), await read(spans.recent)] as const;
    const before = await readBoth();
    const [whole, recent] = before;
    expect(whole).toMatchObject({ requests: 2, rows: 2 });
    expect(Date.parse(whole.keptFrom ?? '')).toBe(Math.floor(Date.parse(ago(400)) / 3_600_000) * 3_600_000);
    expect(recent).toMatchObject({ requests: 1 });
    expect(recent).not.toHaveProperty('keptFrom');
    const operator = await asOperator(server.database, await server.register());
    const { figures } = await operator.call(routes.upkeep.run, { params: { name: 'traffic' } });
    expect(figures).toEqual({ removed: 2 });
    const after = await readBoth();
    expect(after.map(({ requests, rows, series }) => [requests, rows, series])).toEqual(
      before.map(({ requests, rows, series }) => [requests, rows, series]),
    );
  });

  it('refuses a version that is not there, and a span that is none', async () => {
    const refused = (query: Record<string, string | number>) =>
      ada.refused(monitoring, { params: { id }, query });
    expect(await refused({ version: 7 })).toMatchObject({ status: 404 });
    const backwards = { from: '2024-02-01T00:00:00Z', to: '2024-01-01T00:00:00Z' };
    expect(await refused(backwards)).toMatchObject({ status: 400, details: [{ field: 'from' }] });
    const long = { from: '2023-01-01T00:00:00Z', to: '2024-01-01T00:00:00Z' };
    expect(await refused(long)).toMatchObject({ status: 400, details: [{ field: 'from' }] });
  });
});
