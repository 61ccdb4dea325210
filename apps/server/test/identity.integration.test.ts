import { routes, sessionSchema } from '@quadrax/contract';
import { newRegistration, signIn, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { register, login, refresh, logout } = routes.identity;
const { me } = routes.account;

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const refreshed = (refreshToken: string, headers: Record<string, string> = {}) =>
  server.anonymous.send(refresh, { body: { refreshToken }, headers });

const tokensOf = (reply: { body: unknown }) =>
  (reply.body as { data: { token: string; refreshToken: string } }).data;

const speaking = (token: string): TestClient => server.anonymous.with({ authorization: `Bearer ${token}` });

describe('registering', () => {
  it('opens an account with a tenant that it administers, and is signed in', async () => {
    const form = newRegistration({ organization: 'Müller & Söhne', username: 'Grace.H' });
    const reply = await server.anonymous.send(register, { body: form });
    expect(reply.status).toBe(201);
    const { data } = reply.body as { data: unknown };
    const session = sessionSchema.parse(data);
    expect(session.user).toMatchObject({
      email: form.email,
      firstName: 'Ada',
      role: 'ADMIN',
      tenantName: 'Müller & Söhne',
      platformAdministrator: false,
    });
    expect(session.expiresIn).toBe(30 * 60);
    expect(await speaking(session.token).call(me)).toEqual(session.user);
  });

  it('never makes a platform administrator, whatever is sent along', async () => {
    const form = { ...newRegistration(), platformAdministrator: true, role: 'ADMIN', tenantId: '1' };
    const session = await server.anonymous.call(register, { body: form });
    expect(session.user.platformAdministrator).toBe(false);
  });

  it('says so when the address is taken, however it is written', async () => {
    const { email } = (await server.register()).user;
    for (const again of [email, email.toUpperCase(), `  ${email} `]) {
      const error = await server.anonymous.refused(register, { body: newRegistration({ email: again }) });
      expect(error).toMatchObject({ status: 409, code: 'EMAIL_TAKEN', details: [{ field: 'email' }] });
    }
  });

  it('says so when the user name is taken, also in other letters', async () => {
    await server.register({ username: 'Turing' });
    const error = await server.anonymous.refused(register, {
      body: newRegistration({ username: 'tURING' }),
    });
    expect(error).toMatchObject({ status: 409, code: 'TAKEN', details: [{ field: 'username' }] });
  });

  it('lets one of many win when they register the same address at once', async () => {
    const body = newRegistration();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => server.anonymous.send(register, { body })),
    );
    expect(replies.map(({ status }) => String(status)).toSorted()).toEqual(['201', ...Array(9).fill('409')]);
    const [row] = await server.database.owner<{ n: number }>(
      'SELECT count(*)::int AS n FROM auth.accounts WHERE email = $1',
      [body.email],
    );
    expect(row?.n).toBe(1);
  });

  it('names every field that is wrong', async () => {
    const error = await server.anonymous.refused(register, {
      body: { email: 'no address', password: 'short', firstName: '', lastName: 'x'.repeat(101) },
    });
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    expect(error.details?.map(({ field }) => field).toSorted()).toEqual([
      'email',
      'firstName',
      'lastName',
      'password',
    ]);
  });

  it('keeps names in any script as they are', async () => {
    const names = { firstName: '李', lastName: 'Ó Súilleabháin 🦆', organization: 'Лаборатория №1' };
    const person = await server.register(names);
    expect(await person.call(me)).toMatchObject({
      firstName: names.firstName,
      lastName: names.lastName,
      tenantName: names.organization,
    });
  });

  it('refuses text that no database can hold, as the caller’s mistake', async () => {
    const error = await server.anonymous.refused(register, {
      body: newRegistration({ firstName: 'A\u0000B' }),
    });
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
  });
});

