import { routes } from '@quadrax/contract';
import {
  eventually,
  jobSucceeds,
  quickTraining,
  readyDatakit,
  startTestServer,
  trainedModel,
} from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const { deploy, undeploy, deployments, predict, get, versions } = routes.models;
const row = { hours: 12, city: 'Bern', rainfall: 3.5 };

let server: TestServer;
/** Another replica, which shares nothing but the database and the files. */
let other: TestServer;
let ada: TestClient;
let id: string;

beforeAll(async () => {
  server = await startTestServer();
  other = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
  ada = await server.register();
  const datakit = await readyDatakit(ada);
  ({ id } = (await trainedModel(ada, datakit.id)).model);
  for (let version = 2; version <= 4; version++) {
    const features = version === 4 ? { features: ['hours'] } : {};
    const training = { params: { id }, body: { ...quickTraining(datakit.id), ...features } };
    await jobSucceeds(ada, (await ada.call(routes.models.train, training)).id);
  }
});
afterAll(async () => {
  await server.app.platform.compute.close();
  await other.close();
  await server.close();
});
beforeEach(() => ada.call(undeploy, { params: { id }, body: {} }));

const put = (body: object) => ada.call(deploy, { params: { id }, body });
const ask = async (body: object = {}, query: Record<string, string> = {}): Promise<number> =>
  (await ada.call(predict, { params: { id }, query, body: { inputs: row, ...body } })).version;
const refused = (body: object) => ada.refused(predict, { params: { id }, body: { inputs: row, ...body } });
const served = () => ada.call(deployments, { params: { id } });

/** How many of a thousand keys get each version. */
const versionsOfKeys = async (keys: readonly string[]): Promise<Map<string, number>> =>
  new Map(await Promise.all(keys.map(async (key) => [key, await ask({ key })] as const)));
const keys = Array.from({ length: 300 }, (_unused, i) => `customer ${i}`);
const tried = (answers: ReadonlyMap<string, number>, version: number): string[] =>
  keys.filter((key) => answers.get(key) === version);

it('says how many rows are predicted at once, and what rows are', async () => {
  await put({ version: 1 });
  const messages = await Promise.all(
    [Array.from({ length: 10_001 }, () => row), [], 7].map(async (inputs) => {
      const { status, details } = await refused({ inputs });
      return [status, details?.map(({ field, message }) => `${field}: ${message}`).join()];
    }),
  );
  expect(messages).toEqual([
    [
      400,
      expect.stringMatching(/^inputs: At most 10,000 rows are predicted at once, and there are 10,001\./),
    ],
    [400, 'inputs: There is no row. Send one at least.'],
    [400, expect.stringMatching(/^inputs: Send one row, .*, or a list of rows\.$/)],
  ]);
});

