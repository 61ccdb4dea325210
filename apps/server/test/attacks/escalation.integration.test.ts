import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { newRegistration, signIn, startTestServer } from '@quadrax/testkit';
import type { CallInput, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantDigest } from '../tenant-tables.ts';

const password = 'a sentence that many know';

let server: TestServer;
/** The administrator of a tenant, and a member of it by role. */
let ada: TestClient;
let user: TestClient;
/** The administrator of another. */
let bob: TestClient;

const memberOf = async (admin: TestClient, role: 'ADMIN' | 'USER' | 'VIEWER'): Promise<TestClient> => {
  const { email } = await admin.call(routes.users.create, {
    body: { email: `${randomUUID()}@example.org`, firstName: 'Mem', lastName: 'Ber', role, password },
  });
  return signIn(server.url, email, password);
};

beforeAll(async () => {
  server = await startTestServer();
  [ada, bob] = await Promise.all([server.register(), server.register()]);
  user = await memberOf(ada, 'USER');
});
afterAll(() => server.close());

/** Whatever a row of an account or of a membership might take, if somebody handed a body on to it. */
const more = () => ({
  role: 'ADMIN',
  platformAdministrator: true,
  platform_administrator: true,
  administrator: true,
  tenantId: ada.tenantId,
  tenant_id: ada.tenantId,
  homeTenantId: ada.tenantId,
  home_tenant_id: ada.tenantId,
  emailVerified: true,
  emailVerifiedAt: '2020-01-01T00:00:00Z',
  email_verified_at: '2020-01-01T00:00:00Z',
  passwordHash: '$2b$04$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  disabledAt: null,
  id: ada.user.id,
  accountId: ada.user.id,
  scopes: ['admin'],
});

const accountRow = async (id: string) =>
  (
    await server.database.owner(
      'SELECT platform_administrator, email_verified_at, home_tenant_id, password_hash FROM auth.accounts WHERE id = $1',
      [id],
    )
  )[0];
const rolesOf = (id: string) =>
  server.database.owner('SELECT tenant_id, role FROM auth.memberships WHERE account_id = $1', [id]);

describe('fields that a form does not have make nobody more than they are', () => {
  it('registering', async () => {
    const { user: made } = await server.anonymous.call(routes.identity.register, {
      body: { ...more(), ...newRegistration() },
    });
    expect(made).toMatchObject({ platformAdministrator: false, emailVerified: false });
    expect(made.id).not.toBe(ada.user.id);
    expect(await rolesOf(made.id)).toEqual([{ tenant_id: made.tenantId, role: 'ADMIN' }]);
    expect(made.tenantId).not.toBe(ada.tenantId);
  });

  it('changing one’s own profile', async () => {
    const before = [await accountRow(user.user.id), await rolesOf(user.user.id)];
    const changed = await user.call(routes.account.updateMe, {
      body: { ...more(), email: 'operator@example.org', firstName: 'Grace' },
    });
    expect(changed).toMatchObject({ firstName: 'Grace', role: 'USER', email: user.user.email });
    expect([await accountRow(user.user.id), await rolesOf(user.user.id)]).toEqual(before);
  });

  it('opening an account for somebody', async () => {
    const { role: _role, ...rest } = more();
    const { email, firstName, lastName } = newRegistration();
    const made = await bob.call(routes.users.create, {
      body: { ...rest, email, firstName, lastName, password },
    });
    expect(made).toMatchObject({ role: 'USER', emailVerified: false });
    expect(await rolesOf(made.id)).toEqual([{ tenant_id: bob.tenantId, role: 'USER' }]);
    expect(await accountRow(made.id)).toMatchObject({
      platform_administrator: false,
      home_tenant_id: bob.tenantId,
      email_verified_at: null,
    });
  });

  it('changing a member', async () => {
    const member = await memberOf(bob, 'USER');
    const before = await accountRow(member.user.id);
    const { role: _role, ...rest } = more();
    await bob.call(routes.users.update, { params: { id: member.user.id }, body: { ...rest, active: true } });
    expect(await accountRow(member.user.id)).toEqual(before);
    expect(await rolesOf(member.user.id)).toEqual([{ tenant_id: bob.tenantId, role: 'USER' }]);
  });

  it('inviting, and accepting an invitation', async () => {
    const { role: _role, ...rest } = more();
    const { email, firstName, lastName } = newRegistration();
    const invitation = await bob.call(routes.users.invite, { body: { ...rest, email } });
    expect(invitation.role).toBe('USER');
    const token = new URL(invitation.link).searchParams.get('token') ?? '';
    const { user: made } = await server.anonymous.call(routes.identity.acceptInvitation, {
      body: { ...more(), email: 'other@example.org', token, password, firstName, lastName },
    });
    expect(made).toMatchObject({ email, role: 'USER', tenantId: bob.tenantId, emailVerified: false });
    expect(made.platformAdministrator).toBe(false);
  });
});

