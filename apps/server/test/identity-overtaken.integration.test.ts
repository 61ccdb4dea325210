import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import {
  eventually,
  newRegistration,
  signIn,
  startTestServer,
  withOwner,
  waitingForLock,
} from '@quadrax/testkit';
import type { CallInput, RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { forgotPassword, resetPassword } = routes.identity;
const { account, platform, tenants, users } = routes;
const password = 'the sentence of the beginning';
const another = 'quite another sentence now';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ work: false });
});
afterAll(() => server.close());

const person = (): Promise<TestClient> => server.register({ password });

/** Has requests wait for a lock; it is let go of together with what was done meanwhile. */
const overtaken = (
  lock: string,
  requests: readonly (() => Promise<RawReply>)[],
  meanwhile: string | (() => Promise<unknown>),
): Promise<RawReply[]> =>
  withOwner(server.database.url, async (owner) => {
    await owner.query(`BEGIN; ${lock}`);
    const replies = Promise.all(requests.map((request) => request()));
    await waitingForLock(server.database, { count: requests.length });
    if (typeof meanwhile === 'string') await owner.query(meanwhile);
    else await meanwhile();
    await owner.query('COMMIT');
    return replies;
  });

const holding = ({ user }: TestClient): string =>
  `SELECT 1 FROM auth.accounts WHERE id = '${user.id}' FOR UPDATE`;
const signingOut = ({ user }: TestClient): string =>
  `UPDATE auth.sessions SET revoked_at = now() WHERE account_id = '${user.id}'`;

/** A password was found right and waits to be noted: the failures may be read and not written. */
const noting = 'LOCK TABLE auth.login_failures IN SHARE MODE';

type Request = readonly [route: RouteDeclaration, input: CallInput];
const sending =
  (client: TestClient, [route, input]: Request) =>
  (): Promise<RawReply> =>
    client.send(route, input);

const invitation = async (to: TestClient): Promise<string> => {
  const host = await person();
  const { link } = await host.call(users.invite, { body: { email: to.user.email } });
  return new URL(link).searchParams.get('token') ?? '';
};
const keyOf = async (ada: TestClient): Promise<string> =>
  (await ada.call(account.createApiKey, { body: { name: 'Nightly', scopes: ['read'] } })).id;
const otherSession = async ({ user }: TestClient): Promise<string> => {
  const other = await signIn(server.url, user.email, password);
  const { items } = await other.page(account.sessions);
  return items.find(({ current }) => current)?.id ?? '';
};

const own: Record<string, (ada: TestClient) => Request | Promise<Request>> = {
  updateMe: () => [account.updateMe, { body: { firstName: 'Mallory' } }],
  endSession: async (ada) => [account.endSession, { params: { id: await otherSession(ada) } }],
  endOtherSessions: () => [account.endOtherSessions, {}],
  logoutAll: () => [account.logoutAll, {}],
  changePassword: () => [
    account.changePassword,
    { body: { currentPassword: password, newPassword: another } },
  ],
  changeEmail: () => [account.changeEmail, { body: { email: newRegistration().email, password } }],
  resendVerification: () => [account.resendVerification, {}],
  createApiKey: () => [account.createApiKey, { body: { name: 'For later', scopes: ['admin'] } }],
  revokeApiKey: async (ada) => [account.revokeApiKey, { params: { id: await keyOf(ada) } }],
  join: async (ada) => [account.join, { body: { token: await invitation(ada) } }],
  leave: (ada) => [account.leave, { params: { id: ada.tenantId } }],
};

describe('a change of one’s own account is not made by a session that ends while it waits for the account:', () => {
  it.each(Object.entries(own))('%s', async (_name, prepare) => {
    const ada = await person();
    const request = sending(ada, await prepare(ada));
    const [reply] = await overtaken(holding(ada), [request], signingOut(ada));
    expect(reply).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });
});

describe('a change of address', () => {
  it('that a password chosen anew overtakes sends no link', async () => {
    const thief = await person();
    const { email } = thief.user;
    await server.anonymous.call(forgotPassword, { body: { email } });
    const [mail] = await eventually(
      'the link is sent',
      () =>
        server.database.owner<{ text: string }>(
          `SELECT body_text AS text FROM quadrax.outbox WHERE recipient = $1 AND kind = 'account.password_reset'`,
          [email],
        ),
      ({ length }) => length > 0,
    );
    const token = /token=([\w-]+)/.exec(mail?.text ?? '')?.[1];
    const elsewhere = newRegistration().email;
    const [reply] = await overtaken(
      noting,
      [sending(thief, [account.changeEmail, { body: { email: elsewhere, password } }])],
      () => server.anonymous.call(resetPassword, { body: { token, password: another } }),
    );
    expect(reply).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(
      await server.database.owner('SELECT 1 FROM quadrax.outbox WHERE recipient = $1', [elsewhere]),
    ).toEqual([]);
  });

  it('needs the password of the moment, though the session goes on', async () => {
    const ada = await person();
    const [reply] = await overtaken(
      noting,
      [sending(ada, [account.changeEmail, { body: { email: newRegistration().email, password } }])],
      () =>
        server.database.owner(`UPDATE auth.accounts SET password_hash = 'another' WHERE id = $1`, [
          ada.user.id,
        ]),
    );
    expect(reply).toMatchObject({ status: 400, body: { details: [{ field: 'password' }] } });
  });
});

const colleague = async (ada: TestClient, role: 'ADMIN' | 'USER' = 'ADMIN'): Promise<TestClient> => {
  const { email, firstName, lastName } = newRegistration();
  await ada.call(users.create, { body: { email, firstName, lastName, role, password } });
  return signIn(server.url, email, password);
};

