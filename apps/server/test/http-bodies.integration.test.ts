import { request as httpRequest } from 'node:http';
import { errorReplySchema, routes } from '@quadrax/contract';
import { gradesCsv, newModel, startTestServer, uploadForm } from '@quadrax/testkit';
import type { RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;
let ada: TestClient;

beforeAll(async () => {
  server = await startTestServer({ env: { MAX_FILE_SIZE: '64KB' } });
  ada = await server.register();
});
afterAll(() => server.close());

const json = { 'content-type': 'application/json' };
const createModel = (body: string, headers: Record<string, string> = json): Promise<RawReply> =>
  ada.request('POST', '/api/models', { headers, body });

/** The error of a reply, which must have the shape of every error. */
const errorOf = (reply: RawReply) => ({
  status: reply.status,
  ...errorReplySchema.strict().parse(reply.body),
});

describe('an answer', () => {
  it('is an envelope: data for one thing, data and a cursor for many', async () => {
    const created = await ada.send(routes.models.create, { body: { name: 'One', type: 'REGRESSION' } });
    expect(created.body).toEqual({ success: true, data: expect.objectContaining({ name: 'One' }) });
    await newModel(ada);
    const listed = await ada.send(routes.models.list, { query: { limit: 1 } });
    expect(listed.body).toEqual({
      success: true,
      data: [expect.objectContaining({ status: 'DRAFT' })],
      meta: { nextCursor: expect.any(String), total: 2 },
    });
    expect(listed.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('has a request id of its own, that a client cannot choose', async () => {
    const replies = await Promise.all(
      [1, 2].map(() => ada.with({ 'x-request-id': 'mine' }).send(routes.account.me)),
    );
    const ids = replies.map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(2);
    expect(ids).not.toContain('mine');
  });

  it('that is an error says what, where and which request, and no more', async () => {
    const reply = await createModel(JSON.stringify({ name: '', type: 'MAGIC' }));
    const error = errorOf(reply);
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', error: '2 fields are not valid.' });
    expect(error.details?.map(({ field }) => field)).toEqual(['name', 'type']);
    expect(error.requestId).toBe(reply.headers.get('x-request-id'));
  });
});

describe('an address', () => {
  it.each([
    '/api/nothing',
    '/api/v1/nothing',
    '/api',
    '/api/',
    '/api/v1',
    '/api/v1/',
    '/api/v2/models',
    '/apix',
    '/api/v1/models/x/y/z/w',
    '/nothing',
    '/%2e%2e/etc/passwd',
    '/api/v1/models/%',
    '/api/v1/models%00',
    '/openapi.jsonx',
    '//',
    '/api//v1/models',
  ])('that leads nowhere is a 404 in our words: %s', async (path) => {
    const error = errorOf(await ada.request('GET', path));
    expect(error).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('is the same below /api and /api/v1, with or without a slash at the end', async () => {
    for (const path of ['/api/models', '/api/v1/models', '/api/models/', '/api/v1/models/?limit=1'])
      expect((await ada.request('GET', path)).status, path).toBe(200);
  });

  it('with an id that is no id is a 400 that names it', async () => {
    const error = errorOf(await ada.request('GET', '/api/models/17'));
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', details: [{ field: 'id' }] });
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'limit=1.5', 'limit=', 'status=GOOD'])(
    'with a wrong query is a 400: %s',
    async (query) => {
      expect(errorOf(await ada.request('GET', `/api/models?${query}`))).toMatchObject({ status: 400 });
    },
  );

  it('refuses a text that no database can hold as the caller’s mistake', async () => {
    const error = errorOf(await ada.request('GET', '/api/models?name=%00'));
    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
  });

  it('that is found does not answer to another method', async () => {
    const reply = await ada.request('PUT', '/api/models');
    expect(errorOf(reply)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
    expect(reply.headers.get('allow')).toBe('GET, HEAD, POST');
    const patched = await ada.request('PATCH', `/api/v1/jobs/${crypto.randomUUID()}`);
    expect(patched.headers.get('allow')).toBe('GET, HEAD');
  });

  it('answers HEAD as GET, without a body', async () => {
    await newModel(ada);
    const [get, head] = [await ada.request('GET', '/api/models'), await ada.request('HEAD', '/api/models')];
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
    expect((await server.anonymous.request('HEAD', '/api/models')).status).toBe(401);
  });

  it('refuses a method that nobody knows', async () => {
    const status = await new Promise((resolve) => {
      httpRequest(`${server.url}/api/models`, { method: 'SEARCH' }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      }).end();
    });
    expect([404, 405]).toContain(status);
  });
});

describe('a JSON body', () => {
  it.each(['{"name":', '{"name": "a",}', "{'name': 1}", '[', '\u0000', 'undefined', '{"a":1}}', '{"a":NaN}'])(
    'that is none is a 400: %j',
    async (body) => {
      expect(errorOf(await createModel(body))).toMatchObject({ status: 400, code: 'MALFORMED_BODY' });
    },
  );

  it.each(['null', '[]', '"text"', '17', ''])(
    'of another kind than the route takes is a 400: %j',
    async (body) => {
      expect(errorOf(await createModel(body))).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    },
  );

  it('100,000 levels deep is refused at once', async () => {
    const started = performance.now();
    for (const deep of ['['.repeat(100_000), '{"a":'.repeat(100_000), `${'['.repeat(1e5)}${']'.repeat(1e5)}`])
      expect(errorOf(await createModel(deep))).toMatchObject({ status: 400, code: 'MALFORMED_BODY' });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('may hold brackets in its texts as deep as it likes', async () => {
    const description = '[{"'.repeat(2000);
    expect((await newModel(ada, { description })).description).toBe(description);
  });

  it.each([
    '{"__proto__": {"admin": true}, "name": "a", "type": "REGRESSION"}',
    '{"constructor": {"prototype": {"admin": true}}, "name": "a", "type": "REGRESSION"}',
    '{"\\u005f_proto__": {"admin": true}, "name": "a", "type": "REGRESSION"}',
  ])('that reaches for prototypes is refused: %s', async (body) => {
    expect(errorOf(await createModel(body))).toMatchObject({ status: 400, code: 'MALFORMED_BODY' });
    expect('admin' in {}).toBe(false);
  });

  it('larger than 10 MiB is refused', async () => {
    const large = JSON.stringify({ name: 'a', type: 'REGRESSION', description: 'x'.repeat(10 * 1024 ** 2) });
    expect(errorOf(await createModel(large))).toMatchObject({ status: 413, code: 'TOO_LARGE' });
  });

  it.each([
    'text/plain',
    'text/plain; charset=utf-8',
    'application/xml',
    'application/x-www-form-urlencoded',
    'nonsense',
  ])('must say that it is JSON: %s is a 415', async (type) => {
    const reply = await createModel('{"name": "a", "type": "REGRESSION"}', { 'content-type': type });
    expect(errorOf(reply)).toMatchObject({ status: 415, code: 'UNSUPPORTED_TYPE' });
  });

  it('may name its encoding', async () => {
    const reply = await createModel('{"name": "a", "type": "REGRESSION"}', {
      'content-type': 'application/json; charset=UTF-8',
    });
    expect(reply.status).toBe(201);
  });

  it('keeps every letter of a text', async () => {
    const name = 'Größe – 猫 👩‍🔬 \u202Eبيت';
    const { id } = await newModel(ada, { name });
    expect((await ada.call(routes.models.get, { params: { id } })).name).toBe(name);
  });
});

describe('an upload', () => {
  const send = (form: FormData) => ada.send(routes.datakits.upload, { form });
  const kept = async (): Promise<number> => (await ada.page(routes.datakits.list)).items.length;

  it('over the limit is a 413 that keeps nothing', async () => {
    const before = await kept();
    const reply = await send(uploadForm(`a,b\n${'1,2\n'.repeat(20_000)}`, 'large.csv'));
    expect(errorOf(reply)).toMatchObject({ status: 413, code: 'TOO_LARGE' });
    expect(await kept()).toBe(before);
  });

  it('without a file, with an empty one, or in another field says what to do', async () => {
    const elsewhere = new FormData();
    elsewhere.append('file', new Blob([gradesCsv()]), 'grades.csv');
    const nameOnly = new FormData();
    nameOnly.append('name', 'Nothing');
    expect(errorOf(await send(nameOnly))).toMatchObject({ status: 400, code: 'NO_FILE' });
    expect(errorOf(await send(elsewhere))).toMatchObject({ status: 400, code: 'NO_FILE' });
    expect(errorOf(await send(uploadForm('', 'empty.csv')))).toMatchObject({
      status: 400,
      code: 'EMPTY_FILE',
    });
    const reply = await ada.request('POST', '/api/datakits/upload', { headers: json, body: '{}' });
    expect(errorOf(reply)).toMatchObject({ status: 400, code: 'NO_FILE' });
  });

  it('with a name that is none is refused whole', async () => {
    const before = await kept();
    const reply = await send(uploadForm(gradesCsv(), 'grades.csv', { name: 'two\nlines' }));
    expect(errorOf(reply)).toMatchObject({ status: 400, details: [{ field: 'name' }] });
    expect(await kept()).toBe(before);
  });

  it('that breaks off leaves nothing, and the server goes on', async () => {
    const before = await kept();
    const url = new URL('/api/datakits/upload', server.url);
    await new Promise<void>((resolve) => {
      const upload = httpRequest(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${ada.token}`,
          'content-type': 'multipart/form-data; boundary=b',
          'content-length': '5000',
        },
      });
      upload.on('error', () => resolve());
      upload.write(
        '--b\r\nContent-Disposition: form-data; name="dataset"; filename="a.csv"\r\n\r\na,b\n1,2\n',
        () => upload.destroy(),
      );
      upload.on('close', () => resolve());
    });
    expect((await ada.send(routes.account.me)).status).toBe(200);
    expect(await kept()).toBe(before);
  });
});
