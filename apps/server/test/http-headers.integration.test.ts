import { connect } from 'node:net';
import { once } from 'node:events';
import { errorReplySchema, routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { newModel, newRegistration, readyDatakit, signIn, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
});
afterAll(() => server.close());

/** The directives of the content policy in the headers of a reply. */
const directivesOf = (headers: Headers): Map<string, string> =>
  new Map(
    (headers.get('content-security-policy') ?? '').split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(' ');
      return [name, sources.join(' ')];
    }),
  );

describe('ETag', () => {
  const { get, update } = routes.models;

  it('answers 304 without a body while the resource is unchanged', async () => {
    const { id } = await newModel(ada);
    const ask = (tag?: string) =>
      ada.send(get, { params: { id }, ...(tag !== undefined && { headers: { 'if-none-match': tag } }) });
    const tag = (await ask()).headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]+"$/);
    for (const given of [tag, `W/${tag}`, `"other", ${tag}`, '*'])
      expect(await ask(given), given).toMatchObject({ status: 304, text: '' });
    expect((await ask('"other"')).status).toBe(200);
    await ada.call(update, { params: { id }, body: { name: 'Changed' } });
    const after = await ask(tag);
    expect(after.status).toBe(200);
    expect(after.headers.get('etag')).not.toBe(tag);
    expect(after.headers.get('cache-control')).toBe('private, no-cache');
  });

  it('guards an update: of two who read the same state, one wins', async () => {
    const { id } = await newModel(ada);
    const tag = (await ada.send(get, { params: { id } })).headers.get('etag') ?? '';
    const rename = (name: string, ifMatch: string) =>
      ada.send(update, { params: { id }, body: { name }, headers: { 'if-match': ifMatch } });
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map((name) => rename(name, tag)));
    expect(replies.map(({ status }) => String(status)).toSorted()).toEqual(['200', '412', '412', '412']);
    const lost = replies.find(({ status }) => status === 412);
    expect(lost?.body).toMatchObject({ success: false, code: 'PRECONDITION_FAILED' });
    expect((await rename('e', '"nonsense"')).status).toBe(412);
    expect((await rename('e', '*')).status).toBe(200);
  });

  it('guards an update by any of a list, weak ones never', async () => {
    const { id } = await newModel(ada);
    const tag = async () => (await ada.send(get, { params: { id } })).headers.get('etag') ?? '';
    const old = await tag();
    const rename = async (ifMatch: string) =>
      (await ada.send(update, { params: { id }, body: { name: 'x' }, headers: { 'if-match': ifMatch } }))
        .status;
    expect(await rename(`"u1", ${old},"nonsense"`)).toBe(200);
    expect(await rename(`"u1", ${old}`)).toBe(412);
    expect(await rename(`W/${await tag()}`)).toBe(412);
    expect(await rename(`W/${old}, ${await tag()}`)).toBe(200);
  });

  it.each(['models', 'datakits'] as const)(
    'of a change to %s is that of what came of it, so that the next change can follow',
    async (module) => {
      const { id } = module === 'models' ? await newModel(ada) : await readyDatakit(ada);
      const { get: read, update: change } = routes[module];
      let tag = (await ada.send(read, { params: { id } })).headers.get('etag') ?? '';
      for (const name of ['first', 'second', 'third']) {
        const reply = await ada.send(change, {
          params: { id },
          body: { name },
          headers: { 'if-match': tag, 'if-none-match': '*' },
        });
        expect(reply).toMatchObject({ status: 200, body: { data: { name } } });
        expect(reply.headers.get('etag')).not.toBe(tag);
        tag = reply.headers.get('etag') ?? '';
      }
      expect((await ada.send(read, { params: { id } })).headers.get('etag')).toBe(tag);
    },
  );

  it('of a member guards what they may do, and being seen is no change', async () => {
    const person = newRegistration();
    const { email, firstName, lastName } = person;
    const { id } = await ada.call(routes.users.create, { body: { ...person, role: 'USER' } });
    const read = () => ada.send(routes.users.get, { params: { id } });
    const change = (role: string, ifMatch: string) =>
      ada.send(routes.users.update, { params: { id }, body: { role }, headers: { 'if-match': ifMatch } });
    const tag = (await read()).headers.get('etag') ?? '';
    const bob = await signIn(server.url, email, person.password);
    const [first, second] = await Promise.all([change('VIEWER', tag), change('ADMIN', tag)]);
    expect([first.status, second.status].toSorted((x, y) => x - y)).toEqual([200, 412]);
    const next = (await read()).headers.get('etag') ?? '';
    expect([first, second].find(({ status }) => status === 200)?.headers.get('etag')).toBe(next);
    await bob.call(routes.account.updateMe, { body: { firstName: lastName, lastName: firstName } });
    expect((await change('USER', next)).status).toBe(412);
    expect((await change('USER', '"nonsense"')).status).toBe(412);
    expect((await change('USER', '*')).status).toBe(200);
  });

  it('of one’s own account guards it', async () => {
    const bob = await server.register();
    const { me, updateMe } = routes.account;
    const change = (firstName: string, ifMatch: string) =>
      bob.send(updateMe, { body: { firstName }, headers: { 'if-match': ifMatch } });
    const tag = (await bob.send(me)).headers.get('etag') ?? '';
    const replies = await Promise.all([change('Bob', tag), change('Robert', tag)]);
    expect(replies.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, 412]);
    const next = replies.find(({ status }) => status === 200)?.headers.get('etag') ?? '';
    expect((await bob.send(me)).headers.get('etag')).toBe(next);
    await bob.call(routes.tenants.update, { params: { id: bob.tenantId }, body: { name: 'Renamed' } });
    expect((await bob.send(me)).headers.get('etag')).not.toBe(next);
  });

  it('of what differs by tenant under one address is kept apart by it', async () => {
    const replies = [
      await ada.send(routes.account.me),
      await ada.send(routes.users.get, { params: { id: ada.user.id } }),
    ];
    for (const { headers } of replies) expect(headers.get('vary')).toMatch(/authorization, x-tenant-id/i);
  });

  it('guards whatever it is sent with', () => {
    const all = Object.values(routes).flatMap((module): RouteDeclaration[] => Object.values(module));
    const read = all.filter(({ method, etag }) => method === 'GET' && etag === 'send');
    const changed = all.filter(
      ({ method, path }) => (method === 'PATCH' || method === 'PUT') && read.some((one) => one.path === path),
    );
    expect(changed.length).toBeGreaterThan(3);
    expect(changed.filter(({ etag }) => etag !== 'match')).toEqual([]);
  });

  it('of a datakit guards it likewise', async () => {
    const all = routes.datakits;
    const form = new FormData();
    form.append('dataset', new Blob(['a,b\n1,2\n']), 'small.csv');
    const { id } = await ada.call(all.upload, { form });
    const read = await ada.send(all.get, { params: { id } });
    const headers = { 'if-match': read.headers.get('etag') ?? '' };
    await ada.call(all.update, { params: { id }, body: { name: 'first' } });
    const reply = await ada.send(all.update, { params: { id }, body: { name: 'second' }, headers });
    expect(reply.status).toBe(412);
  });
});

