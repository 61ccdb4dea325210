import { routes } from '@quadrax/contract';
import { eventually, newRegistration, signIn, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { login, logout, refresh, forgotPassword, resetPassword, verifyEmail } = routes.identity;
const { account, platform, tenants, users } = routes;
const password = 'the sentence of the beginning';
const another = 'quite another sentence now';

let server: TestServer;
let witness: TestClient;
beforeAll(async () => {
  server = await startTestServer({ work: false });
  witness = await person();
});
afterAll(() => server.close());

const person = (): Promise<TestClient> => server.register({ password });
const again = ({ user }: TestClient): Promise<TestClient> => signIn(server.url, user.email, password);
const statusOf = async (client: TestClient): Promise<number> => (await client.send(account.me)).status;

const tokenTo = async (email: string, kind: string): Promise<string> => {
  const [mail] = await eventually(
    `a mail of ${kind}`,
    () =>
      server.database.owner<{ text: string }>(
        'SELECT body_text AS text FROM quadrax.outbox WHERE recipient = $1 AND kind = $2',
        [email, kind],
      ),
    ({ length }) => length > 0,
  );
  return /token=([\w-]+)/.exec(mail?.text ?? '')?.[1] ?? '';
};

/** A second member of a tenant. */
const colleague = async (ada: TestClient): Promise<TestClient> => {
  const { email, firstName, lastName } = newRegistration();
  await ada.call(users.create, { body: { email, firstName, lastName, role: 'USER', password } });
  return signIn(server.url, email, password);
};

const tables = ['accounts', 'sessions', 'memberships', 'tenants', 'api_keys'];

/** While it runs, the database tells nobody of changes, as where word of them is late. */
const untold = async (work: () => Promise<void>): Promise<void> => {
  // Word comes in the order of the changes: with this one, that of all before it has come.
  const firstName = newRegistration().email;
  await witness.call(account.me);
  await server.database.owner('UPDATE auth.accounts SET first_name = $2 WHERE id = $1', [
    witness.user.id,
    firstName,
  ]);
  await eventually(
    'word of what was done before',
    () => witness.call(account.me),
    (me) => me.firstName === firstName,
  );
  const told = (how: 'ENABLE' | 'DISABLE') =>
    server.database.owner(tables.map((table) => `ALTER TABLE auth.${table} ${how} TRIGGER USER`).join('; '));
  await told('DISABLE');
  try {
    await work();
  } finally {
    await told('ENABLE');
  }
};

/** How somebody is received just before something is done and just after, whether or not word of it comes. */
const around = async (client: TestClient, work: () => Promise<unknown>): Promise<number[]> => {
  const statuses: number[] = [];
  await untold(async () => {
    statuses.push(await statusOf(client));
    await work();
    statuses.push(await statusOf(client));
  });
  return statuses;
};

describe('a change holds in the process that made it once it is answered, word of it or none:', () => {
  it('without word, the process knows nothing of what is done elsewhere', async () => {
    const ada = await person();
    await untold(async () => {
      expect(await statusOf(ada)).toBe(200);
      await server.database.owner('UPDATE auth.sessions SET revoked_at = now() WHERE account_id = $1', [
        ada.user.id,
      ]);
      expect(await statusOf(ada)).toBe(200);
    });
  });

  it('a confirmed address is the account’s', async () => {
    const ada = await person();
    const token = await tokenTo(ada.user.email, 'account.verification');
    await untold(async () => {
      expect(await ada.call(account.me)).toMatchObject({ emailVerified: false });
      await server.anonymous.call(verifyEmail, { body: { token } });
      expect(await ada.call(account.me)).toMatchObject({ emailVerified: true });
    });
  });

  it('a password chosen anew has ended the sessions', async () => {
    const ada = await person();
    const { email } = ada.user;
    await server.anonymous.call(forgotPassword, { body: { email } });
    const token = await tokenTo(email, 'account.password_reset');
    expect(
      await around(ada, () => server.anonymous.call(resetPassword, { body: { token, password: another } })),
    ).toEqual([200, 401]);
  });

  it('a refresh token that came twice has ended its session', async () => {
    const { user } = await person();
    const { token, refreshToken } = await server.anonymous.call(login, {
      body: { email: user.email, password },
    });
    await server.anonymous.call(refresh, { body: { refreshToken } });
    const thief = server.anonymous.with({ 'user-agent': 'somebody else' });
    expect(
      await around(server.anonymous.with({ authorization: `Bearer ${token}` }), () =>
        thief.refused(refresh, { body: { refreshToken } }),
      ),
    ).toEqual([200, 401]);
  });

  it('somebody has signed out', async () => {
    const ada = await person();
    expect(await around(ada, () => ada.call(logout))).toEqual([200, 401]);
  });

  it('somebody has signed out everywhere', async () => {
    const ada = await person();
    const elsewhere = await again(ada);
    expect(await around(elsewhere, () => ada.call(account.logoutAll))).toEqual([200, 401]);
  });

  it('one session has ended another', async () => {
    const ada = await person();
    const elsewhere = await again(ada);
    const { items } = await elsewhere.page(account.sessions);
    const id = items.find(({ current }) => current)?.id ?? '';
    expect(await around(elsewhere, () => ada.call(account.endSession, { params: { id } }))).toEqual([
      200, 401,
    ]);
  });

  it('one session has ended all others', async () => {
    const ada = await person();
    const elsewhere = await again(ada);
    expect(await around(elsewhere, () => ada.call(account.endOtherSessions))).toEqual([200, 401]);
  });

  it('a changed password has ended the other sessions', async () => {
    const ada = await person();
    const elsewhere = await again(ada);
    const body = { currentPassword: password, newPassword: another };
    expect(await around(elsewhere, () => ada.call(account.changePassword, { body }))).toEqual([200, 401]);
  });

  it('a name is the account’s', async () => {
    const ada = await person();
    await untold(async () => {
      await ada.call(account.me);
      await ada.call(account.updateMe, { body: { firstName: 'Augusta' } });
      expect(await ada.call(account.me)).toMatchObject({ firstName: 'Augusta' });
    });
  });

  it('an API key is revoked', async () => {
    const ada = await person();
    const body = { name: 'Nightly', scopes: ['read'] };
    const { id, key } = await ada.call(account.createApiKey, { body });
    expect(
      await around(server.anonymous.with({ authorization: `Bearer ${key}` }), () =>
        ada.call(account.revokeApiKey, { params: { id } }),
      ),
    ).toEqual([200, 401]);
  });

  it('a tenant has its name', async () => {
    const ada = await person();
    await untold(async () => {
      await ada.call(account.me);
      await ada.call(tenants.update, { params: { id: ada.tenantId }, body: { name: 'Renamed' } });
      expect(await ada.call(account.me)).toMatchObject({ tenantName: 'Renamed' });
    });
  });

  it('a member has another role', async () => {
    const ada = await person();
    const bob = await colleague(ada);
    await untold(async () => {
      expect(await bob.call(account.me)).toMatchObject({ role: 'USER' });
      await ada.call(users.update, { params: { id: bob.user.id }, body: { role: 'VIEWER' } });
      expect(await bob.call(account.me)).toMatchObject({ role: 'VIEWER' });
    });
  });

  it('a member that was taken out of a tenant enters it no more', async () => {
    const ada = await person();
    const bob = (await colleague(ada)).with({ 'x-tenant-id': ada.tenantId });
    expect(await around(bob, () => ada.call(users.remove, { params: { id: bob.user.id } }))).toEqual([
      200, 403,
    ]);
  });

  it('a tenant that was left is not entered any more', async () => {
    const ada = await person();
    const bob = (await colleague(ada)).with({ 'x-tenant-id': ada.tenantId });
    expect(await around(bob, () => bob.call(account.leave, { params: { id: ada.tenantId } }))).toEqual([
      200, 403,
    ]);
  });

  it('a tenant that was joined is entered', async () => {
    const [ada, bob] = [await person(), await person()];
    const { link } = await ada.call(users.invite, { body: { email: bob.user.email } });
    const token = new URL(link).searchParams.get('token');
    const there = bob.with({ 'x-tenant-id': ada.tenantId });
    await untold(async () => {
      expect(await statusOf(there)).toBe(403);
      await bob.call(account.join, { body: { token } });
      expect(await statusOf(there)).toBe(200);
    });
  });

  it('an account is disabled', async () => {
    const [operator, ada] = [await person(), await person()];
    await server.database.owner('UPDATE auth.accounts SET platform_administrator = true WHERE id = $1', [
      operator.user.id,
    ]);
    expect(
      await around(ada, () =>
        operator.call(platform.updateAccount, { params: { id: ada.user.id }, body: { disabled: true } }),
      ),
    ).toEqual([200, 401]);
  });
});
