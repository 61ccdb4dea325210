import { randomBytes } from 'node:crypto';
import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { eventually, newRegistration, signIn, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRaw } from './raw-exchange.ts';

const { verifyEmail, resetPassword, forgotPassword, invitation, acceptInvitation, setup } = routes.identity;
const password = 'the sentence of the beginning';
const another = 'quite another sentence now';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ env: { TRUST_PROXY: 'true' } });
});
afterAll(() => server.close());

const newEmail = (): string => `${randomBytes(6).toString('hex')}@example.org`;

const mailsTo = (email: string, kind: string) =>
  server.database.owner<{ text: string }>(
    'SELECT body_text AS text FROM quadrax.outbox WHERE recipient = $1 AND kind = $2 ORDER BY created_at',
    [email, kind],
  );

/** The token of the newest mail of a kind to an address, once there are so many. */
const tokenTo = async (email: string, kind: string, count = 1): Promise<string> => {
  const mails = await eventually(
    `${count} mails of ${kind}`,
    () => mailsTo(email, kind),
    (found) => found.length >= count,
  );
  return /token=([\w-]+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';
};
const verificationTo = (email: string, count?: number) => tokenTo(email, 'account.verification', count);

const resetTokenOf = async (email: string, count = 1): Promise<string> => {
  await server.anonymous.call(forgotPassword, { body: { email } });
  return tokenTo(email, 'account.password_reset', count);
};

const expectNone = async (route: RouteDeclaration, body: object): Promise<void> => {
  expect(await server.anonymous.refused(route, { body })).toMatchObject({
    status: 400,
    code: 'LINK_INVALID',
  });
};
const signsIn = async (email: string, given: string): Promise<boolean> => {
  const { status } = await server.anonymous.send(routes.identity.login, { body: { email, password: given } });
  return status === 200;
};
const person = (): Promise<TestClient> => server.register({ password });
const names = { firstName: 'Eve', lastName: 'Test' };

describe('a link', () => {
  it('to choose a password is good once, also for many at once, and for its account alone', async () => {
    const [ada, bob] = [await person(), await person()];
    const token = await resetTokenOf(ada.user.email);
    const replies = await Promise.all(
      Array.from({ length: 5 }, (_unused, i) =>
        server.anonymous.send(resetPassword, { body: { token, password: `${another} ${i}` } }),
      ),
    );
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 400, 400, 400, 400]);
    await expectNone(resetPassword, { token, password: another });
    expect(await signsIn(bob.user.email, password)).toBe(true);
    expect(await signsIn(ada.user.email, password)).toBe(false);
  });

  it('is of no use for another purpose, and is not used up by trying', async () => {
    const ada = await person();
    const { email } = ada.user;
    const [reset, verify] = [await resetTokenOf(email), await verificationTo(email)];
    const { link } = await ada.call(routes.users.invite, { body: { email: newEmail() } });
    const invited = new URL(link).searchParams.get('token') ?? '';
    for (const token of [verify, invited]) await expectNone(resetPassword, { token, password: another });
    for (const token of [reset, invited]) await expectNone(verifyEmail, { token });
    for (const token of [reset, verify]) {
      await expectNone(invitation, { token });
      await expectNone(acceptInvitation, { token, password: another, ...names });
      await expectNone(setup, { token, email: newEmail(), password: another, ...names });
    }
    expect((await server.anonymous.send(verifyEmail, { body: { token: verify } })).status).toBe(200);
    expect(
      (await server.anonymous.send(resetPassword, { body: { token: reset, password: another } })).status,
    ).toBe(204);
  });

  it('that is too old is none', async () => {
    const ada = await person();
    const { email } = ada.user;
    const [reset, verify] = [await resetTokenOf(email), await verificationTo(email)];
    const { link } = await ada.call(routes.users.invite, { body: { email: newEmail() } });
    const token = new URL(link).searchParams.get('token') ?? '';
    for (const table of ['account_links', 'invitations'])
      await server.database.owner(`UPDATE auth.${table} SET expires_at = now() - interval '1 s'`);
    await expectNone(resetPassword, { token: reset, password: another });
    await expectNone(verifyEmail, { token: verify });
    await expectNone(invitation, { token });
  });

  it('is not what the database keeps', async () => {
    const token = await resetTokenOf((await person()).user.email);
    const rows = await server.database.owner<{ row: string }>(
      'SELECT l::text AS row FROM auth.account_links l',
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token);
    const [kept] = await server.database.owner<{ hash: string }>(
      `SELECT encode(token_hash, 'hex') AS hash FROM auth.account_links WHERE purpose = 'reset' LIMIT 1`,
    );
    await expectNone(resetPassword, { token: kept?.hash ?? '', password: another });
  });

  it('to an invitation that was replaced, withdrawn or accepted is none', async () => {
    const ada = await person();
    const email = newEmail();
    const invite = async () => {
      const made = await ada.call(routes.users.invite, { body: { email } });
      return { id: made.id, token: new URL(made.link).searchParams.get('token') ?? '' };
    };
    const [first, second] = [await invite(), await invite()];
    const accepting = (token: string) => ({ token, password: another, ...names });
    await expectNone(acceptInvitation, accepting(first.token));
    await ada.call(routes.users.revokeInvitation, { params: { id: second.id } });
    await expectNone(acceptInvitation, accepting(second.token));
    const third = await invite();
    await server.anonymous.call(acceptInvitation, { body: accepting(third.token) });
    await expectNone(acceptInvitation, accepting(third.token));
  });

  it('to an invitation is for the address it was sent to, not for who else is signed in', async () => {
    const [ada, thief] = [await person(), await person()];
    const { link } = await ada.call(routes.users.invite, { body: { email: newEmail(), role: 'ADMIN' } });
    const token = new URL(link).searchParams.get('token') ?? '';
    expect(await thief.refused(routes.account.join, { body: { token } })).toMatchObject({ status: 403 });
    expect((await thief.call(routes.account.memberships)).length).toBe(1);
  });
});

