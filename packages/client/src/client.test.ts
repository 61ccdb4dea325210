import { describe, expect, it, vi } from 'vitest';
import { createClient, QuadraxError, signatureOf } from './index.ts';
import type { ClientOptions, Tokens } from './index.ts';

const address = 'http://quadrax.test';

type Answer = Response | ((request: Request) => Response | Promise<Response>);

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const ok = (data: unknown, meta?: unknown): Response => json(200, { success: true, data, meta });
const refusal = (status: number, code: string, error = 'No.'): Response =>
  json(status, { success: false, error, code, requestId: 'r-1' });

/** A client whose requests are answered in order, and what it asked. */
const clientOf = (answers: Answer[], options: ClientOptions = {}) => {
  const asked: Request[] = [];
  const answering = async (input: RequestInfo | URL): Promise<Response> => {
    const request = new Request(input);
    asked.push(request);
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError('fetch failed');
    return typeof answer === 'function' ? answer(request) : answer;
  };
  return { asked, client: createClient({ baseUrl: address, ...options, fetch: answering }) };
};

const tokens = (name: string, expiresIn = 1800): Tokens => ({
  token: `access-${name}`,
  refreshToken: `refresh-${name}`,
  expiresIn,
});
const bearer = (request: Request | undefined) => request?.headers.get('authorization');

describe('a call', () => {
  it('takes the parameters of its path, then query or body, and answers what the envelope holds', async () => {
    const { asked, client } = clientOf([ok({ version: 3 }), ok({ id: 'j' })]);
    expect(await client.models.version('a/b', 3)).toEqual({ version: 3 });
    await client.models.train('m', { datakitId: 'd', target: 'y' });
    expect(asked[0]?.url).toBe(`${address}/api/v1/models/a%2Fb/versions/3`);
    expect(asked[1]?.method).toBe('POST');
    expect(await asked[1]?.json()).toEqual({ datakitId: 'd', target: 'y' });
  });
  it('wraps the rows to predict, one or many', async () => {
    const { asked, client } = clientOf([ok({}), ok({})]);
    await client.models.predict('m', { age: 3 });
    await client.models.predict('m', [{ age: 3 }]);
    expect(await asked[0]?.json()).toEqual({ inputs: { age: 3 } });
    expect(await asked[1]?.json()).toEqual({ inputs: [{ age: 3 }] });
  });
  it('puts what computes off to a job where asked to, keyed as what makes something is', async () => {
    const { asked, client } = clientOf([ok({ id: 'j' }), ok({ id: 'j' })]);
    expect(await client.models.predict.later('m', [{ age: 3 }])).toEqual({ id: 'j' });
    await client.models.predict.later('m', { age: 3 }, { idempotencyKey: 'k' });
    expect(asked[0]?.headers.get('prefer')).toBe('respond-async');
    expect(asked[0]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{32}$/);
    expect(await asked[0]?.json()).toEqual({ inputs: [{ age: 3 }] });
    expect(asked[1]?.headers.get('idempotency-key')).toBe('k');
  });
  it('asks for no job where it is not put off', async () => {
    const { asked, client } = clientOf([ok({})]);
    await client.models.predict('m', { age: 3 });
    expect(asked[0]?.headers.has('prefer')).toBe(false);
    expect(asked[0]?.headers.has('idempotency-key')).toBe(false);
    expect(client.models.get).not.toHaveProperty('later');
  });
  it('answers undefined where there is nothing to say', async () => {
    const { client } = clientOf([new Response(null, { status: 204 })]);
    expect(await client.datakits.remove('d')).toBeUndefined();
  });
  it('keeps the total beside a preview', async () => {
    const { client } = clientOf([ok({ columns: [], rows: [[1]] }, { total: 9 })]);
    expect(await client.datakits.preview('d', { limit: 1 })).toEqual({ columns: [], rows: [[1]], total: 9 });
  });
  it('names the tenant and guards an update where told to', async () => {
    const { asked, client } = clientOf([ok({})], { tenant: 'acme' });
    await client.models.update('m', { name: 'n' }, { ifMatch: '"tag"' });
    expect(asked[0]?.headers.get('x-tenant-id')).toBe('acme');
    expect(asked[0]?.headers.get('if-match')).toBe('"tag"');
  });
  it('names the tenant that is chosen at the moment of the call', async () => {
    let chosen: string | undefined;
    const { asked, client } = clientOf([ok({}), ok({}), ok({})], { tenant: () => chosen });
    for (chosen of ['acme', 'initech', undefined]) await client.models.get('m');
    expect(asked.map(({ headers }) => headers.get('x-tenant-id'))).toEqual(['acme', 'initech', null]);
  });
  it('gives every creation a key of its own, or the given one', async () => {
    const { asked, client } = clientOf([ok({}), ok({}), ok({})]);
    const model = { name: 'n', type: 'REGRESSION' } as const;
    await client.models.create(model);
    await client.models.create(model);
    await client.models.create(model, { idempotencyKey: 'mine' });
    const keys = asked.map((request) => request.headers.get('idempotency-key'));
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[0]).not.toBe(keys[1]);
    expect(keys[2]).toBe('mine');
  });
});