describe('signing in', () => {
  it('works by address or by user name, in any case, in either field', async () => {
    const form = newRegistration({ username: 'Hopper-1906' });
    const { user } = await server.anonymous.call(register, { body: form });
    const { password } = form;
    for (const body of [
      { email: form.email, password },
      { email: form.email.toUpperCase(), password },
      { username: 'hopper-1906', password },
      { username: form.email, password },
    ])
      expect((await server.anonymous.call(login, { body })).user).toEqual(user);
  });

  it('tells a wrong password and an unknown account alike', async () => {
    const { email } = (await server.register()).user;
    const known = await server.anonymous.refused(login, { body: { email, password: 'wrong' } });
    const unknown = await server.anonymous.refused(login, {
      body: { email: `x${email}`, password: 'wrong' },
    });
    expect(known).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
    expect({ ...unknown, requestId: '' }).toEqual({ ...known, requestId: '' });
  });

  it('tells passwords apart that differ only after byte 72, and takes none with a NUL', async () => {
    const long = 'ältere Bäume werfen früh am Morgen die längsten Schatten über die Wege, sagt ';
    const person = await server.register({ password: `${long}1` });
    await expect(signIn(server.url, person.user.email, `${long}2`)).rejects.toThrow('INVALID_CREDENTIALS');
    await expect(signIn(server.url, person.user.email, `${long}1`)).resolves.toBeDefined();
    const nul = newRegistration({ password: 'ten letters\u0000one' });
    expect(await server.anonymous.refused(register, { body: nul })).toMatchObject({
      status: 400,
      details: [{ field: 'password' }],
    });
  });

  it('takes the same password from keyboards that compose its letters differently', async () => {
    const person = await server.register({ password: 'caf\u00e9 au lait' });
    await expect(signIn(server.url, person.user.email, 'cafe\u0301 au lait')).resolves.toBeDefined();
  });

  it('tells whoever has the password that the account is disabled, and nobody else', async () => {
    const person = await server.register({ password: 'a fine password' });
    await server.database.owner('UPDATE auth.accounts SET disabled_at = now() WHERE id = $1', [
      person.user.id,
    ]);
    await expect(signIn(server.url, person.user.email, 'a fine password')).rejects.toThrow(
      'ACCOUNT_DISABLED',
    );
    await expect(signIn(server.url, person.user.email, 'another password')).rejects.toThrow(
      'INVALID_CREDENTIALS',
    );
  });

  it('keeps neither passwords nor tokens, and logs none', async () => {
    const person = await server.register({ password: 'a very secret password' });
    const stored = await server.database.owner<{ text: string }>(
      `SELECT a::text || (SELECT string_agg(t::text, '') FROM auth.refresh_tokens t) AS text FROM auth.accounts a WHERE id = $1`,
      [person.user.id],
    );
    const everything = JSON.stringify(stored) + JSON.stringify(server.logs);
    for (const secret of ['very secret', person.token, person.session?.refreshToken ?? '-'])
      expect(everything).not.toContain(secret);
    expect(everything).toContain('$2');
  });
});

