import { routes } from '@quadrax/contract';
import {
  eventually,
  newRegistration,
  signIn,
  startTestServer,
  withOwner,
  waitingForLock,
} from '@quadrax/testkit';
import type { RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { login, forgotPassword, resetPassword, verifyEmail } = routes.identity;
const { users, account } = routes;
const password = 'the sentence of the beginning';
const another = 'quite another sentence now';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ work: false });
});
afterAll(() => server.close());

const person = (): Promise<TestClient> => server.register({ password });
const statusesOf = (replies: readonly RawReply[]): number[] =>
  replies.map(({ status }) => status).toSorted((a, b) => a - b);

/** The tokens of so many mails of a kind to an address. */
const tokensTo = async (email: string, kind: string, count: number): Promise<string[]> => {
  const mails = await eventually(
    `${count} mails of ${kind}`,
    () =>
      server.database.owner<{ text: string }>(
        'SELECT body_text AS text FROM quadrax.outbox WHERE recipient = $1 AND kind = $2 ORDER BY created_at',
        [email, kind],
      ),
    ({ length }) => length >= count,
  );
  return mails.map(({ text }) => /token=([\w-]+)/.exec(text)?.[1] ?? '');
};

const resetLinks = async (email: string, count: number): Promise<string[]> => {
  for (let i = 0; i < count; i++) await server.anonymous.call(forgotPassword, { body: { email } });
  return tokensTo(email, 'account.password_reset', count);
};
const reset = (token: string, chosen = another): Promise<RawReply> =>
  server.anonymous.send(resetPassword, { body: { token, password: chosen } });

/** Does `meanwhile` once a sign-in has found its password right and has not opened its session yet. */
const overtaken = (email: string, meanwhile: () => Promise<unknown>): Promise<RawReply> =>
  withOwner(server.database.url, async (owner) => {
    // The failures may be read and not written: the sign-in waits where it would clear them.
    await owner.query('BEGIN; LOCK TABLE auth.login_failures IN SHARE MODE');
    const reply = server.anonymous.send(login, { body: { email, password } });
    await waitingForLock(server.database, { table: 'auth.login_failures' });
    await meanwhile();
    await owner.query('COMMIT');
    return reply;
  });

describe('a sign-in under way', () => {
  it('opens no session by a password that is chosen anew meanwhile', async () => {
    const { user } = await person();
    const [token = ''] = await resetLinks(user.email, 1);
    const reply = await overtaken(user.email, () => reset(token));
    expect(reply).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
  });

  it('opens none to an account that is disabled meanwhile', async () => {
    const { user } = await person();
    const reply = await overtaken(user.email, () =>
      server.database.owner('UPDATE auth.accounts SET disabled_at = now() WHERE id = $1', [user.id]),
    );
    expect(reply).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
  });
});

/** Has both links meet: neither gets on before both have come as far as the account. */
const meeting = (accountId: string, use: () => Promise<RawReply[]>): Promise<RawReply[]> =>
  withOwner(server.database.url, async (owner) => {
    await owner.query('BEGIN');
    await owner.query('SELECT 1 FROM auth.accounts WHERE id = $1 FOR UPDATE', [accountId]);
    const replies = use();
    await waitingForLock(server.database, { count: 2 });
    await owner.query('COMMIT');
    return replies;
  });

describe('of two links of one account that are used at once', () => {
  it('one chooses the password and the other is none', async () => {
    const { user } = await person();
    const tokens = await resetLinks(user.email, 2);
    const replies = await meeting(user.id, () => Promise.all(tokens.map((token) => reset(token))));
    expect(statusesOf(replies)).toEqual([204, 400]);
  });

  it('one makes its address the account’s and the other is none', async () => {
    const ada = await person();
    const emails = [newRegistration().email, newRegistration().email];
    for (const email of emails) await ada.call(account.changeEmail, { body: { email, password } });
    const tokens = await Promise.all(emails.map((email) => tokensTo(email, 'account.verification', 1)));
    const replies = await meeting(ada.user.id, () =>
      Promise.all(tokens.flat().map((token) => server.anonymous.send(verifyEmail, { body: { token } }))),
    );
    expect(statusesOf(replies)).toEqual([200, 400]);
  });
});

