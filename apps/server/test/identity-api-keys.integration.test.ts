import { routes } from '@quadrax/contract';
import type { ApiKeyScope, NewApiKey } from '@quadrax/contract';
import { asOperator, eventually, startTestServer, TestClient } from '@quadrax/testkit';
import type { TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { account, models, users, platform } = routes;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const make = (ada: TestClient, scopes: ApiKeyScope[], more = {}): Promise<NewApiKey> =>
  ada.call(account.createApiKey, { body: { name: 'Nightly', scopes, ...more } });
const speaker = (key: string, url = server.url): TestClient =>
  new TestClient(url, undefined, { authorization: `Bearer ${key}` });
const read = async (client: TestClient): Promise<number> => (await client.send(models.list)).status;
const write = async (client: TestClient): Promise<number> =>
  (await client.send(models.create, { body: { name: 'By key', type: 'REGRESSION' } })).status;

describe('an API key', () => {
  it('is shown once, and nothing that would do is stored', async () => {
    const ada = await server.register();
    const { key, prefix, ...made } = await make(ada, ['read']);
    expect(key).toMatch(/^qdx_[0-9a-f]{32}_[\w-]{43}$/);
    expect(key.startsWith(prefix)).toBe(true);
    expect((await ada.page(account.apiKeys)).items).toEqual([{ ...made, prefix }]);
    const secret = key.slice(-43);
    const rows = await server.database.owner<{ row: string }>(
      `SELECT k::text AS row FROM auth.api_keys k UNION ALL SELECT a::text FROM quadrax.audit_log a
       UNION ALL SELECT i::text FROM quadrax.idempotency_keys i`,
    );
    expect(rows.filter(({ row }) => row.includes(secret))).toEqual([]);
    expect(server.logs.filter((line) => JSON.stringify(line).includes(secret))).toEqual([]);
  });

  it.each<[ApiKeyScope[], number, number, number]>([
    [['read'], 200, 403, 403],
    [['write'], 200, 201, 403],
    [['admin'], 200, 201, 200],
  ])('with the scopes %j reads %i, writes %i, administers %i', async (scopes, reads, writes, administers) => {
    const ada = await server.register();
    const client = speaker((await make(ada, scopes)).key);
    expect(await read(client)).toBe(reads);
    expect(await write(client)).toBe(writes);
    expect((await client.send(users.invitations)).status).toBe(administers);
  });

  it('never does more than its owner’s role allows', async () => {
    const ada = await server.register();
    const client = speaker((await make(ada, ['admin'])).key);
    await server.database.owner(`UPDATE auth.memberships SET role = 'VIEWER' WHERE account_id = $1`, [
      ada.user.id,
    ]);
    await eventually(
      'the role is known',
      () => write(client),
      (status) => status === 403,
      1000,
    );
    expect(await read(client)).toBe(200);
  });

  it('does not act as the person: no sessions, keys or passwords, nor the platform', async () => {
    const ada = await asOperator(server.database, await server.register());
    const client = speaker((await make(ada, ['admin'])).key);
    for (const route of [account.sessions, account.apiKeys, account.logoutAll, platform.accounts])
      expect(await client.refused(route)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await client.refused(account.createApiKey, { body: { name: 'More' } })).toMatchObject({
      status: 403,
    });
    expect(await client.call(account.me)).toMatchObject({ id: ada.user.id });
  });

  it('holds in the tenant it was made in and in no other', async () => {
    const [ada, bob] = [await server.register(), await server.register()];
    await server.database.owner(
      `INSERT INTO auth.memberships (tenant_id, account_id, role) VALUES ($1, $2, 'ADMIN')`,
      [bob.tenantId, ada.user.id],
    );
    await eventually(
      'Ada may enter',
      () => read(ada.with({ 'x-tenant-id': bob.tenantId })),
      (status) => status === 200,
      1000,
    );
    const there = ada.with({ 'x-tenant-id': bob.tenantId });
    const client = speaker((await make(there, ['write'])).key);
    expect((await client.call(account.me)).tenantId).toBe(bob.tenantId);
    expect(await client.with({ 'x-tenant-id': ada.tenantId }).refused(models.list)).toMatchObject({
      status: 403,
      code: 'TENANT_FORBIDDEN',
    });
    expect((await ada.page(account.apiKeys)).items).toEqual([]);
  });

  it('ends when it is revoked, in every process within a second', async () => {
    const second = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
    try {
      const ada = await server.register();
      const { id, key } = await make(ada, ['read']);
      const [here, there] = [speaker(key), speaker(key, second.url)];
      expect([await read(here), await read(there)]).toEqual([200, 200]);
      await ada.call(account.revokeApiKey, { params: { id } });
      expect(await read(here)).toBe(401);
      await eventually(
        'the other process refuses it',
        () => read(there),
        (status) => status === 401,
        1000,
      );
    } finally {
      await second.close();
    }
  });

  it('ends with its membership, with its account, and in time', async () => {
    const [ada, bob] = [await server.register(), await server.register()];
    const short = speaker(
      (await make(ada, ['read'], { expiresAt: new Date(Date.now() + 3_600_000).toISOString() })).key,
    );
    expect(await read(short)).toBe(200);
    await server.database.owner(
      `UPDATE auth.api_keys SET expires_at = now() - interval '1 s' WHERE account_id = $1`,
      [ada.user.id],
    );
    await eventually(
      'the key has expired',
      () => read(short),
      (status) => status === 401,
      1000,
    );
    const client = speaker((await make(bob, ['read'])).key);
    expect(await read(client)).toBe(200);
    await server.database.owner('UPDATE auth.accounts SET disabled_at = now() WHERE id = $1', [bob.user.id]);
    await eventually(
      'the account is disabled',
      () => read(client),
      (status) => status === 401,
      1000,
    );
  });

  it('says when it was last used, and from where', async () => {
    const ada = await server.register();
    const { id, key } = await make(ada, ['read']);
    await read(speaker(key));
    const used = await eventually(
      'its use is noted',
      async () => (await ada.page(account.apiKeys)).items.find((one) => one.id === id),
      (found) => found?.lastUsedAt !== undefined,
    );
    expect(used?.lastUsedFrom).toBe('127.0.0.1');
  });

  it('with an end in the past, no scope or one that there is not is refused', async () => {
    const ada = await server.register();
    for (const body of [
      { name: 'x', expiresAt: '2020-01-01T00:00:00Z' },
      { name: 'x', scopes: [] },
      { name: 'x', scopes: ['root'] },
    ])
      expect(await ada.refused(account.createApiKey, { body })).toMatchObject({ status: 400 });
  });

  it('is written into the audit log with what was done by it', async () => {
    const ada = await server.register();
    const { id, key } = await make(ada, ['write']);
    await write(speaker(key));
    const rows = await server.database.owner(
      'SELECT action, credential_id FROM quadrax.audit_log WHERE tenant_id = $1 ORDER BY id DESC LIMIT 2',
      [ada.tenantId],
    );
    expect(rows).toMatchObject([
      { action: 'model.created', credential_id: id },
      { action: 'api_key.created' },
    ]);
  });
});