describe('a change of the address', () => {
  it('ends links to choose a password that went to the old one', async () => {
    const ada = await person();
    const old = ada.user.email;
    const reset = await resetTokenOf(old);
    const email = newEmail();
    await ada.call(routes.account.changeEmail, { body: { email, password } });
    await server.anonymous.call(verifyEmail, { body: { token: await verificationTo(email) } });
    await expectNone(resetPassword, { token: reset, password: another });
    expect(await signsIn(old, password)).toBe(false);
    expect(await signsIn(email, password)).toBe(true);
  });

  it.each(['chosen by a link', 'changed by its owner'])(
    'that a thief has begun comes to nothing once the password is %s',
    async (how) => {
      const ada = await person();
      const { email } = ada.user;
      const evil = newEmail();
      await (
        await signIn(server.url, email, password)
      ).call(routes.account.changeEmail, {
        body: { email: evil, password },
      });
      const token = await verificationTo(evil);
      if (how === 'chosen by a link')
        await server.anonymous.call(resetPassword, {
          body: { token: await resetTokenOf(email), password: another },
        });
      else
        await ada.call(routes.account.changePassword, {
          body: { currentPassword: password, newPassword: another },
        });
      await expectNone(verifyEmail, { token });
      expect(await signsIn(email, another)).toBe(true);
    },
  );

  it('by its owner ends the links that a thief of the mailbox asked for', async () => {
    const ada = await person();
    const token = await resetTokenOf(ada.user.email);
    await ada.call(routes.account.changePassword, {
      body: { currentPassword: password, newPassword: another },
    });
    await expectNone(resetPassword, { token, password: 'the sentence of a thief' });
  });

  it('cannot take an address that is another’s, though it was free when it was asked for', async () => {
    const ada = await person();
    const email = newEmail();
    await ada.call(routes.account.changeEmail, { body: { email, password } });
    await server.register({ email });
    const token = await verificationTo(email);
    const body = {
      token: (await mailsTo(email, 'account.verification')).length > 1 ? await firstTo(email) : token,
    };
    expect(await server.anonymous.refused(verifyEmail, { body })).toMatchObject({
      status: 409,
      code: 'EMAIL_TAKEN',
    });
  });
});

