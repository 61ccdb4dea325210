import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import type { Datakit } from '@quadrax/contract';
import { jobSucceeds, readyDatakit, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let ada: TestClient;
let kit: Datakit;
beforeAll(async () => {
  server = await startTestServer({ env: { QUERY_TIMEOUT_MS: '3000' } });
  ada = await server.register();
  kit = await readyDatakit(ada);
});
afterAll(() => server.close());

const { datakits } = routes;
const ask = (sql: string, extra: Record<string, unknown> = {}) =>
  ada.call(datakits.query, { params: { id: kit.id }, body: { sql, ...extra } });
const refused = (sql: string, extra: Record<string, unknown> = {}) =>
  ada.refused(datakits.query, { params: { id: kit.id }, body: { sql, ...extra } });
const countVersions = async (): Promise<number> =>
  (await ada.page(datakits.versions, { params: { id: kit.id } })).items.length;

describe('a query', () => {
  it('answers over the datakit, by its own name, its versions and others that are named', async () => {
    const other = await readyDatakit(ada, 'city,country\nBern,CH\nKöln,DE');
    const { columns, rows } = await ask(
      'SELECT country, count(*) AS n FROM "Grades" JOIN cities USING (city) GROUP BY ALL ORDER BY 1',
      { with: [{ datakitId: other.id, as: 'cities' }] },
    );
    expect(columns.map(({ name }) => name)).toEqual(['country', 'n']);
    expect(rows).toEqual([
      ['CH', 20],
      ['DE', 20],
    ]);
    expect((await ask('SELECT count(*) FROM data_v1')).rows).toEqual([[60]]);
  });

  it('cannot reach a datakit of another tenant, by no name', async () => {
    const bob = await server.register();
    const foreign = await readyDatakit(bob, 'secret\n1\n2');
    expect(
      await refused('SELECT * FROM theirs', { with: [{ datakitId: foreign.id, as: 'theirs' }] }),
    ).toMatchObject({ status: 404, details: [{ field: 'with.0.datakitId' }] });
    expect(
      await ada.refused(datakits.transform, {
        params: { id: kit.id },
        body: { steps: [{ step: 'join', datakitId: foreign.id, on: [{ left: 'city', right: 'secret' }] }] },
      }),
    ).toMatchObject({ status: 404, details: [{ field: 'steps.0.datakitId' }] });
    expect(
      await bob.refused(datakits.query, { params: { id: kit.id }, body: { sql: 'SELECT 1' } }),
    ).toMatchObject({ status: 404 });
  });

  it('that is wrong is refused with its place and nothing of the inside', async () => {
    const error = await refused('SELECT citty FROM data');
    expect(error).toMatchObject({
      status: 422,
      code: 'INVALID_QUERY',
      details: [
        { field: 'sql', message: 'Line 1, column 8: There is no column "citty". Did you mean "city"?' },
      ],
    });
    expect(await refused('')).toMatchObject({ status: 400, details: [{ field: 'sql' }] });
    expect(await refused("COPY data TO '/tmp/x'")).toMatchObject({ status: 422, code: 'INVALID_QUERY' });
    expect(JSON.stringify(await refused("SELECT * FROM '/etc/passwd'"))).not.toContain('.parquet');
  });

  it('that runs away is ended, and the server goes on', async () => {
    const endless = 'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r';
    expect(await refused(endless)).toMatchObject({ status: 422, code: 'QUERY_LIMIT' });
    const bomb = "SELECT list(repeat('x', 1000) || i::VARCHAR) FROM range(5000000) t(i)";
    expect(await refused(bomb)).toMatchObject({ status: 422, code: 'QUERY_LIMIT' });
    expect((await ask('SELECT 1 AS one')).rows).toEqual([[1]]);
  });
});

describe('a transformation', () => {
  it('makes a version, once for a key, and leaves the earlier one as it was', async () => {
    const request = {
      params: { id: kit.id },
      body: { sql: 'SELECT city, avg(hours) AS hours FROM data GROUP BY city' },
      headers: { 'idempotency-key': randomUUID() },
    };
    const made = await ada.call(datakits.transform, request);
    expect(made).toMatchObject({ id: kit.id, version: 2, status: 'PROCESSING' });
    expect(await ada.call(datakits.transform, request)).toEqual(made);
    await jobSucceeds(ada, made.jobId ?? '');
    expect(await ada.call(datakits.get, { params: { id: kit.id } })).toMatchObject({ version: 2, rows: 3 });
    const version = await ada.call(datakits.version, { params: { id: kit.id, version: 2 } });
    expect(version).toMatchObject({
      made: 'transformed',
      recipe: { sql: request.body.sql },
      parents: [{ kind: 'datakit', id: kit.id, version: 1 }],
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const before = await ada.call(datakits.profile, { params: { id: kit.id }, query: { version: 1 } });
    expect(before.rows).toBe(60);
    await ada.call(datakits.restoreVersion, { params: { id: kit.id, version: 1 } });
  });

  it('that is wrong at a step is refused there and leaves nothing', async () => {
    const before = await countVersions();
    const error = await ada.refused(datakits.transform, {
      params: { id: kit.id },
      body: {
        steps: [
          { step: 'drop', columns: ['grade'] },
          { step: 'rename', column: 'grade', to: 'x' },
        ],
      },
    });
    expect(error).toMatchObject({
      status: 400,
      code: 'UNKNOWN_FIELD',
      details: [{ field: 'steps.1.column' }],
    });
    expect(await ada.refused(datakits.transform, { params: { id: kit.id }, body: {} })).toMatchObject({
      status: 400,
    });
    expect(await countVersions()).toBe(before);
  });

  it('splits into two datakits of their own', async () => {
    const made = await ada.call(datakits.transform, {
      params: { id: kit.id },
      body: { steps: [{ step: 'split', testShare: 0.25, seed: 3, stratify: 'grade' }] },
    });
    await jobSucceeds(ada, made.jobId ?? '');
    const [train, test] = await Promise.all(
      [made.id, made.test?.id ?? ''].map((id) => ada.call(datakits.get, { params: { id } })),
    );
    expect([train?.name, test?.name]).toEqual(['Grades (train)', 'Grades (test)']);
    expect([train?.rows, test?.rows]).toEqual([45, 15]);
  });

  it('shows beforehand what comes of the first rows', async () => {
    const preview = await ada.call(datakits.previewTransform, {
      params: { id: kit.id },
      body: { steps: [{ step: 'impute', columns: ['hours'], method: 'constant', value: 0 }], limit: 1 },
    });
    expect(preview).toMatchObject({
      notes: ['Filled 6 missing values of "hours" by constant.'],
      rows: [[0, 'Bern', 0.5, expect.any(String)]],
      sampled: false,
      counts: {
        total: 60,
        taken: 60,
        after: [{ rows: 60, columns: ['hours', 'city', 'rainfall', 'grade'] }],
      },
    });
  });
});

describe('a download', () => {
  it('is the original byte for byte, or the rows in another format, under a safe name', async () => {
    const { id } = await readyDatakit(ada, 'Age,age\n1,x\n2,');
    await ada.call(datakits.update, { params: { id }, body: { name: 'a/b "c" \u202e.csv' } });
    const get = (query: Record<string, string | number>) =>
      ada.send(datakits.download, { params: { id }, query });
    expect((await get({})).text).toBe('Age,age\n1,x\n2,');
    const csv = await get({ format: 'csv' });
    expect(csv.text).toBe('Age,age\n1,x\n2,\n');
    expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''[\w%.-]+\.csv$/);
    expect((await get({ format: 'json', version: 1 })).body).toEqual([
      { Age: 1, age: 'x' },
      { Age: 2, age: null },
    ]);
    expect((await get({ format: 'parquet' })).text.slice(0, 4)).toBe('PAR1');
    expect((await get({ version: 7 })).status).toBe(404);
  });
});

describe('a viewer', () => {
  it('asks, and changes nothing', async () => {
    const { key } = await ada.call(routes.account.createApiKey, {
      body: { name: 'Reader', scopes: ['read'] },
    });
    const reader = ada.with({ authorization: `Bearer ${key}` });
    expect(
      (await reader.call(datakits.query, { params: { id: kit.id }, body: { sql: 'SELECT 1' } })).rows,
    ).toEqual([[1]]);
    expect(
      await reader.refused(datakits.transform, { params: { id: kit.id }, body: { sql: 'SELECT 1 AS a' } }),
    ).toMatchObject({ status: 403 });
  });
});
