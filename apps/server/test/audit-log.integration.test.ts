import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import type { AuditEntry, Role } from '@quadrax/contract';
import { newModel, startTestServer } from '@quadrax/testkit';
import type { CallInput, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { list, verify } = routes.audit;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ work: false });
});
afterAll(() => server.close());

const entries = async (person: TestClient, query: CallInput['query'] = {}): Promise<AuditEntry[]> =>
  (await person.page(list, { query: { limit: 200, ...query } })).items;

const ids = (found: readonly AuditEntry[]): number[] => found.map(({ id }) => id);

/** Makes an account a member of somebody's tenant; its requests there name the tenant. */
const memberOf = async (owner: TestClient, role: Role, changes = {}): Promise<TestClient> => {
  const guest = await server.register(changes);
  await server.database.owner(
    'INSERT INTO auth.memberships (tenant_id, account_id, role) VALUES ($1, $2, $3)',
    [owner.tenantId, guest.user.id, role],
  );
  return guest.with({ 'x-tenant-id': owner.tenantId });
};

describe('an entry', () => {
  it('says who did what, when, from where and with which session, and what it changed', async () => {
    const person = await server.register();
    const model = await newModel(person, { name: 'First', description: 'Before.' });
    const reply = await person.send(routes.models.update, {
      params: { id: model.id },
      body: { name: 'Second' },
    });
    const [entry] = await entries(person);
    const session = (await person.page(routes.account.sessions)).items.find(({ current }) => current);
    expect(entry).toEqual({
      id: 3,
      at: expect.any(String),
      action: 'model.updated',
      actor: { id: person.user.id, name: 'Ada Test', email: person.user.email },
      resourceId: model.id,
      address: expect.stringMatching(/127\.0\.0\.1$/),
      requestId: reply.headers.get('x-request-id'),
      credentialId: session?.id,
      before: { name: 'First' },
      after: { name: 'Second' },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Date.now() - Date.parse(entry?.at ?? '')).toBeLessThan(30_000);
  });

  it('is not written for what was refused or changed nothing', async () => {
    const person = await server.register();
    const { id } = await newModel(person);
    const before = await entries(person);
    await person.call(routes.models.get, { params: { id } });
    await person.refused(routes.models.create, { body: { name: 'No', type: 'no such type' } });
    await person.refused(routes.models.deploy, { params: { id }, body: { version: 1 } });
    expect(await entries(person)).toEqual(before);
  });

  it('is written once for a creation that was repeated with its key', async () => {
    const person = await server.register();
    const again = {
      headers: { 'idempotency-key': randomUUID() },
      body: { name: 'Once', type: 'REGRESSION' },
    };
    await Promise.all([1, 2, 3].map(() => person.send(routes.models.create, again)));
    await person.call(routes.models.create, again);
    expect(await entries(person, { action: 'model.created' })).toHaveLength(1);
  });
});

describe('the actor of an entry', () => {
  it('bears the name of now while a member, and none once gone', async () => {
    const owner = await server.register();
    const guest = await memberOf(owner, 'USER', { firstName: 'Grace', lastName: 'Hopper' });
    await newModel(guest);
    const actor = async () => (await entries(owner, { actor: guest.user.id }))[0]?.actor;
    expect(await actor()).toEqual({ id: guest.user.id, name: 'Grace Hopper', email: guest.user.email });
    await server.database.owner(`UPDATE auth.accounts SET last_name = 'Murray' WHERE id = $1`, [
      guest.user.id,
    ]);
    expect(await actor()).toMatchObject({ name: 'Grace Murray' });
    await server.database.owner('DELETE FROM auth.memberships WHERE tenant_id = $1 AND account_id = $2', [
      owner.tenantId,
      guest.user.id,
    ]);
    expect(await actor()).toEqual({ id: guest.user.id });
  });

  it('is read from a view that shows the application its tenant’s members and nothing else of accounts', async () => {
    const [ada, bob] = await Promise.all([server.register(), server.register()]);
    const seen = (statement: string) =>
      server.database.as('app', async (client) => {
        await client.query(`BEGIN; SET LOCAL app.tenant = '${ada.tenantId}'`);
        return (await client.query<Record<string, unknown>>(statement)).rows;
      });
    expect(await seen('SELECT * FROM auth.people')).toEqual([
      { account_id: ada.user.id, email: ada.user.email, name: 'Ada Test' },
    ]);
    expect(await seen(`SELECT 1 FROM auth.people WHERE account_id = '${bob.user.id}'`)).toEqual([]);
    await expect(seen(`DELETE FROM auth.people`)).rejects.toThrow(/cannot delete/);
    await expect(seen('SELECT * FROM auth.accounts')).rejects.toThrow(/permission denied/);
    const none = await server.database.as(
      'app',
      async (client) => (await client.query('SELECT * FROM auth.people')).rows,
    );
    expect(none).toEqual([]);
  });

  it('is not known from a condition that tells what it was asked of', async () => {
    const ada = await server.register();
    await server.register({ firstName: 'Hidden' });
    const looked = server.database.as('app', async (client) => {
      await client.query(`BEGIN; SET LOCAL app.tenant = '${ada.tenantId}'`);
      // Fails, telling the name, for every row that the condition is asked of.
      return (await client.query(`SELECT 1 FROM auth.people WHERE name NOT LIKE 'Ada%' AND name::int = 1`))
        .rows;
    });
    expect(await looked).toEqual([]);
  });
});

describe('the list', () => {
  let owner: TestClient;
  let guest: TestClient;
  let modelId: string;
  let all: AuditEntry[];

  beforeAll(async () => {
    owner = await server.register({ firstName: 'Rosalind', lastName: 'Franklin' });
    guest = await memberOf(owner, 'USER', { firstName: 'Lise', lastName: 'Meitner' });
    modelId = (await newModel(owner, { name: '100% sure_thing' })).id;
    await guest.call(routes.models.update, { params: { id: modelId }, body: { name: 'Fission' } });
    await owner.call(routes.models.remove, { params: { id: modelId } });
    await newModel(guest, { name: 'Another' });
    all = await entries(owner);
  });

  it('comes newest first, a page at a time, each entry once', async () => {
    expect(ids(all)).toEqual([5, 4, 3, 2, 1]);
    const found: AuditEntry[] = [];
    let cursor: string | undefined;
    do {
      const { items, meta } = await owner.page(list, { query: { limit: 2, cursor } });
      found.push(...items);
      cursor = meta.nextCursor;
      // What comes meanwhile stands before the first page.
      await newModel(await memberOf(owner, 'USER'), { name: 'Later' });
    } while (cursor !== undefined);
    expect(found).toEqual(all);
  });

  it.each([
    ['an action', { action: 'model.updated' }, [3]],
    ['the kind of an action', { action: 'model' }, [5, 4, 3, 2]],
    ['the beginning of a word only', { action: 'mod' }, []],
    ['a pattern that is none', { action: 'm%' }, []],
    ['a word of the action', { search: 'DELETED' }, [4]],
    ['a name', { search: 'meitner' }, [5, 3]],
    ['a value before', { search: 'SURE_thing' }, [3, 2]],
    ['a value after', { search: 'fission' }, [4, 3]],
    ['a literal percent', { search: '100%' }, [3, 2]],
    ['a literal underscore', { search: 'sureXthing' }, []],
    ['nothing', { search: '  ' }, [5, 4, 3, 2, 1]],
    ['two conditions', { action: 'model', search: 'rosalind' }, [4, 2]],
  ])('keeps to %s', async (_what, query, expected) => {
    expect(ids(await entries(owner, query)).filter((id) => id <= 5)).toEqual(expected);
  });

  it('keeps to an actor, a resource, an address and a request', async () => {
    const upTo5 = async (query: CallInput['query']) =>
      ids(await entries(owner, query)).filter((id) => id <= 5);
    expect(await upTo5({ actor: guest.user.id })).toEqual([5, 3]);
    expect(await upTo5({ resource: modelId })).toEqual([4, 3, 2]);
    expect(await upTo5({ search: all[2]?.requestId })).toEqual([3]);
    expect(await upTo5({ search: guest.user.email })).toEqual([5, 3]);
    expect(await upTo5({ actor: randomUUID() })).toEqual([]);
  });

  it('keeps to a time, both ends included', async () => {
    const [, fourth, third, second] = all;
    const between = await entries(owner, { from: second?.at, to: fourth?.at });
    expect(ids(between)).toEqual(expect.arrayContaining([4, 3, 2]));
    expect(between.every(({ at }) => at >= (second?.at ?? '') && at <= (fourth?.at ?? ''))).toBe(true);
    expect(ids(await entries(owner, { from: third?.at, to: third?.at }))).toContain(3);
    expect(await entries(owner, { to: '2020-01-01T00:00:00Z' })).toEqual([]);
  });

  it.each([
    ['from', 'yesterday'],
    ['actor', 'me'],
    ['resource', '1'],
    ['search', 'x'.repeat(101)],
    ['limit', '0'],
  ])('refuses a %s that is none', async (field, value) => {
    const { status, details } = await owner.refused(list, { query: { [field]: value } });
    expect([status, details?.[0]?.field]).toEqual([400, field]);
  });
});

describe('the audit log is for administrators of its tenant', () => {
  const reads = Object.entries(routes.audit);

  it.each(reads)('%s: nobody else', async (_name, route) => {
    const owner = await server.register();
    for (const role of ['USER', 'VIEWER'] as const)
      expect(await (await memberOf(owner, role)).refused(route)).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
    expect((await (await memberOf(owner, 'ADMIN')).send(route)).status).toBe(200);
    const stranger = (await server.register()).with({ 'x-tenant-id': owner.tenantId });
    expect(await stranger.refused(route)).toMatchObject({ status: 403, code: 'TENANT_FORBIDDEN' });
  });

  it('shows nothing of another tenant, whoever asks and however', async () => {
    const [ada, bob] = await Promise.all([server.register(), server.register()]);
    const { id } = await newModel(ada, { name: 'Secret of Ada' });
    for (const query of [
      {},
      { search: 'Secret' },
      { actor: ada.user.id },
      { resource: id },
      { search: ada.user.email },
    ])
      expect((await entries(bob, query)).filter(({ actor }) => actor?.id !== bob.user.id)).toEqual([]);
    const cursor = (await ada.page(list, { query: { limit: 1 } })).meta.nextCursor;
    expect((await entries(bob, { cursor })).every(({ actor }) => actor?.id === bob.user.id)).toBe(true);
    expect(await bob.call(verify)).toEqual({ rows: 1, intact: true });
  });
});