describe('a list', () => {
  it('is one page when awaited', async () => {
    const { asked, client } = clientOf([ok([1, 2], { nextCursor: 'c', total: 3 })]);
    expect(await client.jobs.list({ limit: 2 })).toEqual({ items: [1, 2], nextCursor: 'c', total: 3 });
    expect(asked).toHaveLength(1);
  });
  it('walks all pages when iterated, with the same filter', async () => {
    const { asked, client } = clientOf([ok(['a', 'b'], { nextCursor: 'c 1' }), ok(['c'])]);
    const seen: unknown[] = [];
    for await (const job of client.jobs.list({ kind: 'model.train' })) seen.push(job);
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(new URL(asked[1]?.url ?? '').search).toBe('?kind=model.train&cursor=c%201');
  });
});

describe('a failure', () => {
  const failureOf = async (answer: Answer[]): Promise<unknown> =>
    clientOf(answer)
      .client.jobs.get('j')
      .catch((error: unknown) => error);

  it('carries what the server said', async () => {
    const details = [{ field: 'id', message: 'Wrong.' }];
    const body = { success: false, error: 'Bad.', code: 'VALIDATION_FAILED', details, requestId: 'r-9' };
    const error = await failureOf([json(400, body, { 'retry-after': '7' })]);
    expect(error).toBeInstanceOf(QuadraxError);
    expect(error).toMatchObject({
      status: 400,
      code: 'VALIDATION_FAILED',
      message: 'Bad.',
      details,
      requestId: 'r-9',
      retryAfterSeconds: 7,
    });
  });
  it('says that nobody answered, and where', async () => {
    expect(await failureOf([])).toMatchObject({
      status: 0,
      code: 'UNREACHABLE',
      message: expect.stringContaining(address),
    });
  });
  it('of something that is not Quadrax is told apart', async () => {
    expect(await failureOf([new Response('<html>', { status: 404 })])).toMatchObject({
      code: 'UNEXPECTED_REPLY',
    });
    expect(await failureOf([new Response('<html>', { status: 200 })])).toMatchObject({
      code: 'UNEXPECTED_REPLY',
    });
    expect(await failureOf([json(200, { hello: 'there' })])).toMatchObject({ code: 'UNEXPECTED_REPLY' });
    expect(await failureOf([new Response('', { status: 502 })])).toMatchObject({ code: 'UNAVAILABLE' });
  });
  it('is not what stopping a call is', async () => {
    const stopped = new AbortController();
    stopped.abort();
    const { client } = clientOf([(request) => Promise.reject(request.signal.reason as Error)]);
    await expect(client.jobs.get('j', { signal: stopped.signal })).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
  });
});

