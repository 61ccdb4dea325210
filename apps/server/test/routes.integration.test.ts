import { randomUUID } from 'node:crypto';
import { errorReplySchema, routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import {
  allRoutes,
  eventually,
  populate,
  requestOf,
  signIn,
  startTestServer,
  validRequests,
} from '@quadrax/testkit';
import type { PopulatedTenant, RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantDigest } from './tenant-tables.ts';

let server: TestServer;
let ada: PopulatedTenant;
let bob: PopulatedTenant;

beforeAll(async () => {
  server = await startTestServer();
  const populated = async () => populate(await server.register(), server.database);
  [ada, bob] = await Promise.all([populated(), populated()]);
});
afterAll(() => server.close());

/** Those below the base path. Others, of protocols of others, refuse in their own words, which have a test of their own. */
const ownRoutes = allRoutes.filter(({ route }) => route.protocol === undefined);

const withoutRequestId = ({ status, body }: RawReply): unknown => {
  const { requestId, ...rest } = errorReplySchema.parse(body);
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  return { status, ...rest };
};

/** What tells items apart over all tenants: an entry of the audit log is numbered within its own, but hashed. */
const idsOf = ({ items }: { items: unknown[] }): string[] =>
  items.map((item) => {
    const { id, hash } = item as { id: string; hash?: string };
    return hash ?? id;
  });

/** `METHOD /path` of everything registered below a prefix, read off the router's own listing. */
const registeredBelow = (prefix: string): string[] => {
  const parents: string[] = [];
  const found: string[] = [];
  for (const line of server.app.http.printRoutes({ commonPrefix: false }).split('\n')) {
    const entry = /^([│ ]*)[├└]── (\S+) \((.+)\)$/.exec(line);
    if (!entry) continue;
    const [, indent = '', segment = '', methods = ''] = entry;
    const depth = indent.length / 4;
    parents.length = depth;
    parents[depth] = segment;
    const path = parents.join('');
    if (path.startsWith(prefix))
      for (const method of methods.split(', ')) if (method !== 'HEAD') found.push(`${method} ${path}`);
  }
  return found;
};

describe('the contract and the server', () => {
  it('has exactly the routes that are declared below /api/v1', () => {
    const declared = ownRoutes.map(({ route }) => `${route.method} /api/v1${route.path}`);
    expect(registeredBelow('/api').toSorted()).toEqual(declared.toSorted());
  });

  it('has exactly the routes of the Open Inference Protocol below /v2', () => {
    const declared = allRoutes
      .filter(({ route }) => route.protocol === 'open-inference')
      .map(({ route }) => `${route.method} ${route.path}`);
    expect(registeredBelow('/v2').toSorted()).toEqual(declared.toSorted());
  });

  it('declares each method and path once', () => {
    const addresses = allRoutes.map(({ route }) => `${route.method} ${route.path.replaceAll(/:\w+/g, ':')}`);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it.each(allRoutes)('$id: its valid request is one that the schemas let through', async ({ id, route }) => {
    const { params, query, body } = requestOf(validRequests(ada), id);
    const strings = params && Object.fromEntries(Object.entries(params).map(([k, v]) => [k, String(v)]));
    expect(route.params?.safeParse(strings ?? {}).success ?? true).toBe(true);
    expect(route.query?.safeParse(query ?? {}).success ?? true).toBe(true);
    const parsed = route.multipart ? undefined : route.body?.safeParse(body);
    expect(parsed?.success ?? true).toBe(true);
  });
});

describe('a request without a token', () => {
  const closed = ownRoutes.filter(({ route }) => route.permission !== 'public');

  it.each(closed)('$id: 401, before anything else is looked at', async ({ id, route }) => {
    const asked = await server.anonymous.send(route, requestOf(validRequests(ada), id));
    const params = Object.fromEntries(
      [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, '!']),
    );
    const nonsense = await server.anonymous.send(route, { params });
    for (const reply of [asked, nonsense]) {
      expect(withoutRequestId(reply)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('is let through only where it must be', () => {
    const open = allRoutes.filter(({ route }) => route.permission === 'public').map(({ id }) => id);
    expect(open).toEqual([
      'identity.register',
      'identity.login',
      'identity.refresh',
      'identity.logout',
      'identity.methods',
      'identity.passwordStrength',
      'identity.setup',
      'identity.verifyEmail',
      'identity.forgotPassword',
      'identity.resetPassword',
      'identity.invitation',
      'identity.acceptInvitation',
      'identity.openIdConnect',
      'identity.openIdConnectReturn',
      'inference.server',
      'inference.live',
      'inference.ready',
      'operations.health',
    ]);
  });
});

describe('what belongs to another tenant', () => {
  const ofResources = allRoutes.filter(
    ({ route }) => route.path.includes(':id') && route.permission !== 'platform',
  );

  it.each(ofResources)('$id: answers as for what never was', async ({ id, route }) => {
    const foreign = requestOf(validRequests(ada), id);
    const never = { ...foreign, params: { ...foreign.params, id: randomUUID() } };
    const before = await tenantDigest(server.database, ada.client.tenantId);

    const answer = withoutRequestId(await bob.client.send(route, foreign));
    expect(answer).toEqual(withoutRequestId(await bob.client.send(route, never)));
    expect(answer).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await tenantDigest(server.database, ada.client.tenantId)).toEqual(before);
  });

  it('cannot be trained on either', async () => {
    const train = (datakitId: string) =>
      bob.client.send(routes.models.train, {
        params: { id: bob.model.id },
        body: { datakitId, target: 'grade' },
      });
    const answer = withoutRequestId(await train(ada.datakit.id));
    expect(answer).toEqual(withoutRequestId(await train(randomUUID())));
    expect(answer).toMatchObject({ status: 404 });
  });

  it('is in no list', async () => {
    const lists = allRoutes.filter(
      ({ route: { envelope, path, permission } }) =>
        envelope === 'list' && !path.includes(':') && permission !== 'platform',
    );
    expect(lists.length).toBeGreaterThan(2);
    for (const { route } of lists) {
      const own = idsOf(await bob.client.page(route));
      const foreign = idsOf(await ada.client.page(route));
      expect(own.filter((id) => foreign.includes(id))).toEqual([]);
      expect(own).not.toEqual([]);
    }
  });
});

describe('what belongs to the operator of the platform', () => {
  const ofOperator = allRoutes.filter(({ route }) => route.permission === 'platform');

  it.each(ofOperator)('$id: is not for the administrator of a tenant', async ({ id, route }) => {
    expect(ada.client.user.role).toBe('ADMIN');
    const own = requestOf(validRequests(ada), id);
    const before = await tenantDigest(server.database, ada.client.tenantId);
    for (const input of [
      own,
      ...(own.params && 'id' in own.params ? [{ ...own, params: { id: randomUUID() } }] : []),
    ])
      expect(withoutRequestId(await ada.client.send(route, input))).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
    expect(await tenantDigest(server.database, ada.client.tenantId)).toEqual(before);
  });
});

describe('X-Tenant-ID', () => {
  it('chooses among the caller’s tenants, by id or by slug', async () => {
    const [tenant] = await server.database.owner<{ slug: string }>(
      'SELECT slug FROM auth.tenants WHERE tenant_id = $1',
      [ada.client.tenantId],
    );
    for (const name of [ada.client.tenantId, tenant?.slug ?? '']) {
      const me = await ada.client.with({ 'x-tenant-id': name }).call(routes.account.me);
      expect(me.tenantId).toBe(ada.client.tenantId);
    }
  });

  it('of strangers and of nobody: the same 403', async () => {
    const ask = async (tenant: string) =>
      withoutRequestId(await ada.client.with({ 'x-tenant-id': tenant }).send(routes.account.me));
    const answer = await ask(bob.client.tenantId);
    expect(answer).toMatchObject({ status: 403, code: 'TENANT_FORBIDDEN' });
    for (const nobody of [randomUUID(), 'no-such-slug', "' OR true --"])
      expect(await ask(nobody)).toEqual(answer);
  });

  it('opens a tenant that the caller was made a member of, with the role held there', async () => {
    const password = 'a long enough password';
    const guest = await server.register({ password });
    await server.database.owner(
      `INSERT INTO auth.memberships (tenant_id, account_id, role) VALUES ($1, $2, 'VIEWER')`,
      [ada.client.tenantId, guest.user.id],
    );
    const later = await signIn(server.url, guest.user.email, password);
    const there = later.with({ 'x-tenant-id': ada.client.tenantId });
    expect(await there.call(routes.account.me)).toMatchObject({ role: 'VIEWER' });
    expect((await there.page(routes.datakits.list)).items).toHaveLength(1);
    expect((await later.page(routes.datakits.list)).items).toHaveLength(0);
    expect(
      await there.refused(routes.models.create, { body: { name: 'No', type: 'REGRESSION' } }),
    ).toMatchObject({
      status: 403,
    });
  });
});

describe('a viewer', () => {
  let viewer: TestClient;

  beforeAll(async () => {
    viewer = ada.client;
    await server.database.owner(`UPDATE auth.memberships SET role = 'VIEWER' WHERE tenant_id = $1`, [
      viewer.tenantId,
    ]);
    await eventually(
      'the role is known',
      () => viewer.call(routes.account.me),
      ({ role }) => role === 'VIEWER',
      1000,
    );
  });

  const reads = (route: RouteDeclaration): boolean => route.permission === 'read';

  it.each(allRoutes.filter(({ route }) => reads(route)))('$id: may', async ({ id, route }) => {
    const reply = await viewer.send(route, requestOf(validRequests(ada), id));
    expect(reply.status, reply.text).toBe(route.status);
  });

  const changes = allRoutes.filter(({ route }) => ['write', 'admin', 'platform'].includes(route.permission));

  it.each(changes)('$id: may not, and nothing changes', async ({ id, route }) => {
    const before = await tenantDigest(server.database, viewer.tenantId);
    const reply = await viewer.send(route, requestOf(validRequests(ada), id));
    expect(withoutRequestId(reply)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await tenantDigest(server.database, viewer.tenantId)).toEqual(before);
  });

  it('may do by reading routes only what leaves no trace', () => {
    const loud = allRoutes.filter(({ route }) => reads(route) && route.audit !== 'none');
    expect(loud.map(({ id }) => id)).toEqual([]);
  });
});
