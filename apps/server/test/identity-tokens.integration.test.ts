import { createHmac } from 'node:crypto';
import { routes } from '@quadrax/contract';
import { eventually, startTestServer, testSecret } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { logout, refresh } = routes.identity;
const { me } = routes.account;

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
});
afterAll(() => server.close());

type Claims = Record<string, unknown>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsOf = (token: string): Claims =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;

/** A token signed by hand, so that nothing of the product's own is trusted. */
const sign = (
  claims: Claims,
  {
    secret = testSecret,
    alg = 'HS256',
    hash = 'sha256',
  }: { secret?: string; alg?: string; hash?: string } = {},
): string => {
  const body = `${encode({ alg, typ: 'JWT' })}.${encode(claims)}`;
  return `${body}.${alg === 'none' ? '' : createHmac(hash, secret).update(body).digest('base64url')}`;
};

const expired = (token: string): string => {
  const now = Math.floor(Date.now() / 1000);
  return sign({ ...claimsOf(token), iat: now - 3600, exp: now - 1 });
};

const ask = async (token: string) => {
  const { status, body } = await server.anonymous.with({ authorization: `Bearer ${token}` }).send(me);
  return { status, code: (body as { code?: string }).code };
};
const refused = { status: 401, code: 'UNAUTHENTICATED' };

describe('signing out', () => {
  it.each(['cookie', 'body'] as const)(
    'goes by the refresh token in the %s where the access token has expired',
    async (where) => {
      const person = await server.register();
      const { refreshToken = '' } = person.session ?? {};
      const late = server.anonymous.with({ authorization: `Bearer ${expired(person.token)}` });
      expect(await late.send(logout)).toMatchObject({ status: 401, body: { code: 'TOKEN_EXPIRED' } });
      expect((await person.send(me)).status).toBe(200);
      const out = await late.send(
        logout,
        where === 'cookie'
          ? { headers: { cookie: `quadrax_refresh=${refreshToken}` } }
          : { body: { refreshToken } },
      );
      expect(out.status).toBe(204);
      expect(out.headers.get('set-cookie')).toMatch(/^quadrax_refresh=;.*Max-Age=0/);
      expect((await person.send(me)).status).toBe(401);
      expect((await server.anonymous.send(refresh, { body: { refreshToken } })).status).toBe(401);
    },
  );
});

describe('an access token', () => {
  it('carries account and session, and neither role nor tenant nor name', () => {
    expect(Object.keys(claimsOf(ada.token)).toSorted()).toEqual(['aud', 'exp', 'iat', 'iss', 'sid', 'sub']);
  });

  it('is taken when it is ours, and this suite can sign one', async () => {
    expect((await ask(sign(claimsOf(ada.token)))).status).toBe(200);
  });

  it.each<[string, (claims: Claims) => string]>([
    ['not signed at all', (claims) => sign(claims, { alg: 'none' })],
    ['said to be unsigned, but signed', (claims) => sign(claims).replace(/^[^.]+/, encode({ alg: 'none' }))],
    ['of another algorithm under the same key', (claims) => sign(claims, { alg: 'HS512', hash: 'sha512' })],
    ['of another key', (claims) => sign(claims, { secret: `${testSecret}.` })],
    ['of the refresh key', (claims) => sign(claims, { secret: `${testSecret}, to refresh` })],
    ['for another audience', (claims) => sign({ ...claims, aud: 'elsewhere' })],
    ['for the audience of refresh tokens', (claims) => sign({ ...claims, aud: 'quadrax/refresh' })],
    ['of another issuer', (claims) => sign({ ...claims, iss: 'elsewhere' })],
    ['without an end', ({ exp: _exp, ...claims }) => sign(claims)],
    ['without an issuer', ({ iss: _iss, ...claims }) => sign(claims)],
    ['without an audience', ({ aud: _aud, ...claims }) => sign(claims)],
    ['without a session', ({ sid: _sid, ...claims }) => sign(claims)],
    ['with a session that is no text', (claims) => sign({ ...claims, sid: ['a'] })],
    [
      'of a session that never was',
      (claims) => sign({ ...claims, sid: '5f2f0d5e-0000-4000-8000-000000000000' }),
    ],
    [
      'with a changed body',
      () => ada.token.replace(/\.[^.]+\./, `.${encode({ ...claimsOf(ada.token), sub: 'x' })}.`),
    ],
    ['with its signature cut short', () => ada.token.slice(0, -4)],
    ['that is no token', () => 'abc'],
    ['that is a refresh token', () => ada.session?.refreshToken ?? ''],
  ])('is refused when it is %s', async (_name, forge) => {
    expect(await ask(forge(claimsOf(ada.token)))).toEqual(refused);
  });

  it('of another account’s session is refused', async () => {
    const bob = await server.register();
    const crossed = { ...claimsOf(ada.token), sub: bob.user.id };
    expect(await ask(sign(crossed))).toEqual(refused);
  });

  it('that has expired says so, so that a client knows to refresh', async () => {
    expect(await ask(expired(ada.token))).toEqual({ status: 401, code: 'TOKEN_EXPIRED' });
  });

  it('with a session id that is no id is refused, not a fault of ours', async () => {
    expect(await ask(sign({ ...claimsOf(ada.token), sid: 'session' }))).toEqual(refused);
  });

  it.each(['', 'Bearer', 'Bearer  ', 'Basic YTpi', 'Bearer a b', `bearer\t`])(
    'is missing in "Authorization: %s"',
    async (authorization) => {
      const reply = await server.anonymous.with({ authorization }).send(me);
      expect(reply.status).toBe(401);
    },
  );
});

