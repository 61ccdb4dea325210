import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { routes } from '@quadrax/contract';
import {
  createDatabase,
  eventually,
  newModel,
  poolerVersion,
  populate,
  register,
  spawnServer,
  startPooler,
  testSecret,
} from '@quadrax/testkit';
import type { Pooler, PopulatedTenant, SpawnedServer, TestClient, TestDatabase } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { poolerLogins } from '#platform/db';

const missing = poolerVersion() === undefined;
const reason = 'pgbouncer is not installed: apt-get install -y pgbouncer (or brew install pgbouncer)';
if (missing && process.env['CI'] === 'true') throw new Error(reason);
if (missing) process.stderr.write(`The tests of a transaction pooler are skipped: ${reason}.\n`);

/** Fewer connections to the database than servers, tenants and requests at a time. */
const poolSize = 2;

describe.skipIf(missing)('behind a transaction pooler', () => {
  let database: TestDatabase;
  let dataDir: string;
  let pooler: Pooler;
  let tenant: PopulatedTenant;
  const servers: SpawnedServer[] = [];
  const [first, second] = [() => servers[0] as SpawnedServer, () => servers[1] as SpawnedServer];

  const start = async (): Promise<void> => {
    const direct = { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: database.url };
    servers.push(await spawnServer({ database, dataDir, env: direct }));
  };

  beforeAll(async () => {
    database = await createDatabase({ empty: true });
    dataDir = await mkdtemp(join(tmpdir(), 'quadrax-pooled-'));
    const userlist = poolerLogins(database.url, testSecret)
      .map(({ user, verifier }) => `"${user}" "${verifier}"\n`)
      .join('');
    pooler = await startPooler(database.url, { userlist, poolSize });
    await start();
    await start();
    tenant = await populate(await first().register(), first().database);
  }, 120_000);
  afterAll(async () => {
    for (const server of servers) await server.stop();
    for (const server of servers) await server.cleanUp();
    await pooler.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const elsewhere = (client: TestClient): TestClient => client.with({}, second().url);

  it('an empty database becomes one that people work in, by way of two servers', async () => {
    const { client, model } = tenant;
    const inputs = { hours: 12, city: 'Bern', rainfall: 3.5 };
    for (const at of [client, elsewhere(client)])
      expect(
        (await at.call(routes.models.predict, { params: { id: model.id }, body: { inputs } })).version,
      ).toBe(1);
    const users = await database.owner<{ usename: string; application_name: string }>(
      `SELECT DISTINCT usename::text FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'quadrax app%'`,
      [database.name],
    );
    expect(users).toEqual([{ usename: `${database.name}_app_login` }]);
  });

  it('events of one server reach the sockets of the other', async () => {
    const { client, model } = tenant;
    const { ticket } = await elsewhere(client).call(routes.operations.ticket);
    const socket = new WebSocket(`${second().url.replace('http', 'ws')}/ws?ticket=${ticket}`);
    const heard: string[] = [];
    socket.addEventListener('message', ({ data }) =>
      heard.push((JSON.parse(String(data)) as { event: string }).event),
    );
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    await client.send(routes.models.undeploy, { params: { id: model.id } });
    await eventually(
      'the event has come',
      () => heard,
      (events) => events.length > 0,
    );
    expect(heard).toContain('model.undeployed');
    socket.close();
  });

  it('a repeated create makes one thing, whichever server it reaches', async () => {
    const client = await first().register();
    const create = (at: TestClient, key: string) =>
      at.send(routes.models.create, {
        body: { name: 'Once', type: 'REGRESSION' },
        headers: { 'idempotency-key': key },
      });
    const key = randomUUID();
    const replies = await Promise.all([
      create(client, key),
      create(elsewhere(client), key),
      create(client, key),
    ]);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect((await client.page(routes.models.list)).items).toHaveLength(1);
  });

  it('a session that ends at one server is refused by the other within a second', async () => {
    const client = await first().register();
    const there = elsewhere(client);
    expect((await there.request('GET', '/api/models')).status).toBe(200);
    await client.send(routes.identity.logout);
    await eventually(
      'it is refused',
      () => there.request('GET', '/api/models'),
      ({ status }) => status === 401,
      1000,
    );
  });

  it(`tenants share ${poolSize} connections and see nothing of one another`, async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => register(first().url)));
    const work = async (client: TestClient): Promise<void> => {
      for (let i = 0; i < 20; i++) {
        const at = i % 2 === 0 ? client : elsewhere(client);
        await newModel(at, { name: `${client.tenantId} ${i}` });
        const { items } = await at.page(routes.models.list);
        expect(items).toHaveLength(i + 1);
        for (const { name } of items) expect(name.startsWith(client.tenantId)).toBe(true);
      }
    };
    await Promise.all(clients.map(work));
    const [{ most } = { most: 99 }] = await database.owner<{ most: number }>(
      `SELECT count(*)::int AS most FROM pg_stat_activity WHERE datname = $1 AND usename = $2`,
      [database.name, `${database.name}_app_login`],
    );
    expect(most).toBeLessThanOrEqual(poolSize);
  });
});