describe('an alias', () => {
  it('serves a version of its own beside the others', async () => {
    expect(await put({ version: 1 })).toMatchObject({
      modelId: id,
      version: 1,
      status: 'DEPLOYED',
      alias: 'production',
    });
    await put({ version: 3, alias: 'staging' });
    expect(await served()).toMatchObject([
      { alias: 'production', version: 1 },
      { alias: 'staging', version: 3 },
    ]);
    expect([
      await ask(),
      await ask({ alias: 'staging' }),
      await ask({}, { alias: 'staging' }),
      await ask({ version: 3 }),
    ]).toEqual([1, 3, 3, 3]);
    const { items } = await ada.page(versions, { params: { id } });
    expect(items.map(({ version, status }) => [version, status])).toEqual([
      [4, 'TRAINED'],
      [3, 'DEPLOYED'],
      [2, 'TRAINED'],
      [1, 'DEPLOYED'],
    ]);
    expect(await ada.call(get, { params: { id } })).toMatchObject({ status: 'DEPLOYED', deployedVersion: 1 });
  });

  it('answers where none is asked for, if it is the only one', async () => {
    await put({ version: 2, alias: 'staging' });
    expect(await ask()).toBe(2);
  });

  it('goes out of service alone', async () => {
    await put({ version: 1 });
    await put({ version: 2, alias: 'staging' });
    await ada.call(undeploy, { params: { id }, body: { alias: 'production' } });
    expect(await served()).toMatchObject([{ alias: 'staging', version: 2 }]);
    expect(await refused({ alias: 'production' })).toMatchObject({
      status: 409,
      code: 'NOT_DEPLOYED',
      error: 'Nothing is deployed as "production". Deploy a version under this alias first.',
    });
    expect(await ask()).toBe(2);
    const { items } = await ada.page(routes.audit.list, { query: { action: 'model.undeployed', limit: 1 } });
    expect(items).toMatchObject([
      { before: { aliases: ['production', 'staging'] }, after: { aliases: ['staging'] } },
    ]);
  });

  it('and a version are not asked for together, nor a version that is not served', async () => {
    await put({ version: 1 });
    expect(await refused({ alias: 'production', version: 1 })).toMatchObject({
      status: 400,
      details: [{ field: 'version' }],
    });
    expect(await refused({ version: 2 })).toMatchObject({ status: 409, code: 'NOT_DEPLOYED' });
  });

  it('changes at every replica', async () => {
    const there = ada.with({}, other.url);
    const askThere = () => there.send(predict, { params: { id }, body: { inputs: row } });
    const answeredBy = (version: number) =>
      eventually(
        `version ${version} answers there`,
        askThere,
        ({ body }) => (body as { data?: { version: number } }).data?.version === version,
        2000,
      );
    await put({ version: 1 });
    await answeredBy(1);
    await put({ version: 2 });
    await answeredBy(2);
    await ada.call(undeploy, { params: { id }, body: {} });
    const gone = await eventually('nothing answers there', askThere, ({ status }) => status === 409, 2000);
    expect(gone.body).toMatchObject({ code: 'NOT_DEPLOYED' });
  });

  it('is no more than a name of small letters, and one of twenty', async () => {
    const wrong = await ada.refused(deploy, { params: { id }, body: { version: 1, alias: 'A b' } });
    expect(wrong).toMatchObject({ status: 400, details: [{ field: 'alias' }] });
    for (let i = 0; i < 20; i++) await put({ version: 1, alias: `a${i}` });
    const tooMany = await ada.refused(deploy, { params: { id }, body: { version: 1, alias: 'a20' } });
    expect(tooMany).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect(await put({ version: 2, alias: 'a19' })).toMatchObject({ version: 2 });
  });
});

