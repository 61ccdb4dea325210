import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { routes } from '@quadrax/contract';
import type { ApiKeyScope } from '@quadrax/contract';
import { allRoutes, asOperator, eventually, populate, requestOf } from '@quadrax/testkit';
import { startTestServer, validRequests } from '@quadrax/testkit';
import type { PopulatedTenant, ReplyOf, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { tenantDigest } from '../tenant-tables.ts';

let server: TestServer;
let ada: PopulatedTenant;

beforeAll(async () => {
  server = await startTestServer();
  ada = await populate(await server.register(), server.database);
});
afterAll(() => server.close());

const keyOf = (
  client: TestClient,
  scopes: ApiKeyScope[] = ['read'],
  expiresAt?: string,
): Promise<ReplyOf<typeof routes.account.createApiKey>> =>
  client.call(routes.account.createApiKey, { body: { name: 'A key', scopes, expiresAt } });
const speaking = (key: string): TestClient => server.anonymous.with({ authorization: `Bearer ${key}` });
const statusOf = async (key: string): Promise<number> => (await speaking(key).send(routes.account.me)).status;

describe('a forged API key is refused', () => {
  const hex = (id: string): string => id.replaceAll('-', '');

  it('with another secret, a shorter or longer one, or none', async () => {
    const { key } = await keyOf(ada.client);
    expect(await statusOf(key)).toBe(200);
    const [secret = ''] = key.split('_').slice(2);
    for (const forged of [
      key.slice(0, -secret.length) + randomBytes(32).toString('base64url'),
      key.slice(0, -1),
      key.slice(0, -secret.length),
      key.slice(0, -secret.length - 1),
      `${key}A`,
      `${key}=`,
      key.toUpperCase(),
      'qdx_',
      `qdx_${'0'.repeat(32)}_${'A'.repeat(43)}`,
      `qdx_${'9'.repeat(100_00)}`,
    ])
      expect([forged, await statusOf(forged)]).toEqual([forged, 401]);
  });

  it('with the id of somebody else’s key and a secret of one’s own', async () => {
    const bob = await server.register();
    const [own, foreign] = [await keyOf(bob), await keyOf(ada.client, ['admin'])];
    const secret = own.key.slice(-43);
    expect(await statusOf(`qdx_${hex(foreign.id)}_${secret}`)).toBe(401);
    expect(await statusOf(`qdx_${hex(own.id)}_${secret}`)).toBe(200);
  });

  it('with the id of a session, or as a token that names a key for its session', async () => {
    const { id } = ada.session;
    expect(await statusOf(`qdx_${hex(id)}_${'A'.repeat(43)}`)).toBe(401);
  });
});

describe('a key ends', () => {
  it('when it is revoked, and only its owner can do that', async () => {
    const { id, key } = await keyOf(ada.client);
    const bob = await server.register();
    expect(await bob.refused(routes.account.revokeApiKey, { params: { id } })).toMatchObject({ status: 404 });
    expect(await statusOf(key)).toBe(200);
    await ada.client.call(routes.account.revokeApiKey, { params: { id } });
    expect(await statusOf(key)).toBe(401);
  });

  it('at its time, though it was used a moment before', async () => {
    const { id, key } = await keyOf(ada.client, ['read'], new Date(Date.now() + 86_400_000).toISOString());
    expect(await statusOf(key)).toBe(200);
    await server.database.owner(
      `UPDATE auth.api_keys SET expires_at = now() - interval '1 s' WHERE id = $1`,
      [id],
    );
    await eventually(
      'it has expired',
      () => statusOf(key),
      (status) => status === 401,
      1000,
    );
  });

  it('with the membership of its owner, and comes back with no other tenant', async () => {
    const password = 'a sentence for a member';
    const { id, email } = await ada.client.call(routes.users.create, {
      body: {
        email: `${randomUUID()}@example.org`,
        firstName: 'Mem',
        lastName: 'Ber',
        role: 'ADMIN',
        password,
      },
    });
    const { token } = await server.anonymous.call(routes.identity.login, { body: { email, password } });
    const { key } = await keyOf(speaking(token), ['admin']);
    expect(await statusOf(key)).toBe(200);
    await ada.client.call(routes.users.remove, { params: { id } });
    expect(await statusOf(key)).toBe(401);
    const elsewhere = speaking(key).with({ 'x-tenant-id': ada.client.tenantId });
    expect((await elsewhere.send(routes.models.list)).status).toBe(401);
  });

  it('where its owner’s role ends: a viewer’s key writes nothing', async () => {
    const password = 'a sentence for a viewer';
    const { id, email } = await ada.client.call(routes.users.create, {
      body: {
        email: `${randomUUID()}@example.org`,
        firstName: 'Vi',
        lastName: 'Ewer',
        role: 'ADMIN',
        password,
      },
    });
    const { token } = await server.anonymous.call(routes.identity.login, { body: { email, password } });
    const { key } = await keyOf(speaking(token), ['read', 'write', 'admin']);
    await ada.client.call(routes.users.update, { params: { id }, body: { role: 'VIEWER' } });
    const body = { name: 'No', type: 'REGRESSION' };
    expect(await speaking(key).refused(routes.models.create, { body })).toMatchObject({ status: 403 });
    expect(await statusOf(key)).toBe(200);
  });
});

describe('a key does no more than its scopes say', () => {
  const beyond: readonly [ApiKeyScope[], readonly string[]][] = [
    [['read'], ['write', 'admin', 'account', 'platform']],
    [['write'], ['admin', 'account', 'platform']],
    [
      ['read', 'write', 'admin'],
      ['account', 'platform'],
    ],
  ];

  it.each(beyond)('%j: none of the routes for %j', async (scopes, permissions) => {
    // Even the operator's own key: what runs the platform is done by a person who has signed in.
    const operator = await asOperator(server.database, ada.client);
    const { key } = await keyOf(operator, scopes);
    const forbidden = allRoutes.filter(({ route }) => permissions.includes(route.permission));
    expect(forbidden.length).toBeGreaterThan(10);
    const before = await tenantDigest(server.database, ada.client.tenantId);
    const allowed: string[] = [];
    for (const { id, route } of forbidden) {
      const { status, body } = await speaking(key).send(route, requestOf(validRequests(ada), id));
      const { code } = body as { code?: string };
      if (status !== 403 || code !== 'FORBIDDEN') allowed.push(`${id}: ${status} ${code}`);
    }
    expect(allowed).toEqual([]);
    const after = await tenantDigest(server.database, ada.client.tenantId);
    // That the key was used is noted beside it.
    expect({ ...after, 'auth.api_keys': '' }).toEqual({ ...before, 'auth.api_keys': '' });
  });

  it('and cannot be made with a scope that does not exist', async () => {
    for (const scopes of [['platform'], ['account'], ['*'], [], [['admin']], 'admin', { 0: 'admin' }])
      expect(
        await ada.client.refused(routes.account.createApiKey, { body: { name: 'No', scopes } }),
      ).toMatchObject({ status: 400 });
  });

  it('nor for another account or tenant', async () => {
    const bob = await server.register();
    const { id } = await bob.call(routes.account.createApiKey, {
      body: {
        name: 'Hers',
        accountId: ada.client.user.id,
        tenantId: ada.client.tenantId,
        id: randomUUID(),
        secretHash: 'x',
      },
    });
    const [row] = await server.database.owner(
      'SELECT account_id, tenant_id FROM auth.api_keys WHERE id = $1',
      [id],
    );
    expect(row).toEqual({ account_id: bob.user.id, tenant_id: bob.tenantId });
  });
});

describe('a socket', () => {
  const open = async (path: string, headers: Record<string, string>): Promise<WebSocket | number> => {
    const socket = new WebSocket(server.url.replace('http', 'ws') + path, { headers });
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket));
      socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0));
      socket.once('error', reject);
    });
  };
  const ticketOf = async (client: TestClient): Promise<string> =>
    (await client.call(routes.operations.ticket)).ticket;

  it('opens for nobody without a token, with a foreign tenant or with a ticket used before', async () => {
    const bob = await server.register();
    const bearer = { authorization: `Bearer ${bob.token}` };
    const ticket = await ticketOf(bob);
    const first = await open(`/ws?ticket=${ticket}`, {});
    expect(first).toBeInstanceOf(WebSocket);
    (first as WebSocket).close();
    expect(await open(`/ws?ticket=${ticket}`, {})).toBe(401);
    // Written otherwise it is the same ticket.
    expect(await open(`/ws?ticket=${ticket}%3D`, {})).toBe(401);
    expect(await open(`/ws?ticket=`, bearer)).toBe(401);
    expect(await open(`/ws?tenant=${ada.client.tenantId}`, bearer)).toBe(401);
    expect(await open(`/ws?token=${bob.token}`, {})).toBe(401);
    expect(await open('/ws', { cookie: `quadrax_refresh=${bob.session?.refreshToken}` })).toBe(401);
  });

  it('does not open by a ticket whose session has ended since', async () => {
    const bob = await server.register();
    const ticket = await ticketOf(bob);
    await bob.send(routes.identity.logout);
    expect(await open(`/ws?ticket=${ticket}`, {})).toBe(401);
  });

  it('does not open by a ticket of a member who was removed since', async () => {
    const password = 'a sentence for a guest';
    const { id, email } = await ada.client.call(routes.users.create, {
      body: { email: `${randomUUID()}@example.org`, firstName: 'Gu', lastName: 'Est', password },
    });
    const { token } = await server.anonymous.call(routes.identity.login, { body: { email, password } });
    const ticket = await ticketOf(speaking(token));
    await ada.client.call(routes.users.remove, { params: { id } });
    expect(await open(`/ws?ticket=${ticket}`, {})).toBe(401);
  });

  it('opened with a key ends when the key does', async () => {
    const { key } = await keyOf(ada.client, ['read'], new Date(Date.now() + 1500).toISOString());
    const socket = await open('/ws', { authorization: `Bearer ${key}` });
    expect(socket).toBeInstanceOf(WebSocket);
    const [code] = (await once(socket as WebSocket, 'close')) as [number];
    expect(code).toBe(4401);
  });
});