describe('a link to choose a password', () => {
  it('to an address that is the account’s no more is none, though it was sent after the change', async () => {
    const { user } = await person();
    const [token = ''] = await resetLinks(user.email, 1);
    await server.database.owner('UPDATE auth.accounts SET email = $2 WHERE id = $1', [
      user.id,
      newRegistration().email,
    ]);
    expect(await reset(token)).toMatchObject({ status: 400, body: { code: 'LINK_INVALID' } });
  });

  it('ends what whoever opened the account with another’s address has laid by', async () => {
    const thief = await person();
    const { key } = await thief.call(account.createApiKey, {
      body: { name: 'For later', scopes: ['admin'] },
    });
    const program = server.anonymous.with({ authorization: `Bearer ${key}` });
    expect((await program.send(account.me)).status).toBe(200);
    const issuer = 'https://provider.example.org';
    await server.database.owner(`INSERT INTO auth.external_identities VALUES ($1, 'a subject', $2)`, [
      issuer,
      thief.user.id,
    ]);
    const [token = ''] = await resetLinks(thief.user.email, 1);
    expect((await reset(token)).status).toBe(204);
    await eventually(
      'the key is refused',
      () => program.send(account.me),
      ({ status }) => status === 401,
      1000,
    );
    expect(
      await server.database.owner('SELECT 1 FROM auth.external_identities WHERE issuer = $1', [issuer]),
    ).toEqual([]);
  });

  it('leaves the keys of an account whose address was confirmed before', async () => {
    const ada = await person();
    const { email } = ada.user;
    const [confirming = ''] = await tokensTo(email, 'account.verification', 1);
    await server.anonymous.call(verifyEmail, { body: { token: confirming } });
    const { key } = await ada.call(account.createApiKey, { body: { name: 'Nightly', scopes: ['read'] } });
    const [token = ''] = await resetLinks(email, 1);
    expect((await reset(token)).status).toBe(204);
    const program = server.anonymous.with({ authorization: `Bearer ${key}` });
    expect((await program.send(account.me)).status).toBe(200);
  });
});

describe('a tenant', () => {
  it('that invites one address twice at once has one open invitation', async () => {
    const ada = await person();
    for (let round = 0; round < 5; round++) {
      const body = { email: newRegistration().email };
      const replies = await Promise.all(Array.from({ length: 4 }, () => ada.send(users.invite, { body })));
      expect(statusesOf(replies)).toEqual([201, 201, 201, 201]);
      const { items } = await ada.page(users.invitations);
      expect(items.filter(({ email }) => email === body.email)).toHaveLength(1);
    }
  });

  it('keeps an administrator who may come in: one that is disabled does not count', async () => {
    const ada = await person();
    const bob = await ada.call(users.create, {
      body: { email: newRegistration().email, firstName: 'Bob', lastName: 'Test', role: 'ADMIN', password },
    });
    const stepDown = () => ada.send(users.update, { params: { id: ada.user.id }, body: { role: 'USER' } });
    await server.database.owner('UPDATE auth.accounts SET disabled_at = now() WHERE id = $1', [bob.id]);
    expect(await stepDown()).toMatchObject({ status: 409, body: { code: 'LAST_ADMINISTRATOR' } });
    const ids = async (active: 'true' | 'false') =>
      (await ada.page(users.list, { query: { active } })).items.map(({ id }) => id);
    expect(await ids('true')).toEqual([ada.user.id]);
    expect(await ids('false')).toEqual([bob.id]);
    await server.database.owner('UPDATE auth.accounts SET disabled_at = NULL WHERE id = $1', [bob.id]);
    expect((await stepDown()).status).toBe(200);
    await signIn(server.url, bob.email, password);
  });
});