describe('a refresh token', () => {
  const tryRefresh = async (refreshToken: string) => {
    const { status, code } = await server.anonymous.refused(refresh, { body: { refreshToken } });
    return { status, code };
  };
  const secret = `${testSecret}, to refresh`;

  it('names a session and itself, nothing else', () => {
    expect(Object.keys(claimsOf(ada.session?.refreshToken ?? '')).toSorted()).toEqual([
      'aud',
      'exp',
      'iat',
      'iss',
      'jti',
      'sid',
    ]);
  });

  it('is not an access token, nor one signed with the access key', async () => {
    expect(await tryRefresh(ada.token)).toEqual(refused);
    expect(await tryRefresh(sign(claimsOf(ada.session?.refreshToken ?? '')))).toEqual(refused);
  });

  it('is refused unsigned, expired, or for a token that never was', async () => {
    const claims = claimsOf(ada.session?.refreshToken ?? '');
    expect(await tryRefresh(sign(claims, { alg: 'none' }))).toEqual(refused);
    expect(await tryRefresh(sign({ ...claims, exp: 1 }, { secret }))).toEqual(refused);
    const other = { ...claims, jti: '5f2f0d5e-0000-4000-8000-000000000000' };
    expect(await tryRefresh(sign(other, { secret }))).toEqual(refused);
    expect(await tryRefresh(sign({ ...claims, jti: 'token' }, { secret }))).toEqual(refused);
    expect(await tryRefresh('nonsense')).toEqual(refused);
  });
});

describe('two processes on one database', () => {
  let other: TestServer;
  beforeAll(async () => {
    other = await startTestServer({ database: server.database, dataDir: server.dataDir });
  });
  afterAll(() => other.close());

  const within1s = 1000;
  const statusAtOther = (person: TestClient) => async () =>
    (await person.with({}, other.url).send(me)).status;

  it('know each other’s sessions', async () => {
    const person = await server.register();
    expect(await person.with({}, other.url).call(me)).toEqual(person.user);
  });

  it('end a session everywhere within a second', async () => {
    const person = await server.register();
    expect(await statusAtOther(person)()).toBe(200);
    await person.send(routes.identity.logout);
    await eventually('it has ended', statusAtOther(person), (status) => status === 401, within1s);
  });

  it('end the family of a stolen token everywhere within a second', async () => {
    const person = await server.register();
    expect(await statusAtOther(person)()).toBe(200);
    const body = { refreshToken: person.session?.refreshToken };
    await server.anonymous.call(refresh, { body });
    await server.anonymous.refused(refresh, { body, headers: { 'user-agent': 'thief' } });
    await eventually('it has ended', statusAtOther(person), (status) => status === 401, within1s);
  });

  it('see a changed role, a removed member and a disabled account within a second', async () => {
    const person = await server.register();
    const there = person.with({}, other.url);
    const create = async () =>
      (await there.send(routes.models.create, { body: { name: 'm', type: 'REGRESSION' } })).status;
    expect(await create()).toBe(201);
    const { database } = server;
    await database.owner(`UPDATE auth.memberships SET role = 'VIEWER' WHERE account_id = $1`, [
      person.user.id,
    ]);
    await eventually('the role is known', create, (status) => status === 403, within1s);
    await database.owner('DELETE FROM auth.memberships WHERE account_id = $1', [person.user.id]);
    await eventually('the member is gone', statusAtOther(person), (status) => status === 403, within1s);
    await database.owner('UPDATE auth.accounts SET disabled_at = now() WHERE id = $1', [person.user.id]);
    await eventually('the account is closed', statusAtOther(person), (status) => status === 401, within1s);
  });

  it('cache nothing while they cannot hear the database', async () => {
    const person = await server.register();
    expect(await statusAtOther(person)()).toBe(200);
    const deaf = server.database.owner(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'quadrax listener'`,
      [server.database.name],
    );
    const ended = server.database.owner('UPDATE auth.sessions SET revoked_at = now() WHERE account_id = $1', [
      person.user.id,
    ]);
    await Promise.all([deaf, ended]);
    await eventually('it has ended', statusAtOther(person), (status) => status === 401, within1s);
  });
});

describe('a session that has ended', () => {
  it('tells whoever holds its token why', async () => {
    const grace = await server.register({ password: 'a long enough sentence' });
    const elsewhere = await server.anonymous.call(routes.identity.login, {
      body: { email: grace.user.email, password: 'a long enough sentence' },
    });
    await grace.call(routes.account.endOtherSessions);
    const body = { refreshToken: elsewhere.refreshToken };
    expect(await server.anonymous.refused(refresh, { body })).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      details: [{ field: 'session', message: 'It was ended on the account page.' }],
    });
  });
});
