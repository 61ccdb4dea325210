import { routes } from '@quadrax/contract';
import type { NewInvitation, Role } from '@quadrax/contract';
import {
  asOperator,
  eventually,
  newRegistration,
  signIn,
  startTestServer,
  TestClient,
} from '@quadrax/testkit';
import type { TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { users, account, identity, platform } = routes;
const password = 'a password of a member';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const newEmail = (): string => newRegistration().email;
const tokenIn = (link: string): string => new URL(link).searchParams.get('token') ?? '';
const invite = (ada: TestClient, email: string, role: Role = 'USER'): Promise<NewInvitation> =>
  ada.call(users.invite, { body: { email, role } });

/** Somebody new who came by an invitation of Ada's. */
const newcomer = async (ada: TestClient, role: Role = 'USER'): Promise<TestClient> => {
  const { link } = await invite(ada, newEmail(), role);
  const body = { token: tokenIn(link), password, firstName: 'Grace', lastName: 'Hopper' };
  return new TestClient(server.url, await server.anonymous.call(identity.acceptInvitation, { body }));
};

/** An account with a tenant of its own that joined Ada's too; speaks in hers. */
const joined = async (ada: TestClient, role: Role = 'USER'): Promise<TestClient> => {
  const bob = await server.register({ password });
  const { link } = await invite(ada, bob.user.email, role);
  await bob.call(account.join, { body: { token: tokenIn(link) } });
  return bob.with({ 'x-tenant-id': ada.tenantId });
};

const members = async (ada: TestClient, query = {}) => (await ada.page(users.list, { query })).items;
const statusOf = async (client: TestClient): Promise<number> => (await client.send(account.me)).status;

describe('an invitation', () => {
  it('opens an account that belongs to the tenant, with the role it names', async () => {
    const ada = await server.register({ organization: 'Analytical Engines' });
    const email = newEmail();
    const { link } = await invite(ada, email, 'VIEWER');
    const token = tokenIn(link);
    expect(await server.anonymous.call(identity.invitation, { body: { token } })).toEqual({
      email,
      tenantName: 'Analytical Engines',
      role: 'VIEWER',
      invitedBy: 'Ada Test',
      accountExists: false,
    });
    const body = { token, password, firstName: 'Grace', lastName: 'Hopper' };
    const session = await server.anonymous.call(identity.acceptInvitation, { body });
    // The link was handed over here; only the mailed one would prove the mailbox.
    expect(session.user).toMatchObject({
      email,
      role: 'VIEWER',
      tenantId: ada.tenantId,
      emailVerified: false,
    });
    expect((await ada.page(users.invitations)).items).toEqual([]);
    expect((await members(ada)).map((one) => [one.email, one.role])).toEqual([
      [email, 'VIEWER'],
      [ada.user.email, 'ADMIN'],
    ]);
    const again = await server.anonymous.refused(identity.acceptInvitation, { body });
    expect(again).toMatchObject({ status: 400, code: 'LINK_INVALID' });
  });

  it('by mail proves the address', async () => {
    const ada = await server.register();
    const email = newEmail();
    await invite(ada, email);
    const [mail] = await server.database.owner<{ body_text: string }>(
      'SELECT body_text FROM quadrax.outbox WHERE recipient = $1',
      [email],
    );
    const token = /token=([\w-]+)/.exec(mail?.body_text ?? '')?.[1] ?? '';
    const body = { token, password, firstName: 'Grace', lastName: 'Hopper' };
    const { user } = await server.anonymous.call(identity.acceptInvitation, { body });
    expect(user.emailVerified).toBe(true);
  });

  it('takes an account that there is into a second tenant, and only that one', async () => {
    const ada = await server.register();
    const [bob, eve] = [await server.register(), await server.register()];
    const { link } = await invite(ada, bob.user.email, 'ADMIN');
    const body = { token: tokenIn(link) };
    expect(await eve.refused(account.join, { body })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await bob.call(account.join, { body })).toMatchObject({
      tenantId: ada.tenantId,
      role: 'ADMIN',
      home: false,
    });
    const there = bob.with({ 'x-tenant-id': ada.tenantId });
    expect(await there.call(account.me)).toMatchObject({ tenantId: ada.tenantId, role: 'ADMIN' });
    expect((await bob.call(account.memberships)).map(({ home }) => home)).toEqual([true, false]);
    expect(await statusOf(eve.with({ 'x-tenant-id': ada.tenantId }))).toBe(403);
  });

  it('is replaced by a later one, withdrawn, and over after seven days', async () => {
    const ada = await server.register();
    const email = newEmail();
    const [first, second] = [await invite(ada, email), await invite(ada, email)];
    const offered = (link: string) =>
      server.anonymous.send(identity.invitation, { body: { token: tokenIn(link) } });
    expect((await offered(first.link)).status).toBe(400);
    expect((await offered(second.link)).status).toBe(200);
    await ada.call(users.revokeInvitation, { params: { id: second.id } });
    expect((await offered(second.link)).status).toBe(400);
    const third = await invite(ada, email);
    await server.database.owner(
      `UPDATE auth.invitations SET expires_at = now() - interval '1 s' WHERE id = $1`,
      [third.id],
    );
    expect((await offered(third.link)).status).toBe(400);
    expect((await ada.page(users.invitations)).items).toMatchObject([{ id: third.id, expired: true }]);
  });

  it('of one account by many at once makes one membership', async () => {
    const ada = await server.register();
    const bob = await server.register();
    const { link } = await invite(ada, bob.user.email);
    const body = { token: tokenIn(link) };
    const replies = await Promise.all(Array.from({ length: 8 }, () => bob.send(account.join, { body })));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await members(ada)).toHaveLength(2);
  });

  it('is no matter for members and viewers, and needless for who is a member', async () => {
    const ada = await server.register();
    for (const role of ['USER', 'VIEWER'] as const) {
      const member = await newcomer(ada, role);
      expect(await member.refused(users.invite, { body: { email: newEmail() } })).toMatchObject({
        status: 403,
      });
    }
    expect(await ada.refused(users.invite, { body: { email: ada.user.email } })).toMatchObject({
      status: 409,
      code: 'CONFLICT',
    });
  });
});

