import { route } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { JobError } from '../jobs/index.ts';
import type { JobContext } from '../jobs/index.ts';
import { Answer } from './call.ts';
import type { AnyHandler, Caller } from './call.ts';
import { createLaterJobs } from './later-jobs.ts';

const sum = route({
  method: 'POST',
  path: '/sums/:id',
  summary: 'Add two numbers',
  params: z.object({ id: z.string() }),
  body: z.object({ a: z.number(), b: z.coerce.number().default(1) }),
  reply: z.object({ sum: z.number() }),
  status: 200,
  errors: [],
  permission: 'read',
  envelope: 'data',
  cursor: 'none',
  idempotency: 'natural',
  etag: 'none',
  audit: 'none',
  rate: 'compute',
  cache: 'none',
  respondAsync: {},
});

const asked = {
  accountId: crypto.randomUUID(),
  credentialId: crypto.randomUUID(),
  credential: 'session',
} as const;
const tenantId = crypto.randomUUID();
const caller: Caller = { ...asked, tenantId, role: 'USER', scopes: undefined, platformAdministrator: false };
const payload = {
  params: { id: 's' },
  query: {},
  body: { a: 1, b: 2 },
  caller: asked,
  client: { address: '::1', userAgent: 'test', requestId: 'r' },
};
const context: JobContext = {
  tenantId,
  jobId: crypto.randomUUID(),
  attempt: 1,
  signal: AbortSignal.timeout(60_000),
  progress: () => {},
  log: () => {},
  checkpoint: { kept: [], keep: () => {} },
  unlessCommitted: () => {},
};

const laterJobs = (declaration: RouteDeclaration = sum, now: Partial<Caller> = {}) =>
  createLaterJobs({ sums: { add: declaration, plain: { ...sum, respondAsync: undefined } } }, () =>
    Promise.resolve({ ...caller, ...now }),
  );

/** What the job keeps when it is done by this handler; its commit writes nothing, and so needs no transaction. */
const resultOf = async (handler: AnyHandler, jobs = laterJobs()): Promise<unknown> => {
  const definition = jobs.serve('sums.add', handler);
  if (!definition) throw new Error('The route should have been answered by a job.');
  return (await definition.run(definition.payload.parse(payload), context))(undefined as never);
};

const adding: AnyHandler = ({ body }) => {
  const { a, b } = body as { a: number; b: number };
  return Promise.resolve({ sum: a + b });
};

describe('the job of a call', () => {
  const failing =
    (options: { message: string; retryAfter?: number }): AnyHandler =>
    () =>
      Promise.reject(new AppError('UNAVAILABLE', options));

  it('ends where what it needs is not there, and does not wait for it for ever', async () => {
    const message = 'Imported models need onnxruntime-node. Install it.';
    await expect(resultOf(failing({ message }))).rejects.toMatchObject({ name: 'JobError', message });
    await expect(resultOf(failing({ message, retryAfter: 5 }))).rejects.toBeInstanceOf(JobError);
  });

  it('is tried again where the database is away for a moment', async () => {
    const away = failing({ message: 'The database cannot be reached.', retryAfter: 2 });
    await expect(resultOf(away)).rejects.toMatchObject({ name: 'AppError', code: 'UNAVAILABLE' });
  });

  it('is there for the routes that declare it, named as they are', () => {
    const { definitions, serve } = laterJobs();
    expect(definitions.map(({ kind }) => kind)).toEqual(['sums.add']);
    expect(serve('sums.plain', adding)).toBeUndefined();
  });

  it('keeps what the handler answers, with and without something beside its data', async () => {
    expect(await resultOf(adding)).toEqual({ sum: 3 });
    expect(await resultOf(() => Promise.resolve(new Answer({ sum: 4 })))).toEqual({ sum: 4 });
  });

  it('gives the handler the call as it was, the caller as they are now, and the job’s own signal', async () => {
    let given: unknown;
    await resultOf(
      (call) => {
        given = call;
        return adding(call);
      },
      laterJobs(sum, { role: 'ADMIN' }),
    );
    expect(given).toEqual({
      params: { id: 's' },
      query: {},
      body: { a: 1, b: 2 },
      caller: { ...caller, role: 'ADMIN' },
      client: { ...payload.client, cookies: {}, signal: context.signal },
    });
  });

  it('reads a kept call by the schemas of its route', () => {
    const [definition] = laterJobs().definitions;
    expect(definition?.payload.parse({ ...payload, body: { a: 1 } }).body).toEqual({ a: 1, b: 1 });
    expect(definition?.payload.safeParse({ ...payload, body: { a: 'one' } }).success).toBe(false);
  });

  it('is refused to whoever may make no jobs by then', async () => {
    const told = { code: 'FORBIDDEN', message: expect.stringContaining('not make a job of it') as string };
    await expect(resultOf(adding, laterJobs(sum, { role: 'VIEWER' }))).rejects.toMatchObject(told);
    await expect(resultOf(adding, laterJobs(sum, { scopes: ['read'] }))).rejects.toMatchObject(told);
  });

  it('does not keep an answer that is too large', async () => {
    const large = () => Promise.resolve({ text: 'x'.repeat(16 * 1024 ** 2) });
    await expect(resultOf(large)).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining('17 MB, and a job keeps 16 MB') as string,
    });
  });

  it.each<[string, Partial<RouteDeclaration>]>([
    ['changes something', { audit: 'sum.added' }],
    ['answers with a list', { envelope: 'list' }],
    ['answers with no object', { reply: z.array(z.number()) }],
    ['takes a file', { multipart: true }],
  ])('is not to be had of a route that %s', (_what, changes) => {
    expect(() => laterJobs({ ...sum, ...changes })).toThrow(/sums\.add cannot be answered by a job/);
  });
});