describe('other origins', () => {
  const preflight = (at: TestServer, origin: string) =>
    at.anonymous.request('OPTIONS', '/api/models', {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-tenant-id,idempotency-key',
      },
    });

  it('may not call by default', async () => {
    const asked = await preflight(server, 'https://elsewhere.example');
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    const called = await ada.with({ origin: 'https://elsewhere.example' }).send(routes.account.me);
    expect(called.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may when they are on the list, with the headers a page needs', async () => {
    const open = await startTestServer({
      env: { CORS_ORIGINS: 'https://app.example, https://lab.example' },
    });
    try {
      const asked = await preflight(open, 'https://lab.example');
      expect(asked.status).toBe(204);
      expect(asked.headers.get('access-control-allow-origin')).toBe('https://lab.example');
      expect(asked.headers.get('access-control-allow-credentials')).toBe('true');
      expect(asked.headers.get('access-control-allow-methods')).toMatch(/POST/);
      expect(asked.headers.get('access-control-allow-headers')).toMatch(/idempotency-key/);
      const patch = await open.anonymous.request('OPTIONS', '/api/models/x', {
        headers: { origin: 'https://lab.example', 'access-control-request-method': 'PATCH' },
      });
      expect(patch.headers.get('access-control-allow-methods')).toMatch(/PATCH.*DELETE/);
      const stranger = await preflight(open, 'https://elsewhere.example');
      expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await open.close();
    }
  });
});

describe('every answer', () => {
  const refusedEarly = ['/%zz', '/api/models/%zz', `/api/models/${'x'.repeat(5000)}`];
  it.each(['/api/auth/me', '/health', '/nothing', '/docs/', '/metrics', ...refusedEarly])(
    'tells browsers to be careful: %s',
    async (path) => {
      const { headers } = await ada.request('GET', path);
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      const policy = directivesOf(headers);
      expect(policy.get('default-src')).toMatch(/^'(self|none)'$/);
      expect(policy.get('script-src')).toBe("'self'");
      expect(policy.get('style-src')).toBe("'self'");
      expect(policy.get('connect-src')).toBe("'self'");
      expect(policy.get('frame-ancestors')).toBe("'none'");
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|nonce|https?:|wss?:|\*/);
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );

  it.each(refusedEarly)('has the form of every other: %s', async (path) => {
    const { status, headers, body } = await ada.request('GET', path);
    const requestId = headers.get('x-request-id');
    expect({ status, body }).toMatchObject({
      status: 404,
      body: { success: false, code: 'NOT_FOUND', requestId },
    });
  });

  it('that came by TLS asks browsers to come back by TLS alone', async () => {
    const proxied = await startTestServer({ env: { TRUST_PROXY: 'true' } });
    try {
      const asked = async (at: TestServer, protocol: string) => {
        const { headers } = await at.anonymous.request('GET', '/healthz', {
          headers: { 'x-forwarded-proto': protocol },
        });
        return headers.get('strict-transport-security');
      };
      expect(await asked(proxied, 'https')).toBe('max-age=63072000');
      expect(await asked(proxied, 'http')).toBeNull();
      // Anyone may send the header; only a proxy of one's own is believed.
      expect(await asked(server, 'https')).toBeNull();
    } finally {
      await proxied.close();
    }
  });

  it('above 1 KiB is compressed for who can read it, below it is not', async () => {
    const asked = async (path: string, encoding: string) =>
      (await ada.request('GET', path, { headers: { 'accept-encoding': encoding } })).headers.get(
        'content-encoding',
      );
    await newModel(ada, { description: 'long '.repeat(500) });
    expect(await asked('/api/models', 'gzip')).toBe('gzip');
    expect(await asked('/api/models', 'gzip, br')).toBe('br');
    expect(await asked('/api/models', 'identity')).toBeNull();
    expect(await asked('/api/auth/me', 'gzip')).toBeNull();
  });
});

