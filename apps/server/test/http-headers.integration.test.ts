import { connect } from 'node:net';
import { once } from 'node:events';
import { routes } from '@quadrax/contract';
import { newModel, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
});
afterAll(() => server.close());

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
    const called = await ada.with({ origin: 'https://elsewhere.example' }).send(routes.identity.me);
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
  it.each(['/api/auth/me', '/health', '/nothing', '/docs/', '/metrics'])(
    'tells browsers to be careful: %s',
    async (path) => {
      const { headers } = await ada.request('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'self'/);
      expect(headers.get('content-security-policy')).toMatch(/object-src 'none'/);
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );

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
  ])('is refused, and the server goes on: %s', async (_name, text) => {
    expect(await exchange(text)).toMatch(/^HTTP\/1.1 4\d\d/);
    expect((await ada.send(routes.identity.me)).status).toBe(200);
  });

  it.each(['//', 'http://[', '/ws?ticket=%', '/nowhere'])(
    'nor an upgrade that leads nowhere harms it: %s',
    async (path) => {
      const upgrade = `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
      expect(await exchange(upgrade)).toMatch(/^HTTP\/1.1 4\d\d/);
      expect((await ada.send(routes.identity.me)).status).toBe(200);
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
    expect((await ada.send(routes.identity.me)).status).toBe(200);
  });
});