describe('refreshing', () => {
  it('gives a new pair each time, and the new ones work', async () => {
    const person = await server.register();
    let refreshToken = person.session?.refreshToken ?? '';
    const seen = new Set([refreshToken]);
    for (let i = 0; i < 3; i++) {
      const tokens = tokensOf(await refreshed(refreshToken));
      expect(seen.has(tokens.refreshToken)).toBe(false);
      seen.add((refreshToken = tokens.refreshToken));
      expect((await speaking(tokens.token).call(me)).id).toBe(person.user.id);
    }
  });

  it('tolerates a repetition within 10 s by the same client: an answer may have been lost', async () => {
    const token = (await server.register()).session?.refreshToken ?? '';
    const [first, second] = [await refreshed(token), await refreshed(token)];
    expect([first.status, second.status]).toEqual([200, 200]);
    for (const reply of [first, second])
      expect((await refreshed(tokensOf(reply).refreshToken)).status).toBe(200);
  });

  it('takes a repetition by another client for theft: the family ends, access tokens included', async () => {
    const person = await server.register();
    const stolen = person.session?.refreshToken ?? '';
    const { token, refreshToken } = tokensOf(await refreshed(stolen));
    const reuse = await refreshed(stolen, { 'user-agent': 'somebody else' });
    expect(reuse.body).toMatchObject({ success: false, code: 'TOKEN_REUSED' });
    expect(reuse.status).toBe(401);
    expect((await refreshed(refreshToken)).status).toBe(401);
    for (const access of [token, person.token]) expect((await speaking(access).send(me)).status).toBe(401);
  });

  it('takes a repetition after 10 s for theft also by the same client', async () => {
    const person = await server.register();
    const old = person.session?.refreshToken ?? '';
    await refreshed(old);
    await server.database.owner(
      `UPDATE auth.refresh_tokens SET used_at = used_at - interval '11 s' WHERE used_at IS NOT NULL`,
    );
    expect((await refreshed(old)).body).toMatchObject({ code: 'TOKEN_REUSED' });
    expect((await person.send(me)).status).toBe(401);
  });

  it('leaves other sessions of the account alone when one is ended by theft', async () => {
    const person = await server.register({ password: 'two sessions please' });
    const other = await signIn(server.url, person.user.email, 'two sessions please');
    const stolen = person.session?.refreshToken ?? '';
    await refreshed(stolen);
    await refreshed(stolen, { 'user-agent': 'somebody else' });
    expect((await other.send(me)).status).toBe(200);
  });

  it('at once from many tabs of one client gives each a pair that works', async () => {
    const token = (await server.register()).session?.refreshToken ?? '';
    const replies = await Promise.all(Array.from({ length: 8 }, () => refreshed(token)));
    expect(replies.map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  it('ends when the session is over', async () => {
    const person = await server.register();
    await server.database.owner(
      `UPDATE auth.sessions SET expires_at = now() - interval '1 s' WHERE account_id = $1`,
      [person.user.id],
    );
    expect((await refreshed(person.session?.refreshToken ?? '')).status).toBe(401);
  });

  it('is done from the cookie where the body has no token', async () => {
    const reply = await server.anonymous.send(register, { body: newRegistration() });
    const cookie = reply.headers.get('set-cookie') ?? '';
    const pair = cookie.split(';')[0] ?? '';
    expect((await server.anonymous.send(refresh, { headers: { cookie: pair } })).status).toBe(200);
    expect((await server.anonymous.send(refresh)).status).toBe(401);
    expect((await server.anonymous.send(refresh, { body: {} })).status).toBe(401);
  });
});

describe('the refresh cookie', () => {
  it('is out of reach of scripts and other sites, sent to the API alone, for as long as the token is good', async () => {
    const reply = await server.anonymous.send(register, { body: newRegistration() });
    const cookie = reply.headers.get('set-cookie') ?? '';
    const parts = cookie.split('; ');
    expect(parts).toEqual(
      expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/api', `Max-Age=${7 * 86_400}`]),
    );
    expect(parts).not.toContain('Secure');
  });

  it('is Secure where the page came by TLS, and cleared by signing out', async () => {
    const behindProxy = await startTestServer({ env: { TRUST_PROXY: 'true' } });
    try {
      const headers = { 'x-forwarded-proto': 'https' };
      const reply = await behindProxy.anonymous.send(register, { body: newRegistration(), headers });
      expect(reply.headers.get('set-cookie')).toContain('; Secure');
      const person = await behindProxy.register();
      const out = await person.send(logout);
      expect(out.status).toBe(204);
      expect(out.headers.get('set-cookie')).toMatch(/^quadrax_refresh=;.*Max-Age=0/);
    } finally {
      await behindProxy.close();
    }
  });
});

describe('signing out', () => {
  it('ends this session and no other, at once', async () => {
    const person = await server.register({ password: 'two sessions please' });
    const other = await signIn(server.url, person.user.email, 'two sessions please');
    expect((await person.send(logout)).status).toBe(204);
    expect((await person.send(me)).status).toBe(401);
    expect((await refreshed(person.session?.refreshToken ?? '')).status).toBe(401);
    expect((await other.send(me)).status).toBe(200);
    expect((await other.send(logout)).status).toBe(204);
    expect((await other.send(logout)).status).toBe(204);
  });

  it('needs a token', async () => {
    expect(await server.anonymous.send(logout)).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHENTICATED' },
    });
    const forged = { headers: { cookie: 'quadrax_refresh=nonsense' } };
    expect((await server.anonymous.send(logout, forged)).status).toBe(401);
  });
});

describe('a closed registration', () => {
  it('opens no account, and says whom to ask', async () => {
    const closed = await startTestServer({ env: { REGISTRATION_OPEN: 'false' } });
    try {
      const error = await closed.anonymous.refused(register, { body: newRegistration() });
      expect(error).toMatchObject({ status: 403, code: 'REGISTRATION_CLOSED' });
      const rows = await closed.database.owner('SELECT 1 FROM auth.accounts');
      expect(rows).toEqual([]);
    } finally {
      await closed.close();
    }
  });
});