const firstTo = async (email: string): Promise<string> =>
  /token=([\w-]+)/.exec((await mailsTo(email, 'account.verification'))[0]?.text ?? '')?.[1] ?? '';

describe('the address of the server', () => {
  const evil = 'evil.example';
  const lying = (path: string, body: object, token?: string): string => {
    const text = JSON.stringify(body);
    return [
      `POST ${path} HTTP/1.1`,
      `Host: ${evil}`,
      `X-Forwarded-Host: ${evil}`,
      `X-Forwarded-Proto: https`,
      `X-Original-URL: https://${evil}/`,
      `Forwarded: host=${evil};proto=https`,
      `Origin: https://${evil}`,
      `Referer: https://${evil}/`,
      ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n');
  };
  const send = async (text: string): Promise<string> => {
    const { socket, gone } = await openRaw(server.url);
    socket.write(text);
    return gone;
  };

  it('in links is not what a request says it is', async () => {
    const ada = await person();
    const { email } = ada.user;
    expect(await send(lying('/api/auth/forgot-password', { email }))).toMatch(/^HTTP\/1\.1 204/);
    await tokenTo(email, 'account.password_reset');
    const guest = newEmail();
    const invited = await send(lying('/api/invitations', { email: guest }, ada.token));
    expect(invited).toMatch(/^HTTP\/1\.1 201/);
    expect(invited.replace(/\r\n\r\n[^]*$/, '')).not.toContain(evil);
    const form = newRegistration();
    expect(await send(lying('/api/auth/register', form))).toMatch(/^HTTP\/1\.1 201/);
    const mails = [
      ...(await mailsTo(email, 'account.password_reset')),
      ...(await mailsTo(guest, 'invitation')),
      ...(await mailsTo(form.email, 'account.verification')),
    ];
    expect(mails).toHaveLength(3);
    for (const { text } of mails) {
      expect(text).not.toContain(evil);
      expect(text).toMatch(/http:\/\/localhost:\d+\//);
    }
    expect(invited).not.toContain(evil);
  });
});

describe('a name that would write a mail of its own', () => {
  it.each([
    'Ada\r\nBcc: victim@example.org',
    'Ada\nPlease pay at https://evil.example',
    'Ada\u0085x',
    'Ada\u0000',
  ])('is refused: %j', async (name) => {
    for (const field of ['firstName', 'lastName', 'organization'])
      expect(
        await server.anonymous.refused(routes.identity.register, {
          body: { ...newRegistration(), [field]: name },
        }),
      ).toMatchObject({ status: 400, details: [{ field }] });
  });
});

describe('the setup link', () => {
  const form = (token: string) => ({ token, ...newRegistration({ password: another }) });

  it('makes one administrator, of many who try at once, and none afterwards', async () => {
    const link = (await server.app.modules.identity.setupLink()) ?? '';
    const token = new URL(link).searchParams.get('token') ?? '';
    for (const forged of [
      'A'.repeat(43),
      'ä'.repeat(43),
      token.slice(0, -1),
      `${token}A`,
      `${token.slice(0, -1)}é`,
    ])
      await expectNone(setup, form(forged));
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => server.anonymous.send(setup, { body: form(token) })),
    );
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400, 400, 400, 400]);
    await expectNone(setup, form(token));
    expect(await server.app.modules.identity.setupLink()).toBeUndefined();
    const rows = await server.database.owner('SELECT 1 FROM auth.accounts WHERE platform_administrator');
    expect(rows).toHaveLength(1);
  });
});
