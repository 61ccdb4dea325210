import { routes } from '@quadrax/contract';
import {
  allRoutes,
  newRegistration,
  populate,
  requestOf,
  startTestServer,
  validRequests,
} from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantDigest } from '../tenant-tables.ts';
import { exchange, openRaw } from './raw-exchange.ts';

// How long a body may trickle is in src/platform/http/body-time.test.ts.

const friend = 'https://lab.example';
let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer({ env: { CORS_ORIGINS: `https://app.example, ${friend}` } });
  ada = await server.register();
});
afterAll(() => server.close());

describe('a request that two servers could read in two ways is none', () => {
  const hidden = 'GET /api/auth/me HTTP/1.1\r\nHost: a\r\n\r\n';
  const post = (headers: string[], body: string): string =>
    ['POST /api/auth/login HTTP/1.1', 'Host: a', 'Content-Type: application/json', ...headers, '', body].join(
      '\r\n',
    );
  const chunked = 'Transfer-Encoding: chunked';

  it.each<[string, string]>([
    ['a length and chunks', post(['Content-Length: 6', chunked], `0\r\n\r\n${hidden}`)],
    ['chunks and a length', post([chunked, 'Content-Length: 4'], `1\r\n{\r\n0\r\n\r\n${hidden}`)],
    ['two lengths', post(['Content-Length: 2', 'Content-Length: 60'], `{}${hidden}`)],
    ['two equal lengths', post(['Content-Length: 2', 'Content-Length: 2'], `{}${hidden}`)],
    ['a list of lengths', post(['Content-Length: 2, 60'], `{}${hidden}`)],
    ['a length below zero', post(['Content-Length: -1'], `{}${hidden}`)],
    ['a length with a sign', post(['Content-Length: +2'], `{}${hidden}`)],
    ['a length in hexadecimal', post(['Content-Length: 0x2'], `{}${hidden}`)],
    ['a length beyond all', post(['Content-Length: 99999999999999999999'], `{}${hidden}`)],
    ['chunks twice', post([chunked, chunked], `0\r\n\r\n${hidden}`)],
    ['chunks of another kind', post(['Transfer-Encoding: xchunked'], `0\r\n\r\n${hidden}`)],
    ['chunks that are not last', post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${hidden}`)],
    ['a blank before the colon', post(['Transfer-Encoding : chunked'], `0\r\n\r\n${hidden}`)],
    ['a chunk size that is none', post([chunked], `zz\r\n{}\r\n0\r\n\r\n${hidden}`)],
    ['a chunk size below zero', post([chunked], `-2\r\n{}\r\n0\r\n\r\n${hidden}`)],
    ['a chunk size beyond all', post([chunked], `fffffffffffffffff\r\n{}\r\n0\r\n\r\n${hidden}`)],
    ['a chunk longer than it says', post([chunked], `1\r\n{}\r\n0\r\n\r\n${hidden}`)],
    [
      'a header over two lines',
      post(['X: a', ' b', 'Content-Length: 2'], `{}${hidden}`).replace('\r\n b', '\n\tb'),
    ],
    ['a zero byte in a header', post(['X: a\u0000b', 'Content-Length: 2'], `{}${hidden}`)],
    ['no host', `GET /api/auth/me HTTP/1.1\r\n\r\n${hidden}`],
  ])('%s', async (_what, text) => {
    const answer = await exchange(server.url, Buffer.from(text, 'latin1'));
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d\d\d)/g)].map(([, status = '']) => status);
    expect(statuses.length).toBeLessThanOrEqual(2);
    expect(statuses.at(-1)).toBe('400');
    // What was hidden behind it was not answered: it would have been a 401.
    expect(statuses.filter((status) => status === '401' && statuses.length > 1)).toEqual([]);
    expect((await ada.send(routes.account.me)).status).toBe(200);
  });
});

describe('clients that take their time', () => {
  it('keep nobody else waiting, however many they are', async () => {
    const head = 'POST /api/models HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
    const slow = await Promise.all(Array.from({ length: 150 }, () => openRaw(server.url)));
    for (const [i, { socket }] of slow.entries())
      socket.write(i % 2 === 0 ? `${head}X-Slow: ` : `${head}Content-Length: 1000\r\n\r\n{`);
    expect((await ada.send(routes.account.me)).status).toBe(200);
    for (const { socket } of slow) socket.write('a');
    expect(
      (await ada.call(routes.models.create, { body: { name: 'Through', type: 'REGRESSION' } })).name,
    ).toBe('Through');
    for (const { socket } of slow) socket.destroy();
    await Promise.all(slow.map(({ gone }) => gone));
  });

  it('are not waited for without end', () => {
    const { server: http } = server.app.http;
    for (const limit of [http.headersTimeout, http.timeout, http.keepAliveTimeout]) {
      expect(limit).toBeGreaterThan(0);
      expect(limit).toBeLessThanOrEqual(75_000);
    }
  });
});

describe('a page of another site', () => {
  const strangers = [
    'https://evil.example',
    'null',
    `${friend}.evil.example`,
    'https://evil-lab.example',
    'http://lab.example',
    `${friend}:8443`,
    `${friend}/`,
    'https://sub.lab.example',
    '*',
    '',
  ];
  const cookieOf = async (): Promise<string> => {
    const reply = await server.anonymous.send(routes.identity.register, { body: newRegistration() });
    return reply.headers.get('set-cookie')?.split(';')[0] ?? '';
  };

  it.each(strangers)('is let read nothing, least of all tokens by the cookie: %j', async (origin) => {
    const cookie = await cookieOf();
    const refreshed = await server.anonymous.send(routes.identity.refresh, { headers: { origin, cookie } });
    expect(refreshed.headers.get('access-control-allow-origin')).toBeNull();
    const asked = await server.anonymous.request('OPTIONS', '/api/auth/refresh', {
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    const read = await ada.with({ origin }).send(routes.account.me);
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is not sent the cookie by a browser, and is told apart by caches', async () => {
    const reply = await server.anonymous.send(routes.identity.register, {
      body: newRegistration(),
      headers: { origin: friend },
    });
    expect(reply.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
    expect(reply.headers.get('access-control-allow-origin')).toBe(friend);
    expect(reply.headers.get('vary')).toMatch(/origin/i);
  });

  it('can do nothing by the cookie: no route but the refresh takes it', async () => {
    const tenant = await populate(ada, server.database);
    const cookie = `quadrax_refresh=${ada.session?.refreshToken}`;
    const before = await tenantDigest(server.database, ada.tenantId);
    const allowed: string[] = [];
    for (const { id, route } of allRoutes.filter((one) => one.route.permission !== 'public')) {
      const { status } = await server.anonymous
        .with({ cookie })
        .send(route, requestOf(validRequests(tenant), id));
      if (status !== 401) allowed.push(`${id}: ${status}`);
    }
    expect(allowed).toEqual([]);
    expect(await tenantDigest(server.database, ada.tenantId)).toEqual(before);
  });

  it('cannot send a form in place of JSON', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=b'])
      expect(
        await server.anonymous.request('POST', '/api/auth/login', {
          headers: { 'content-type': type },
          body: '{"email":"a@example.org","password":"x"}',
        }),
      ).toMatchObject({ status: expect.toSatisfy((status: number) => status === 415 || status === 400) });
  });
});