describe('a session', () => {
  const expired = (): Response => refusal(401, 'TOKEN_EXPIRED');

  it('starts with a sign-in, tells its tokens, and ends with a sign-out', async () => {
    const onTokens = vi.fn<(tokens: Tokens | undefined) => void>();
    const answers = [ok({ user: {}, ...tokens('1') }), ok({}), new Response(null, { status: 204 }), ok([])];
    const { asked, client } = clientOf(answers, { onTokens });
    await client.auth.login({ email: 'a@b.c', password: 'secret' });
    await client.account.me();
    await client.auth.logout();
    await client.datakits.samples();
    expect(asked.map(bearer)).toEqual([null, 'Bearer access-1', 'Bearer access-1', null]);
    expect(onTokens.mock.calls).toEqual([[tokens('1')], [undefined]]);
  });
  it('takes a token, or asks for one at each call', async () => {
    const fixed = clientOf([ok({})], { token: 'mine' });
    await fixed.client.account.me();
    expect(bearer(fixed.asked[0])).toBe('Bearer mine');
    const given = ['first', 'second'];
    const changing = clientOf([ok({}), ok({})], { token: async () => given.shift() });
    await changing.client.account.me();
    await changing.client.account.me();
    expect(changing.asked.map(bearer)).toEqual(['Bearer first', 'Bearer second']);
  });
  it('can go on from a refresh token that was kept', async () => {
    const { asked, client } = clientOf([ok(tokens('2')), ok({})], { refreshToken: 'kept' });
    await client.account.me();
    expect(await asked[0]?.json()).toEqual({ refreshToken: 'kept' });
    expect(bearer(asked[1])).toBe('Bearer access-2');
  });
  it('renews a token before it ends', async () => {
    const answers = [ok({ user: {}, ...tokens('1', 10) }), ok(tokens('2')), ok({})];
    const { asked, client } = clientOf(answers);
    await client.auth.login({ email: 'a@b.c', password: 'secret' });
    await client.account.me();
    expect(await asked[1]?.json()).toEqual({ refreshToken: 'refresh-1' });
    expect(bearer(asked[2])).toBe('Bearer access-2');
  });
  it('renews a refused token once for all calls under way, and sends each again with its body', async () => {
    const server = (request: Request): Response => {
      if (request.url.endsWith('/auth/login')) return ok({ user: {}, ...tokens('1') });
      if (request.url.endsWith('/auth/refresh')) return ok(tokens('2'));
      return bearer(request) === 'Bearer access-2' ? ok({}) : expired();
    };
    const { asked, client } = clientOf(Array.from({ length: 6 }, () => server));
    await client.auth.login({ email: 'a@b.c', password: 'secret' });
    await Promise.all([client.models.predict('m', { a: 1 }), client.models.predict('m', { a: 2 })]);
    expect(asked.filter(({ url }) => url.endsWith('/auth/refresh'))).toHaveLength(1);
    const bodies = await Promise.all(asked.slice(-2).map((request) => request.json()));
    expect(bodies).toEqual(expect.arrayContaining([{ inputs: { a: 1 } }, { inputs: { a: 2 } }]));
  });
  it('that the server ended is over: the refusal is told, and kept tokens go', async () => {
    const onTokens = vi.fn<(tokens: Tokens | undefined) => void>();
    const { client } = clientOf([refusal(401, 'TOKEN_REUSED')], { refreshToken: 'old', onTokens });
    await expect(client.account.me()).rejects.toMatchObject({ code: 'TOKEN_REUSED', status: 401 });
    expect(onTokens).toHaveBeenCalledWith(undefined);
  });
  it('does not take a wrong password for an expired token', async () => {
    const { asked, client } = clientOf([refusal(401, 'INVALID_CREDENTIALS')], { refreshToken: 'kept' });
    const login = client.auth.login({ email: 'a@b.c', password: 'wrong' });
    await expect(login).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(asked).toHaveLength(1);
  });
  it('of a page leaves the refresh token to the cookie', async () => {
    const { asked, client } = clientOf([ok(tokens('2')), ok({})], { cookies: true });
    await client.account.me();
    expect(await asked[0]?.json()).toEqual({});
    expect(asked[0]?.credentials).toBe('same-origin');
    expect(bearer(asked[1])).toBe('Bearer access-2');
  });
  it('may be kept elsewhere, which is asked for another token where one is refused', async () => {
    const told: string[] = [];
    const token = {
      current: () => Promise.resolve('old'),
      renew: (refused: string) => {
        told.push(refused);
        return Promise.resolve('new');
      },
    };
    const { asked, client } = clientOf([refusal(401, 'TOKEN_EXPIRED'), ok({ id: 'j' })], { token });
    expect(await client.jobs.get('j')).toEqual({ id: 'j' });
    expect(told).toEqual(['old']);
    expect(asked.map(bearer)).toEqual(['Bearer old', 'Bearer new']);
  });
});

