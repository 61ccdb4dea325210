import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, fillPath } from './api.ts';
import { ApiError, errorFromReply } from './api-error.ts';

const reply = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers });

function answering(...replies: Response[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.push({ url, init });
    const next = replies.shift();
    return next === undefined ? Promise.reject(new TypeError('no network')) : Promise.resolve(next);
  });
  return asked;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a path', () => {
  it('has its parameters escaped and leaves out what is not given', () => {
    expect(
      fillPath('/datakits/:id/preview', { params: { id: 'a/b' }, query: { limit: 5, sort: undefined } }),
    ).toBe('/datakits/a%2Fb/preview?limit=5');
  });
});

describe('a call', () => {
  it('answers the data of the envelope', async () => {
    const asked = answering(reply(200, { success: true, data: { id: 'j1' } }));
    expect(await api.jobs.get({ params: { id: 'j1' } })).toEqual({ id: 'j1' });
    expect(asked[0]?.url).toBe('/api/jobs/j1');
  });
  it('answers a page with its cursor for a list', async () => {
    answering(reply(200, { success: true, data: [1], meta: { nextCursor: 'c', total: 9 } }));
    expect(await api.jobs.list()).toEqual({ items: [1], meta: { nextCursor: 'c', total: 9 } });
  });
  it('answers null where there is nothing to say', async () => {
    answering(reply(204, null));
    expect(await api.datakits.remove({ params: { id: 'd1' } })).toBeNull();
  });
  it('sends creations with a key of their own, so that a repeat makes nothing twice', async () => {
    const data = { success: true, data: {} };
    const asked = answering(reply(201, data), reply(201, data));
    const body = { name: 'm', type: 'REGRESSION' } as const;
    await api.models.create({ body });
    await api.models.create({ body });
    const keys = asked.map(({ init }) => new Headers(init.headers).get('idempotency-key'));
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[0]).not.toBe(keys[1]);
  });
  it('fails with what the server said', async () => {
    const details = [{ field: 'name', message: 'Give it a name.' }];
    const body = {
      success: false,
      error: 'The request is not valid.',
      code: 'VALIDATION_FAILED',
      details,
      requestId: 'r1',
    };
    answering(reply(400, body));
    const error: unknown = await api.jobs.list().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', status: 400, details, requestId: 'r1' });
  });
  it('says that the server did not answer when it did not', async () => {
    answering();
    await expect(api.jobs.list()).rejects.toMatchObject({ code: 'OFFLINE', status: 0 });
  });
});

describe('an error reply', () => {
  it('of a proxy in between is still a sentence to act on', () => {
    expect(errorFromReply(502, undefined)).toMatchObject({ code: 'UNAVAILABLE' });
    expect(errorFromReply(418, '<html>')).toMatchObject({ code: 'UNEXPECTED_REPLY' });
  });
  it('says when to come back', () => {
    const headers = new Headers({ 'retry-after': '7' });
    const body = { success: false, error: 'Too many requests.', code: 'RATE_LIMITED', requestId: 'r' };
    expect(errorFromReply(429, body, headers).retryAfterSeconds).toBe(7);
  });
});
