import { routes } from '@quadrax/contract';
import {
  allRoutes,
  asOperator,
  eventually,
  populate,
  requestOf,
  signIn,
  startTestServer,
  validRequests,
} from '@quadrax/testkit';
import type { PopulatedTenant, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Line extends Record<string, unknown> {
  readonly action: string;
  readonly tenant: string;
  readonly account: string | null;
  readonly before: object | null;
  readonly after: object | null;
}

const password = 'a long enough sentence';

let server: TestServer;
let ada: PopulatedTenant;
beforeAll(async () => {
  server = await startTestServer();
  const client = await server.register({ password });
  ada = await populate(client, server.database);
  await asOperator(server.database, client);
});
afterAll(() => server.close());

/** All entries of all tenants: a change may belong to another than the one that was asked. */
const entries = (): Promise<Line[]> =>
  server.database.owner<Line>(`
    SELECT action, tenant_id AS tenant, account_id AS account, before, after FROM quadrax.audit_log
    ORDER BY at, tenant_id, id`);

/** A datakit has one change at a time: the next is refused until the last is read. */
const quiet = (client: TestClient): Promise<unknown> =>
  eventually(
    'no version is under way',
    () => client.send(routes.datakits.versions, { params: { id: ada.datakit.id } }),
    ({ text }) => !text.includes('"PROCESSING"'),
  );

/** The entries that were not there before, whatever their order. */
const added = (before: readonly Line[], after: readonly Line[]): Line[] => {
  const known = before.map((line) => JSON.stringify(line));
  return after.filter((line) => {
    const at = known.indexOf(JSON.stringify(line));
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
};

/** What a valid request of these is refused for here, and so leaves no entry. */
const refusedHere = new Set([
  // The last administrator stays.
  'account.leave',
  'users.remove',
  // The request carries a password or a link that is wrong on purpose.
  'account.join',
  'account.changePassword',
  'account.changeEmail',
  // The job of the populated tenant has ended, and well.
  'jobs.cancel',
  'jobs.retry',
  // No mail server is configured.
  'mail.send',
  // There is no sample of the name.
  'datakits.addSample',
]);

describe('a route that changes something for somebody who is known', () => {
  const changing = allRoutes.filter(({ route }) => route.audit !== 'none' && route.permission !== 'public');

  it.each(changing)('$id: leaves one entry if it is done, none if it is refused', async ({ id, route }) => {
    const client = await signIn(server.url, ada.client.user.email, password);
    const session = (await client.page(routes.account.sessions)).items.find(({ current }) => current);
    const before = await entries();
    const request = requestOf(validRequests({ ...ada, client, session: session ?? ada.session }), id);
    await quiet(client);
    const reply = await client.send(route, request);
    const lines = added(before, await entries());

    if (refusedHere.has(id)) {
      // A mail server that is not configured is no mistake of the caller's: 503.
      expect([reply.status === 503 || Math.floor(reply.status / 100) === 4, lines]).toEqual([true, []]);
      return;
    }
    expect(reply.status, reply.text).toBe(route.status);
    expect(lines).toEqual([
      {
        action: route.audit,
        tenant: client.tenantId,
        account: client.user.id,
        before: lines[0]?.before,
        after: lines[0]?.after,
      },
    ]);
    const verb = route.audit.split('.')[1] ?? '';
    if (/created|updated|invited/.test(verb)) expect(lines[0]?.after).not.toBeNull();
    if (/updated|deleted|removed/.test(verb)) expect(lines[0]?.before).not.toBeNull();
  });

  it('leaves a log that is whole', async () => {
    const client = await signIn(server.url, ada.client.user.email, password);
    expect(await client.call(routes.audit.verify)).toMatchObject({ intact: true });
  });
});

describe('a route that only reads', () => {
  const reading = allRoutes.filter(
    ({ route }) => route.audit === 'none' && route.permission !== 'public' && route.method === 'GET',
  );

  it.each(reading)('$id: leaves no entry', async ({ id, route }) => {
    const client = await signIn(server.url, ada.client.user.email, password);
    const before = await entries();
    await client.send(route, requestOf(validRequests({ ...ada, client }), id));
    expect(added(before, await entries())).toEqual([]);
  });
});