describe('a user of a tenant', () => {
  const attempts = (): [string, RouteDeclaration, CallInput][] => {
    const own = { params: { id: user.user.id } };
    return [
      ['makes itself an administrator', routes.users.update, { ...own, body: { role: 'ADMIN' } }],
      [
        'demotes its administrator',
        routes.users.update,
        { params: { id: ada.user.id }, body: { role: 'VIEWER' } },
      ],
      ['removes its administrator', routes.users.remove, { params: { id: ada.user.id } }],
      ['invites somebody', routes.users.invite, { body: { email: 'friend@example.org', role: 'ADMIN' } }],
      ['sees invitations', routes.users.invitations, {}],
      ['opens an account', routes.users.create, { body: { ...newRegistration(), role: 'ADMIN' } }],
      ['runs the platform', routes.platform.updateAccount, { ...own, body: { administrator: true } }],
      ['reads mails', routes.mail.list, {}],
    ];
  };

  it('can do nothing of what an administrator does', async () => {
    const before = await tenantDigest(server.database, ada.tenantId);
    for (const [what, route, input] of attempts())
      expect([what, await user.refused(route, input)]).toMatchObject([
        what,
        { status: 403, code: 'FORBIDDEN' },
      ]);
    expect(await tenantDigest(server.database, ada.tenantId)).toEqual(before);
  });

  it('gains nothing by asking in another tenant that it administers', async () => {
    // At home in its own tenant it is an administrator; here it is not.
    const invitation = await ada.call(routes.users.invite, {
      body: { email: bob.user.email, role: 'VIEWER' },
    });
    const token = new URL(invitation.link).searchParams.get('token') ?? '';
    await bob.call(routes.account.join, { body: { token } });
    const there = bob.with({ 'x-tenant-id': ada.tenantId });
    const body = { role: 'ADMIN' };
    expect(await there.refused(routes.users.update, { params: { id: bob.user.id }, body })).toMatchObject({
      status: 403,
    });
    expect(
      await there.refused(routes.models.create, { body: { name: 'No', type: 'REGRESSION' } }),
    ).toMatchObject({ status: 403 });
    // And from home the other tenant's membership cannot be touched.
    await bob.call(routes.users.update, { params: { id: bob.user.id }, body });
    expect(await there.call(routes.account.me)).toMatchObject({ role: 'VIEWER', tenantId: ada.tenantId });
    await bob.call(routes.account.leave, { params: { id: ada.tenantId } });
  });
});

describe('an administrator of one tenant', () => {
  it('changes, sees and removes no member of another, nor withdraws its invitations', async () => {
    const invitation = await ada.call(routes.users.invite, {
      body: { email: `${randomUUID()}@example.org` },
    });
    const before = await tenantDigest(server.database, ada.tenantId);
    const foreign = { params: { id: user.user.id } };
    for (const [route, input] of [
      [routes.users.get, foreign],
      [routes.users.update, { ...foreign, body: { role: 'VIEWER' } }],
      [routes.users.update, { ...foreign, body: { active: false } }],
      [routes.users.remove, foreign],
      [routes.users.revokeInvitation, { params: { id: invitation.id } }],
    ] as const)
      expect(await bob.refused(route, input)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await tenantDigest(server.database, ada.tenantId)).toEqual(before);
    expect((await user.send(routes.account.me)).status).toBe(200);
  });

  it('sees no stranger, whatever is searched for', async () => {
    const { items } = await bob.page(routes.users.list, { query: { search: user.user.email } });
    expect(items).toEqual([]);
    const all = (await bob.page(routes.users.list, { query: { search: '%' } })).items;
    expect(all).toEqual([]);
  });
});

describe('the last administrator', () => {
  it('stays, whichever way it would go, also when two go at once', async () => {
    const first = await server.register();
    const second = await memberOf(first, 'ADMIN');
    const demote = (id: string) =>
      first.send(routes.users.update, { params: { id }, body: { role: 'USER' } });
    const replies = await Promise.all([demote(first.user.id), demote(second.user.id)]);
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).not.toEqual([200, 200]);
    const left = await server.database.owner<{ account_id: string }>(
      `SELECT account_id FROM auth.memberships WHERE tenant_id = $1 AND role = 'ADMIN'`,
      [first.tenantId],
    );
    expect(left).toHaveLength(1);
    const last = left[0]?.account_id === first.user.id ? first : second;
    for (const [route, input] of [
      [routes.users.update, { params: { id: last.user.id }, body: { role: 'VIEWER' } }],
      [routes.users.update, { params: { id: last.user.id }, body: { active: false } }],
      [routes.users.remove, { params: { id: last.user.id } }],
      [routes.account.leave, { params: { id: first.tenantId } }],
    ] as const)
      expect(await last.refused(route, input)).toMatchObject({ status: 409, code: 'LAST_ADMINISTRATOR' });
  });
});