const administering: Record<string, (ada: TestClient) => Request | Promise<Request>> = {
  'users.create': () => {
    const { email, firstName, lastName } = newRegistration();
    return [users.create, { body: { email, firstName, lastName, role: 'ADMIN', password } }];
  },
  'users.update': async (ada) => {
    const { user } = await colleague(ada, 'USER');
    return [users.update, { params: { id: user.id }, body: { role: 'ADMIN' } }];
  },
  'users.remove': async (ada) => [users.remove, { params: { id: (await colleague(ada, 'USER')).user.id } }],
  'users.invite': () => [users.invite, { body: { email: newRegistration().email, role: 'ADMIN' } }],
  'users.revokeInvitation': async (ada) => {
    const { id } = await ada.call(users.invite, { body: { email: newRegistration().email } });
    return [users.revokeInvitation, { params: { id } }];
  },
  'tenants.update': (ada) => [tenants.update, { params: { id: ada.tenantId }, body: { name: 'Ours' } }],
};

describe('a change of a tenant is not made by somebody who meanwhile', () => {
  it.each(Object.entries(administering))('is signed out: %s', async (_name, prepare) => {
    const ada = await person();
    await colleague(ada);
    const request = sending(ada, await prepare(ada));
    await ada.call(account.me);
    const lock = 'LOCK TABLE auth.sessions IN ACCESS EXCLUSIVE MODE';
    const [reply] = await overtaken(lock, [request], signingOut(ada));
    expect(reply).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });

  it.each(Object.entries(administering))('administers it no more: %s', async (_name, prepare) => {
    const ada = await person();
    await colleague(ada);
    const request = sending(ada, await prepare(ada));
    await ada.call(account.me);
    const [reply] = await overtaken(
      'LOCK TABLE auth.memberships IN ACCESS EXCLUSIVE MODE',
      [request],
      `UPDATE auth.memberships SET role = 'USER' WHERE account_id = '${ada.user.id}'`,
    );
    expect(reply).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });
});

describe('of two administrators who take the role from each other at once, one keeps it', () => {
  it('in a tenant', async () => {
    const ada = await person();
    const bob = await colleague(ada);
    await colleague(ada);
    const demoting = (by: TestClient, { user }: TestClient) =>
      sending(by, [users.update, { params: { id: user.id }, body: { role: 'USER' } }]);
    const replies = await overtaken(
      `SELECT 1 FROM auth.memberships WHERE tenant_id = '${ada.tenantId}' FOR UPDATE`,
      [demoting(ada, bob), demoting(bob, ada)],
      'SELECT 1',
    );
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
  });

  it('of the platform', async () => {
    const [ada, bob, third] = [await person(), await person(), await person()];
    const ids = [ada, bob, third].map(({ user }) => user.id);
    await server.database.owner(
      'UPDATE auth.accounts SET platform_administrator = true WHERE id = ANY ($1)',
      [ids],
    );
    const both = [ada, bob];
    for (const client of both)
      await eventually(
        'it is known',
        () => client.call(account.me),
        ({ platformAdministrator }) => platformAdministrator,
      );
    const demoting = (by: TestClient, { user }: TestClient) =>
      sending(by, [platform.updateAccount, { params: { id: user.id }, body: { administrator: false } }]);
    const replies = await overtaken(
      'SELECT 1 FROM auth.accounts WHERE platform_administrator FOR UPDATE',
      [demoting(ada, bob), demoting(bob, ada)],
      'SELECT 1',
    );
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
  });
});

describe('of two requests at once, the second counts what the first has made', () => {
  it('and is refused a key too many', async () => {
    const ada = await person();
    const { id } = await ada.call(account.createApiKey, { body: { name: 'First', scopes: ['read'] } });
    await server.database.owner(
      `INSERT INTO auth.api_keys (tenant_id, id, account_id, name, prefix, secret_hash, scopes)
       SELECT tenant_id, gen_random_uuid(), account_id, name, prefix, secret_hash, scopes
       FROM auth.api_keys, generate_series(1, 98) WHERE id = $1`,
      [id],
    );
    const making = sending(ada, [account.createApiKey, { body: { name: 'Another', scopes: ['read'] } }]);
    const lock = 'LOCK TABLE auth.api_keys IN SHARE MODE';
    const replies = await overtaken(lock, [making, making], 'SELECT 1');
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
  });

  it('and is refused a link too many', async () => {
    const ada = await person();
    for (let sent = 1; sent < 4; sent++) await ada.call(account.resendVerification);
    const lock = 'LOCK TABLE auth.account_links IN SHARE MODE';
    const asking = sending(ada, [account.resendVerification, {}]);
    const replies = await overtaken(lock, [asking, asking], 'SELECT 1');
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 429]);
  });

  it('administrators of the platform are locked in the order of their ids, so that neither waits for ever', async () => {
    const ids = [(await person()).user.id, (await person()).user.id].toSorted();
    const operator = await person();
    // As PostgreSQL comes upon them: the later id first.
    for (const id of [...ids.toReversed(), operator.user.id])
      await server.database.owner('UPDATE auth.accounts SET platform_administrator = true WHERE id = $1', [
        id,
      ]);
    const [first, second] = ids;
    await eventually(
      'it is known',
      () => operator.call(account.me),
      ({ platformAdministrator }) => platformAdministrator,
    );
    const demoting = sending(operator, [
      platform.updateAccount,
      { params: { id: second ?? '' }, body: { administrator: false } },
    ]);
    const [reply] = await overtaken(
      `SELECT 1 FROM auth.accounts WHERE id = '${first}' FOR UPDATE`,
      [demoting],
      `SELECT 1 FROM auth.accounts WHERE id = '${second}' FOR UPDATE NOWAIT`,
    );
    expect(reply?.status).toBe(200);
  });
});