describe('members', () => {
  it('are found by name, role and whether they may enter', async () => {
    const ada = await server.register({ firstName: 'Adelheid' });
    const grace = await newcomer(ada, 'VIEWER');
    await ada.call(users.update, { params: { id: grace.user.id }, body: { active: false } });
    const ids = async (query: object) => (await members(ada, query)).map(({ id }) => id);
    expect(await ids({ search: 'race hop' })).toEqual([grace.user.id]);
    expect(await ids({ search: '%' })).toEqual([]);
    expect(await ids({ role: 'ADMIN' })).toEqual([ada.user.id]);
    expect(await ids({ active: 'false' })).toEqual([grace.user.id]);
    expect(await ids({ active: 'true' })).toEqual([ada.user.id]);
  });

  it('take a new role everywhere within a second, and are shut out as fast', async () => {
    const ada = await server.register();
    const second = await startTestServer({ database: server.database, dataDir: server.dataDir, work: false });
    try {
      const bob = (await joined(ada, 'VIEWER')).with({}, second.url);
      expect(await bob.call(account.me)).toMatchObject({ role: 'VIEWER' });
      await ada.call(users.update, { params: { id: bob.user.id }, body: { role: 'ADMIN' } });
      await eventually(
        'the role is known elsewhere',
        () => bob.call(account.me),
        ({ role }) => role === 'ADMIN',
        1000,
      );
      await ada.call(users.update, { params: { id: bob.user.id }, body: { active: false } });
      await eventually(
        'the other process shuts him out',
        () => statusOf(bob),
        (status) => status === 403,
        1000,
      );
      // His own tenant is none of Ada's business.
      expect(await statusOf(bob.with({ 'x-tenant-id': bob.tenantId }))).toBe(200);
      await ada.call(users.update, { params: { id: bob.user.id }, body: { active: true } });
      await eventually(
        'he is let in',
        () => statusOf(bob),
        (status) => status === 200,
        1000,
      );
    } finally {
      await second.close();
    }
  });

  it('that are taken out keep an account with a home of its own', async () => {
    const ada = await server.register();
    const grace = await newcomer(ada);
    await ada.call(users.remove, { params: { id: grace.user.id } });
    expect(await statusOf(grace.with({ 'x-tenant-id': ada.tenantId }))).toBe(403);
    const home = await grace.call(account.me);
    expect(home.tenantId).not.toBe(ada.tenantId);
    expect(home).toMatchObject({ role: 'ADMIN', tenantName: 'Grace Hopper’s workspace' });
    expect(await ada.refused(users.get, { params: { id: grace.user.id } })).toMatchObject({ status: 404 });
  });

  it('leave by themselves, but for the last administrator', async () => {
    const ada = await server.register();
    const bob = await joined(ada, 'ADMIN');
    const leave = { params: { id: ada.tenantId } };
    await bob.call(account.leave, leave);
    expect(await statusOf(bob)).toBe(403);
    expect(await ada.refused(account.leave, leave)).toMatchObject({
      status: 409,
      code: 'LAST_ADMINISTRATOR',
    });
    for (const body of [{ role: 'USER' }, { active: false }])
      expect(await ada.refused(users.update, { params: { id: ada.user.id }, body })).toMatchObject({
        code: 'LAST_ADMINISTRATOR',
      });
  });

  it('of whom two are administrators cannot both give it up at once', async () => {
    const ada = await server.register();
    const bob = await joined(ada, 'ADMIN');
    const stepDown = (client: TestClient) =>
      client.send(users.update, { params: { id: client.user.id }, body: { role: 'USER' } });
    const replies = await Promise.all([stepDown(ada), stepDown(bob)]);
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  it('are made with a password, or choose one by a link', async () => {
    const ada = await server.register();
    const [withOne, without] = [newEmail(), newEmail()];
    const person = { firstName: 'Grace', lastName: 'Hopper' };
    await ada.call(users.create, { body: { ...person, email: withOne, password } });
    expect((await signIn(server.url, withOne, password)).user).toMatchObject({
      role: 'USER',
      tenantId: ada.tenantId,
    });
    await ada.call(users.create, { body: { ...person, email: without, role: 'VIEWER' } });
    await expect(signIn(server.url, without, password)).rejects.toThrow('INVALID_CREDENTIALS');
    const [mail] = await server.database.owner<{ body_text: string }>(
      'SELECT body_text FROM quadrax.outbox WHERE recipient = $1',
      [without],
    );
    const token = /reset-password\?token=([\w-]+)/.exec(mail?.body_text ?? '')?.[1] ?? '';
    await server.anonymous.call(identity.resetPassword, { body: { token, password } });
    expect((await signIn(server.url, without, password)).user).toMatchObject({ role: 'VIEWER' });
    const taken = await ada.refused(users.create, { body: { ...person, email: withOne, password } });
    expect(taken).toMatchObject({ status: 409, code: 'EMAIL_TAKEN' });
  });
});

describe('the platform administrator', () => {
  it('is the first one who follows the setup link, and only that one', async () => {
    const fresh = await startTestServer();
    try {
      const link = (await fresh.app.modules.identity.setupLink()) ?? '';
      expect(link.startsWith(`${fresh.url.replace('127.0.0.1', 'localhost')}/setup?token=`)).toBe(true);
      const form = (token: string) => ({ body: { ...newRegistration({ password }), token } });
      expect(await fresh.anonymous.refused(identity.setup, form('x'.repeat(43)))).toMatchObject({
        status: 400,
        code: 'LINK_INVALID',
      });
      const made = await Promise.all(
        Array.from({ length: 5 }, () => fresh.anonymous.send(identity.setup, form(tokenIn(link)))),
      );
      expect(made.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(made.filter(({ status }) => status === 400)).toHaveLength(4);
      expect(await fresh.app.modules.identity.setupLink()).toBeUndefined();
      const { session } = { session: made.find(({ status }) => status === 201)?.body } as {
        session: { data: { user: { platformAdministrator: boolean } } };
      };
      expect(session.data.user.platformAdministrator).toBe(true);
    } finally {
      await fresh.close();
    }
  });

  it('disables accounts and lets them in again, and hands the office on', async () => {
    const operator = await asOperator(server.database, await server.register());
    const bob = await server.register({ password });
    const search = { query: { search: bob.user.email } };
    expect((await operator.page(platform.accounts, search)).items).toMatchObject([
      { id: bob.user.id, disabled: false, administrator: false, tenants: [{ tenantId: bob.tenantId }] },
    ]);
    const [seen] = (await operator.page(platform.accounts, search)).items;
    expect(Date.now() - Date.parse(seen?.lastSeenAt ?? '')).toBeLessThan(60_000);
    const update = (id: string, body: object) =>
      operator.send(platform.updateAccount, { params: { id }, body });
    await update(bob.user.id, { disabled: true });
    await eventually(
      'Bob is out',
      () => statusOf(bob),
      (status) => status === 401,
      1000,
    );
    await expect(signIn(server.url, bob.user.email, password)).rejects.toThrow('ACCOUNT_DISABLED');
    expect(await update(bob.user.id, { administrator: true })).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT', error: expect.stringContaining('disabled account') as string },
    });
    // Nor in one breath with being disabled; in one with being enabled it may.
    expect(await update(bob.user.id, { administrator: true, disabled: true })).toMatchObject({ status: 409 });
    // Who administers one workspace cannot let in whom the platform keeps out.
    const ada = await server.register();
    await server.database.owner(
      `INSERT INTO auth.memberships (tenant_id, account_id, role) VALUES ($1, $2, 'USER')`,
      [ada.tenantId, bob.user.id],
    );
    const [listed] = await members(ada, { search: bob.user.email });
    expect(listed).toMatchObject({ active: false, disabled: true });
    const letIn = { params: { id: bob.user.id }, body: { active: true } };
    expect(await ada.refused(users.update, letIn)).toMatchObject({ status: 409, code: 'CONFLICT' });
    await update(bob.user.id, { disabled: false });
    // What was open before stays closed.
    expect(await statusOf(bob)).toBe(401);
    await signIn(server.url, bob.user.email, password);
    expect(await update(operator.user.id, { administrator: false })).toMatchObject({
      status: 409,
      body: { code: 'LAST_ADMINISTRATOR' },
    });
    await update(bob.user.id, { administrator: true });
    expect((await update(operator.user.id, { administrator: false })).status).toBe(200);
  });
});
