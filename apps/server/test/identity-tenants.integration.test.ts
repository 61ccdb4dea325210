import { routes } from '@quadrax/contract';
import { eventually, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { tenants, account, users, audit } = routes;

let server: TestServer;
let ada: TestClient;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const at = (client: TestClient) => ({ params: { id: client.tenantId } });
const rename = (client: TestClient, name: string, headers = {}) =>
  client.send(tenants.update, { ...at(client), body: { name }, headers });

/** Somebody who belongs to Ada's tenant besides their own; speaks in hers. */
const guestOf = async (owner: TestClient, role: 'USER' | 'VIEWER'): Promise<TestClient> => {
  const guest = await server.register();
  const { link } = await owner.call(users.invite, { body: { email: guest.user.email, role } });
  await guest.call(account.join, { body: { token: new URL(link).searchParams.get('token') ?? '' } });
  return guest.with({ 'x-tenant-id': owner.tenantId });
};

describe('renaming a workspace', () => {
  beforeAll(async () => {
    ada = await server.register({ organization: 'Analytical Engines' });
  });

  it('is seen at once by everybody in it, and its short name stays', async () => {
    const guest = await guestOf(ada, 'USER');
    const before = await ada.call(tenants.get, at(ada));
    expect(before).toMatchObject({ id: ada.tenantId, name: 'Analytical Engines' });
    expect((await rename(ada, '  Difference Engines ')).body).toMatchObject({
      data: { name: 'Difference Engines', slug: before.slug },
    });
    expect(await ada.call(account.me)).toMatchObject({ tenantName: 'Difference Engines' });
    await eventually(
      'the guest reads the new name',
      () => guest.call(account.me),
      ({ tenantName }) => tenantName === 'Difference Engines',
    );
  });

  it('leaves a line in the audit log that says what it was called before', async () => {
    await rename(ada, 'Looms');
    const [line] = (await ada.page(audit.list, { query: { action: 'tenant.renamed' } })).items;
    expect(line).toMatchObject({
      resourceId: ada.tenantId,
      before: { name: 'Difference Engines' },
      after: { name: 'Looms' },
    });
  });

  it('is refused to whoever knows only an older name of it', async () => {
    const tag = (await ada.send(tenants.get, at(ada))).headers.get('etag') ?? '';
    const first = await rename(ada, 'First', { 'if-match': tag });
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).not.toBe(tag);
    expect(await rename(ada, 'Second', { 'if-match': tag })).toMatchObject({
      status: 412,
      body: { code: 'PRECONDITION_FAILED' },
    });
    expect(await ada.call(tenants.get, at(ada))).toMatchObject({ name: 'First' });
  });

  it('is for its administrators, in the workspace that the call is made in', async () => {
    const viewer = await guestOf(ada, 'VIEWER');
    expect((await viewer.send(tenants.get, at(ada))).status).toBe(200);
    const renaming = (client: TestClient, id: string) =>
      client.send(tenants.update, { params: { id }, body: { name: 'Taken over' } });
    expect((await renaming(viewer, ada.tenantId)).status).toBe(403);
    // An administrator at home is none here.
    expect((await renaming(viewer.with({ 'x-tenant-id': viewer.tenantId }), ada.tenantId)).status).toBe(404);
  });

  it('needs a name', async () => {
    for (const name of ['', '   ', 'x'.repeat(300)]) expect((await rename(ada, name)).status).toBe(400);
  });
});