describe('the signature of a call', () => {
  it('tells its method and path, so that it can be written in another way', () => {
    expect(signatureOf('models.version')).toMatchObject({
      method: 'GET',
      path: '/models/{id}/versions/{version}',
      parameters: ['id', 'version'],
    });
  });
});

describe('an upload in parts', () => {
  it('sends each part with its digest, and cancels what is given up', async () => {
    const upload = { id: 'u', status: 'OPEN', bytes: 6, offset: 0, chunkBytes: 4 };
    const { asked, client } = clientOf([
      ok(upload),
      ok({ ...upload, offset: 4 }),
      ok({ ...upload, offset: 6 }),
      ok({ ...upload, offset: 6 }),
      ok({ id: 'd' }),
      new Response(null, { status: 204 }),
    ]);
    await client.datakits.uploadInParts(new File(['a,b\n1,'], 'a.csv'));
    const parts = asked.filter(({ method }) => method === 'PATCH');
    expect(parts.map(({ headers }) => headers.get('upload-offset'))).toEqual(['0', '4']);
    expect(await Promise.all(parts.map((part) => part.text()))).toEqual(['a,b\n', '1,']);
    expect(parts.map(({ headers }) => headers.get('content-digest'))).toEqual([
      'sha-256=:W+CMloSh0l787gkxggSCQniwi7+0rvlz/+/QuddHgxM=:',
      'sha-256=:6VhrYWU2lQ+CythpcraPT5nT+zzfQBPA0aCgk5TKlrU=:',
    ]);
    const memory = { recall: () => 'u', keep: () => {}, forget: () => {} };
    await client.datakits.giveUpInParts(new File([''], 'a.csv'), { memory });
    expect([asked.at(-1)?.method, asked.at(-1)?.url]).toEqual([
      'DELETE',
      `${address}/api/v1/datakits/uploads/u`,
    ]);
  });
});

describe('an upload', () => {
  const file = new File(['x,y\n1,2\n'], 'rows.csv');

  it('sends the file under its name with what is said of it, keyed', async () => {
    const { asked, client } = clientOf([ok({ id: 'd' })], { token: 't', tenant: 'acme' });
    expect(await client.datakits.upload(file, { name: 'Rows', description: 'Few.' })).toEqual({ id: 'd' });
    const form = (await asked[0]?.formData()) ?? new FormData();
    const sent = form.get('dataset') as File;
    expect([...form.keys()]).toEqual(['name', 'description', 'dataset']);
    expect(sent.name).toBe('rows.csv');
    expect(await sent.text()).toBe('x,y\n1,2\n');
    expect(asked[0]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{32}$/);
    expect(asked[0]?.headers.get('x-tenant-id')).toBe('acme');
  });
  it('tells how much has gone out, up to the whole', async () => {
    const told: [number, number][] = [];
    let received = '';
    const reading = async (request: Request): Promise<Response> => {
      received = await ((await request.formData()).get('dataset') as File).text();
      return ok({ id: 'd' });
    };
    const { client } = clientOf([reading], { token: 't' });
    await client.datakits.upload(file, { onProgress: (sent, total) => told.push([sent, total]) });
    expect(received).toBe('x,y\n1,2\n');
    expect(told.at(-1)).toEqual([file.size, file.size]);
  });
  it('is sent again whole when its token was refused', async () => {
    const given = ['old', 'new'];
    const server = async (request: Request): Promise<Response> => {
      await request.clone().formData();
      return bearer(request) === 'Bearer new' ? ok({ id: 'd' }) : refusal(401, 'TOKEN_EXPIRED');
    };
    const { asked, client } = clientOf([server, server], { token: () => given.shift() });
    expect(await client.datakits.upload(file, { onProgress: () => {} })).toEqual({ id: 'd' });
    expect(asked).toHaveLength(2);
  });
  it('fails with what the server said', async () => {
    const { client } = clientOf([refusal(413, 'TOO_LARGE')], { token: 't' });
    await expect(client.datakits.upload(file)).rejects.toMatchObject({ code: 'TOO_LARGE', status: 413 });
  });
});
