import { readdir } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { errorReplySchema, routes } from '@quadrax/contract';
import { gradesCsv, newModel, readyDatakit, startTestServer, uploadForm } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from './raw-exchange.ts';

// Deep JSON and `__proto__` in JSON bodies are in ../http-bodies.integration.test.ts, forged cursors in
// ../http-paging.integration.test.ts.

let server: TestServer;
let ada: TestClient;
let datakitId: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await server.register();
  ({ id: datakitId } = await readyDatakit(ada));
});
afterAll(() => server.close());

describe('a path in a name leads nowhere', () => {
  const names = [
    '../../../../evil.csv',
    String.raw`..\..\..\evil.csv`,
    '/etc/cron.d/evil.csv',
    String.raw`C:\Windows\evil.csv`,
    '..%2f..%2fevil.csv',
    'evil.csv/../../x.csv',
    '..',
    '....//....//evil.csv',
    'evil\u0001.csv',
    `${'e'.repeat(400)}vil.csv`,
    'CON.csv',
    'evil.csv"; filename="other.csv',
    'evil\r\nX-Injected: 1.csv',
  ];

  it.each(names)('of an upload: %j', async (name) => {
    const reply = await ada.send(routes.datakits.upload, { form: uploadForm(gradesCsv(), name) });
    expect([202, 400, 415]).toContain(reply.status);
    const files = await readdir(server.dataDir, { recursive: true });
    expect(files.filter((file) => /vil|x\.csv|passwd|CON/.test(file))).toEqual([]);
    if (reply.status !== 202) return;
    const { id, fileName } = (reply.body as { data: { id: string; fileName: string } }).data;
    expect(fileName).not.toMatch(/[\\/]/);
    expect(fileName.length).toBeLessThanOrEqual(255);
    const { headers } = await ada.send(routes.datakits.download, { params: { id } });
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''[\w.%!~*'()-]*$/);
    expect(headers.get('x-injected')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-type')).not.toContain('html');
  });

  it.each([
    '/../../../../../../etc/passwd',
    '/assets/../../package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/..%5c..%5cpackage.json',
    '/assets/....//....//package.json',
    '/docs/static/../../../package.json',
    '/docs/static/..%2f..%2fpackage.json',
    '/docs/static/%252e%252e%252fpackage.json',
    '/api/v1/../../package.json',
    '//etc/passwd',
    '/file:///etc/passwd',
    '/index.html%00.js',
    '/.env',
    '/.git/config',
    '/package.json',
    '/data/secrets.json',
  ])('of a page: %s', async (path) => {
    for (const accept of ['*/*', 'text/html']) {
      const answer = await exchange(
        server.url,
        `GET ${path} HTTP/1.1\r\nHost: a\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 (200|4\d\d)/);
      // What a browser gets anywhere is the web app's own page.
      if (answer.startsWith('HTTP/1.1 200')) expect(answer).toMatch(/<!doctype html>/i);
      expect(answer).not.toMatch(/root:.*:0:0:|"dependencies"|\[core\]|JWT_SECRET/);
    }
  });

  it.each(['..%2f..%2fpackage', '%2e%2e', 'iris%00', 'iris.csv', '__proto__', 'constructor'])(
    'of a sample: %s',
    async (sample) => {
      const reply = await ada.request('POST', `/api/datakits/samples/${sample}`);
      expect([400, 404, 405]).toContain(reply.status);
      expect(errorReplySchema.safeParse(reply.body).success).toBe(true);
    },
  );
});

describe('a name that reaches for prototypes changes none', () => {
  const expectNothingPolluted = (): void => {
    const plain: Record<string, unknown> = {};
    expect(['polluted', 'role', 'operator'].filter((name) => plain[name] !== undefined)).toEqual([]);
  };

  it.each([
    '__proto__[polluted]=1',
    '__proto__.polluted=1',
    'constructor[prototype][polluted]=1',
    'constructor.prototype.polluted=1',
    '__proto__=polluted&__proto__=role',
    'limit[__proto__][polluted]=1',
  ])('in a query: %s', async (query) => {
    const reply = await ada.request('GET', `/api/models?${query}`);
    expect(reply.status).toBe(200);
    expectNothingPolluted();
  });

  it.each(['__proto__', 'constructor', 'prototype', '__proto__[polluted]', 'hasOwnProperty', 'toString'])(
    'in a form: %s',
    async (field) => {
      const form = new FormData();
      form.append(field, '{"polluted": true}');
      form.append('dataset', new Blob([gradesCsv()]), 'grades.csv');
      const { status } = await ada.send(routes.datakits.upload, { form });
      expect([202, 400]).toContain(status);
      expectNothingPolluted();
    },
  );

  it.each([
    '{"inputs": {"__proto__": {"polluted": true}}}',
    '{"inputs": [{"constructor": {"prototype": {"polluted": true}}}]}',
    String.raw`{"inputs": {"\u005f\u005fproto__": {"polluted": true}}}`,
  ])('in a body, at any depth: %s', async (body) => {
    const reply = await ada.request('POST', `/api/models/${crypto.randomUUID()}/predict`, {
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(reply.body).toMatchObject({ code: 'MALFORMED_BODY' });
    expectNothingPolluted();
  });

  it.each(['__proto__', 'constructor', 'toString'])('in a filter or a sort: %s', async (column) => {
    const filter = JSON.stringify([{ column, operator: '=', value: 1 }]);
    for (const query of [{ filter }, { sort: column }, { sort: `-${column}` }])
      expect(await ada.refused(routes.datakits.preview, { params: { id: datakitId }, query })).toMatchObject({
        status: 400,
        code: 'UNKNOWN_FIELD',
      });
    const proto = '[{"__proto__": {"operator": "="}, "column": "city", "operator": "=", "value": "Bern"}]';
    const { status } = await ada.send(routes.datakits.preview, {
      params: { id: datakitId },
      query: { filter: proto },
    });
    expect([200, 400]).toContain(status);
    expectNothingPolluted();
  });
});

describe('a pattern is a text like any other', () => {
  const bombs = ['(a+)+$', '^(([a-z])+.)+[A-Z]([a-z])+$', '.*'.repeat(40), '%_'.repeat(40), '\\'.repeat(51)];

  it.each(bombs)('in a search for members, models or entries: %s', async (search) => {
    const victim = await server.register({ firstName: 'a'.repeat(100), lastName: '!' });
    await newModel(victim, { name: `${'a'.repeat(200)}!` });
    expect((await victim.page(routes.users.list, { query: { search } })).items).toEqual([]);
    expect((await victim.page(routes.models.list, { query: { name: search } })).items).toEqual([]);
    const found = await victim.send(routes.audit.list, { query: { search } });
    expect(found.status).toBe(200);
  });

  it.each(bombs)('in a filter: %s', async (value) => {
    const filter = JSON.stringify([{ column: 'city', operator: 'contains', value }]);
    const { rows } = await ada.call(routes.datakits.preview, {
      params: { id: datakitId },
      query: { filter },
    });
    expect(rows).toEqual([]);
  });

  it.each([
    "' OR 1=1 --",
    "Bern'); DROP TABLE t; --",
    "x' UNION SELECT content FROM read_text('/etc/passwd') --",
  ])('and no statement: %s', async (value) => {
    for (const operator of ['=', 'contains', '>']) {
      const filter = JSON.stringify([{ column: 'city', operator, value }]);
      const reply = await ada.send(routes.datakits.preview, { params: { id: datakitId }, query: { filter } });
      expect(reply.status).toBe(200);
      expect(reply.text).not.toContain('root:');
    }
    const sort = `city" DESC; ${value}`;
    expect(
      await ada.refused(routes.datakits.preview, { params: { id: datakitId }, query: { sort } }),
    ).toMatchObject({ code: 'UNKNOWN_FIELD' });
  });

  it.each([`${'a'.repeat(240)}@`, `${'a.'.repeat(120)}@x`, `a@${'a-'.repeat(120)}`, '@'.repeat(250)])(
    'nor does an address that is almost one take long: %s',
    async (email) => {
      expect(
        await server.anonymous.refused(routes.identity.forgotPassword, { body: { email } }),
      ).toMatchObject({
        status: 400,
      });
    },
  );
});

describe('a body that unpacks to more than is taken', () => {
  const bomb = Buffer.from(JSON.stringify({ name: 'x'.repeat(30 * 1024 ** 2), type: 'REGRESSION' }));

  it.each([
    ['gzip', gzipSync(bomb)],
    ['br', brotliCompressSync(bomb)],
  ])('is refused: %s', async (encoding, body) => {
    expect(body.length).toBeLessThan(100_000);
    for (const path of ['/api/models', '/api/auth/login']) {
      const reply = await ada.request('POST', path, {
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
        body: new Uint8Array(body),
      });
      expect([413, 415]).toContain(reply.status);
    }
  });
});

describe('what people write comes back as it is, and only as data', () => {
  const script = '<script>alert(1)</script><img src=x onerror=alert(1)>';

  it('in a name', async () => {
    const reply = await ada.send(routes.models.create, { body: { name: script, type: 'REGRESSION' } });
    expect(reply.body).toMatchObject({ data: { name: script } });
    const { id } = (reply.body as { data: { id: string } }).data;
    const read = await ada.request('GET', `/api/models/${id}`, { headers: { accept: 'text/html' } });
    expect(read.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(read.headers.get('x-content-type-options')).toBe('nosniff');
    expect(read.body).toMatchObject({ data: { name: script } });
  });

  it('in an error that repeats what was asked for', async () => {
    for (const path of [
      `/api/${encodeURIComponent(script)}`,
      `/api/models?limit=${encodeURIComponent(script)}`,
    ]) {
      const { headers, status } = await ada.request('GET', path, { headers: { accept: 'text/html' } });
      expect([400, 404]).toContain(status);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('and no line end in it becomes a header', async () => {
    for (const path of [
      '/%0d%0aX-Injected:%201',
      '/api/%0d%0aX-Injected:%201',
      '/docs%0d%0aX-Injected:%201',
      '/api/auth/openid?returnTo=/%0d%0aX-Injected:%201',
      '/api/models?cursor=%0d%0aX-Injected:%201',
    ])
      expect((await ada.request('GET', path)).headers.get('x-injected')).toBeNull();
  });
});

describe('the way back from a sign-in elsewhere', () => {
  const begin = (returnTo: string) =>
    server.anonymous.refused(routes.identity.openIdConnect, { query: { returnTo } });

  it.each([
    '//evil.example',
    '///evil.example',
    String.raw`/\evil.example`,
    String.raw`/x\..\\evil.example`,
    'https://evil.example',
    'javascript:alert(1)',
    'evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/\u0000/evil.example',
    '/\u2028/evil.example',
    '',
  ])('leads to no other site: %j', async (returnTo) => {
    // Else a provider that is not configured would be the answer.
    expect(await begin(returnTo)).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
  });

  it.each(['/', '/models?sort=-name#top', '/datakits/%C3%A4', '/a//b'])(
    'leads into the app: %s',
    async (path) => {
      expect(await begin(path)).toMatchObject({ status: 503, code: 'NOT_CONFIGURED' });
    },
  );
});