describe('a version on trial', () => {
  it('gets its share of the keys, always the same ones, and keeps them as the share grows', async () => {
    await put({ version: 1 });
    expect(await put({ version: 2, canary: 20 })).toMatchObject({
      version: 1,
      canary: { version: 2, share: 20 },
    });
    const first = await versionsOfKeys(keys);
    const few = tried(first, 2);
    expect(few.length).toBeGreaterThan(300 * 0.2 - 30);
    expect(few.length).toBeLessThan(300 * 0.2 + 30);
    expect(await versionsOfKeys(keys)).toEqual(first);
    await put({ version: 2, canary: 60 });
    const more = tried(await versionsOfKeys(keys), 2);
    expect(more.length).toBeGreaterThan(few.length);
    expect(more).toEqual(expect.arrayContaining(few));
  });

  it('is told by the row where no key is given, however its fields are ordered', async () => {
    await put({ version: 1 });
    await put({ version: 2, canary: 50 });
    const rows = Array.from({ length: 40 }, (_unused, i) => ({ hours: i, city: 'Bern', rainfall: 1 }));
    const there = ada.with({}, other.url);
    const askedOf = async (client: TestClient, inputs: object) =>
      (await client.call(predict, { params: { id }, body: { inputs } })).version;
    const answers = await Promise.all(rows.map((inputs) => askedOf(ada, inputs)));
    expect(new Set(answers)).toEqual(new Set([1, 2]));
    const turned = rows.map(({ hours, city, rainfall }) => ({ rainfall, city, hours }));
    await eventually(
      'the other replica decides the same',
      () => Promise.all(turned.map((inputs) => askedOf(there, inputs))),
      (seen) => JSON.stringify(seen) === JSON.stringify(answers),
      5000,
    );
  });

  it('gets nothing at 0 percent and everything at 100, and is one that can be asked for', async () => {
    await put({ version: 1 });
    await put({ version: 2, canary: 0 });
    expect(tried(await versionsOfKeys(keys.slice(0, 40)), 2)).toEqual([]);
    expect(await ask({ version: 2 })).toBe(2);
    await put({ version: 2, canary: 100 });
    expect(tried(await versionsOfKeys(keys.slice(0, 40)), 2)).toHaveLength(40);
  });

  it('is promoted by deploying it, and ended by deploying what is served', async () => {
    await put({ version: 1 });
    await put({ version: 2, canary: 50 });
    expect(await put({ version: 1 })).not.toHaveProperty('canary');
    expect(await served()).toEqual([expect.not.objectContaining({ canary: expect.anything() })]);
    await put({ version: 2, canary: 50 });
    expect(await put({ version: 2 })).toMatchObject({ version: 2 });
    expect(await served()).toMatchObject([{ alias: 'production', version: 2 }]);
    expect(tried(await versionsOfKeys(keys.slice(0, 20)), 2)).toHaveLength(20);
    const { items } = await ada.page(routes.audit.list, { query: { action: 'model.deployed', limit: 2 } });
    expect(items[0]).toMatchObject({
      before: { deployedVersion: 1, canary: { version: 2, share: 50 } },
      after: { alias: 'production', deployedVersion: 2 },
    });
  });

  it('needs nothing that what it is tried beside does not: a share of the requests would fail', async () => {
    await put({ version: 4 });
    const body = { version: 1, canary: 10 };
    expect(await ada.refused(deploy, { params: { id }, body })).toMatchObject({
      status: 409,
      error: expect.stringContaining('Version 1 needs "city"'),
    });
    await put({ version: 1 });
    expect(await put({ version: 4, canary: 10 })).toMatchObject({ canary: { version: 4 } });
  });

  it('needs something beside it, other than itself', async () => {
    const body = { version: 2, canary: 10 };
    expect(await ada.refused(deploy, { params: { id }, body })).toMatchObject({ code: 'NOT_DEPLOYED' });
    await put({ version: 2 });
    expect(await ada.refused(deploy, { params: { id }, body })).toMatchObject({ code: 'CONFLICT' });
    for (const canary of [-1, 101])
      expect(await ada.refused(deploy, { params: { id }, body: { version: 1, canary } })).toMatchObject({
        status: 400,
        details: [{ field: 'canary' }],
      });
    expect(await served()).toEqual([expect.not.objectContaining({ canary: expect.anything() })]);
  });
});

describe('If-Match', () => {
  it('guards a deployment by the ETag of the model, and the answer carries the next one', async () => {
    const etag = (await ada.send(get, { params: { id } })).headers.get('etag') ?? '';
    const first = await ada.send(deploy, {
      params: { id },
      body: { version: 1 },
      headers: { 'if-match': etag },
    });
    expect(first.status).toBe(200);
    const next = first.headers.get('etag') ?? '';
    expect((await ada.send(get, { params: { id } })).headers.get('etag')).toBe(next);
    for (const [route, body] of [
      [deploy, { version: 2 }],
      [undeploy, {}],
    ] as const)
      expect(await ada.refused(route, { params: { id }, body, headers: { 'if-match': etag } })).toMatchObject(
        {
          status: 412,
        },
      );
    expect(await served()).toMatchObject([{ version: 1 }]);
    const ended = await ada.send(undeploy, { params: { id }, body: {}, headers: { 'if-match': next } });
    expect(ended.status).toBe(200);
  });
});