describe('the page of the web app', () => {
  const open = (path: string, headers = {}) =>
    server.anonymous.request('GET', path, { headers: { accept: 'text/html', ...headers } });
  const nonceOf = (headers: Headers) =>
    /^'self' 'nonce-([\w-]{22})'$/.exec(directivesOf(headers).get('style-src') ?? '')?.[1] ?? 'none';

  it('has a nonce of its own each time, in the page and in the policy, and nowhere a mark without one', async () => {
    const replies = await Promise.all(['/', '/', '/models/x', '/index.html'].map((path) => open(path)));
    for (const { status, text, headers } of replies) {
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(text).toContain(`<meta property="csp-nonce" nonce="${nonceOf(headers)}">`);
      expect(new Set([...text.matchAll(/nonce="([^"]*)"/g)].map(([, nonce]) => nonce))).toEqual(
        new Set([nonceOf(headers)]),
      );
      expect(text).not.toContain('CSP_NONCE');
      expect(text).not.toMatch(/<style| style=|<script>/);
    }
    expect(new Set(replies.map(({ headers }) => nonceOf(headers))).size).toBe(replies.length);
  });

  it('has an otherwise constant policy, without anything unsafe', async () => {
    const [page, other] = await Promise.all([open('/'), server.anonymous.request('GET', '/healthz')]);
    const policy = directivesOf(page.headers);
    expect([...policy.values()].join(' ')).not.toMatch(/unsafe|https?:|wss?:|\*/);
    policy.set('style-src', "'self'");
    expect(policy).toEqual(directivesOf(other.headers));
  });

  it('is kept nowhere: a kept page beside a fresh policy would lose its styles', async () => {
    const { headers } = await open('/');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('etag')).toBeNull();
    expect(headers.get('last-modified')).toBeNull();
    const again = await open('/', { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString() });
    expect(again.status).toBe(200);
  });

  it('asks for files that are kept for ever, under the constant policy', async () => {
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec((await open('/')).text) ?? [];
    const { status, headers } = await server.anonymous.request('GET', script);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toMatch(/immutable/);
    expect(directivesOf(headers).get('style-src')).toBe("'self'");
  });
});

describe('what is no HTTP', () => {
  /** Writes raw text on a connection and reads what comes back until it is closed. */
  const exchange = async (text: string): Promise<string> => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', () => {});
    socket.write(text);
    await once(socket, 'close');
    return answer;
  };

  it.each([
    ['a wrong first line', 'NONSENSE\r\n\r\n'],
    ['a header that is none', 'GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n'],
    [
      'two lengths',
      'POST /api/models HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    ['headers without end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`],
  ])('is refused in the form of every other refusal, and the server goes on: %s', async (_name, text) => {
    const [head = '', body = ''] = (await exchange(text)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 4\d\d [A-Z]/);
    expect(head).toContain('\r\nx-content-type-options: nosniff\r\n');
    const requestId = /\r\nx-request-id: (\S+)/.exec(head)?.[1];
    expect(errorReplySchema.parse(JSON.parse(body))).toMatchObject({ success: false, requestId });
    expect((await ada.send(routes.account.me)).status).toBe(200);
  });

  it.each(['//', 'http://[', '/ws?ticket=%', '/nowhere'])(
    'nor an upgrade that leads nowhere harms it: %s',
    async (path) => {
      const upgrade = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
      expect(await exchange(upgrade)).toMatch(/^HTTP\/1.1 4\d\d/);
      expect((await ada.send(routes.account.me)).status).toBe(200);
    },
  );

  it('nor an upgrade whose sender goes away at once', async () => {
    const head = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    const rest = `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${ada.token}\r\n\r\n`;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
        await once(socket, 'connect');
        socket.write(head + rest, () => socket.resetAndDestroy());
        await once(socket, 'close');
      }),
    );
    expect((await ada.send(routes.account.me)).status).toBe(200);
  });
});
