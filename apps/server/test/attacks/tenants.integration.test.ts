import { routes } from '@quadrax/contract';
import { allRoutes, populate, requestOf, startTestServer, validRequests } from '@quadrax/testkit';
import type { PopulatedTenant, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantDigest } from '../tenant-tables.ts';

// What another tenant's ids answer to is in ../routes.integration.test.ts; this is about naming the tenant itself.

let server: TestServer;
let ada: PopulatedTenant;
let bob: TestClient;
let bobsKey: TestClient;
let slug: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await populate(await server.register(), server.database);
  bob = await server.register();
  const { key } = await bob.call(routes.account.createApiKey, {
    body: { name: 'All', scopes: ['read', 'write', 'admin'] },
  });
  bobsKey = bob.with({ authorization: `Bearer ${key}` });
  const [tenant] = await server.database.owner<{ slug: string }>(
    'SELECT slug FROM auth.tenants WHERE tenant_id = $1',
    [ada.client.tenantId],
  );
  slug = tenant?.slug ?? '';
});
afterAll(() => server.close());

describe('no route lets a stranger into a tenant by naming it', () => {
  const closed = allRoutes.filter(({ route }) => route.permission !== 'public');

  it('neither by its id nor by its slug, with a session or with a key, and nothing changes', async () => {
    const before = await tenantDigest(server.database, ada.client.tenantId);
    const let_in: string[] = [];
    for (const { id, route } of closed)
      for (const [who, client] of [
        ['session', bob],
        ['key', bobsKey],
      ] as const)
        for (const tenant of [ada.client.tenantId, ada.client.tenantId.toUpperCase(), slug]) {
          const reply = await client
            .with({ 'x-tenant-id': tenant })
            .send(route, requestOf(validRequests(ada), id));
          // Another protocol has words and no codes.
          const { code, error } = reply.body as { code?: string; error: string };
          const refused = route.protocol
            ? error === 'There is no such tenant among yours.'
            : code === 'TENANT_FORBIDDEN';
          if (reply.status !== 403 || !refused)
            let_in.push(`${id} by ${who} as ${tenant}: ${reply.status} ${error}`);
        }
    expect(let_in).toEqual([]);
    expect(await tenantDigest(server.database, ada.client.tenantId)).toEqual(before);
  });

  it('nor by two headers, or by a list', async () => {
    for (const tenant of [
      `${bob.tenantId}, ${ada.client.tenantId}`,
      `${ada.client.tenantId},${bob.tenantId}`,
    ])
      expect(await bob.with({ 'x-tenant-id': tenant }).refused(routes.datakits.list)).toMatchObject({
        code: 'TENANT_FORBIDDEN',
      });
  });

  it('nor by a query or a body that names it', async () => {
    const inQuery = await bob.request('GET', `/api/models?tenantId=${ada.client.tenantId}&tenant_id=${slug}`);
    expect(inQuery.body).toMatchObject({ data: [] });
    const body = { name: 'Mine', type: 'REGRESSION', tenantId: ada.client.tenantId };
    expect(await bob.refused(routes.models.create, { body })).toMatchObject({ status: 400 });
    const { items } = await ada.client.page(routes.models.list);
    expect(items.map(({ name }) => name)).not.toContain('Mine');
  });
});

describe('an Idempotency-Key', () => {
  it('replays nothing to another account of the same tenant', async () => {
    const colleague = await ada.client.call(routes.users.create, {
      body: {
        email: 'colleague@example.org',
        firstName: 'Col',
        lastName: 'League',
        password: 'a sentence for a colleague',
      },
    });
    const { token } = await server.anonymous.call(routes.identity.login, {
      body: { email: colleague.email, password: 'a sentence for a colleague' },
    });
    const headers = { 'idempotency-key': 'one for all' };
    const create = (client: TestClient, name: string) =>
      client.send(routes.models.create, { body: { name, type: 'REGRESSION' }, headers });
    const first = await create(ada.client, 'Hers');
    const second = await create(server.anonymous.with({ authorization: `Bearer ${token}` }), 'His');
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toMatchObject({ data: { name: 'His' } });
    expect(second.headers.get('idempotency-replayed')).toBeNull();
  });
});
