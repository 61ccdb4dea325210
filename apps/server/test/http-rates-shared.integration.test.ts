import { routes } from '@quadrax/contract';
import { eventually, newRegistration, signIn, startTestServer } from '@quadrax/testkit';
import type { RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { register } = routes.identity;
const { me } = routes.account;

let one: TestServer;
let other: TestServer;

beforeAll(async () => {
  const env = {
    TRUST_PROXY: 'true',
    RATE_LIMIT_MAX_REQUESTS: '20',
    RATE_LIMIT_WINDOW_MS: '600000',
    RATE_LIMIT_TENANT: '25',
    RATE_LIMIT_ANONYMOUS: '10',
  };
  // One test brings the database down.
  const options = { rateLimits: true, env, mayLogErrors: true };
  one = await startTestServer(options);
  other = await startTestServer({ ...options, database: one.database, dataDir: one.dataDir });
});
afterAll(async () => {
  await other.close();
  await one.close();
});

let addresses = 0;
const elsewhere = (server: TestServer) =>
  server.anonymous.with({ 'x-forwarded-for': `203.0.113.${++addresses}` });

/** Counts what a replica has heard that others spent on a limit. */
const listenTo = (server: TestServer, name: string): (() => number) => {
  let heard = 0;
  server.app.platform.broadcast.subscribe('rates', (data) => {
    for (const { limit, keys } of data as { limit: { name: string }; keys: [string, number][] }[])
      if (limit.name === name) for (const [, amount] of keys) heard += amount;
  });
  return () => heard;
};

/** Sends until it is refused, or so many times; gives the answers. */
const sendUpTo = async (times: number, client: TestClient): Promise<RawReply[]> => {
  const replies: RawReply[] = [];
  while (replies.length < times && replies.at(-1)?.status !== 429) replies.push(await client.send(me));
  return replies;
};

const person = async (server: TestServer): Promise<TestClient> => {
  const { token } = await elsewhere(server).call(register, { body: newRegistration() });
  return elsewhere(server).with({ authorization: `Bearer ${token}` });
};

const told = ({ headers }: RawReply) => ({
  limit: headers.get('ratelimit'),
  policy: headers.get('ratelimit-policy'),
});

describe('a limit', () => {
  it('of a token holds over all replicas together', async () => {
    const heard = listenTo(other, 'authenticated');
    const ada = await person(one);
    expect((await sendUpTo(15, ada)).map(({ status }) => status)).toEqual(Array(15).fill(200));
    await eventually('the other replica has heard of all', heard, (sum) => sum === 15);
    const there = await sendUpTo(20, ada.with({}, other.url));
    expect(there.map(({ status }) => status)).toEqual([...Array<number>(5).fill(200), 429]);
    expect(told(there[0] as RawReply).limit).toMatch(/^"authenticated";r=4;t=\d+$/);
  });

  it('of an address without a token holds over all replicas together', async () => {
    const heard = listenTo(one, 'anonymous');
    const guesser = elsewhere(other).with({ authorization: 'Bearer guess' });
    expect((await sendUpTo(6, guesser)).map(({ status }) => status)).toEqual(Array(6).fill(401));
    await eventually('the other replica has heard of all', heard, (sum) => sum === 6);
    const here = await sendUpTo(20, guesser.with({}, one.url));
    expect(here.map(({ status }) => status)).toEqual([401, 401, 401, 401, 429]);
  });

  it('of a tenant counts all its tokens; the closest to its end is told, and the first reached answers', async () => {
    const heard = listenTo(other, 'tenant');
    const form = newRegistration();
    await elsewhere(one).call(register, { body: form });
    const [here, there] = await Promise.all([
      signIn(one.url, form.email, form.password),
      signIn(other.url, form.email, form.password),
    ]);
    const replies = await sendUpTo(18, here);
    expect(told(replies[0] as RawReply)).toEqual({
      limit: expect.stringMatching(/^"authenticated";r=19;t=\d+$/),
      policy: '"authenticated";q=20;w=600',
    });
    await eventually('the other replica has heard of all', heard, (sum) => sum === 18);
    const [first, ...rest] = await sendUpTo(20, there);
    expect(told(first as RawReply)).toEqual({
      limit: expect.stringMatching(/^"tenant";r=\d+;t=\d+$/),
      policy: '"tenant";q=25;w=60',
    });
    const last = rest.at(-1) as RawReply;
    expect(last).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(told(last)).toEqual({
      limit: `"tenant";r=0;t=${last.headers.get('retry-after')}`,
      policy: '"tenant";q=25;w=60',
    });
    // While this ran the tenant has earned a few back.
    expect(rest.length).toBeGreaterThanOrEqual(7);
    expect(rest.length).toBeLessThan(7 + 12);
  });
});

describe('a hint', () => {
  it('reaches every other process once, however long it is, and never its own', async () => {
    const heard: [name: string, data: unknown][] = [];
    for (const [name, server] of Object.entries({ one, other }))
      server.app.platform.broadcast.subscribe('test', (data) => heard.push([name, data]));
    const long = 'Zürich 😀 '.repeat(5000);
    await Promise.all([
      one.app.platform.broadcast.publish('test', { long }),
      one.app.platform.broadcast.publish('test', 'short'),
      other.app.platform.broadcast.publish('test', 'back'),
    ]);
    await eventually(
      'all are heard',
      () => heard.length,
      (count) => count >= 3,
    );
    expect(heard.filter(([name]) => name === 'other')).toEqual([
      ['other', { long }],
      ['other', 'short'],
    ]);
    expect(heard.filter(([name]) => name === 'one')).toEqual([['one', 'back']]);
  });

  it('that is an event reaches those who listen here and elsewhere, once', async () => {
    const heard: string[] = [];
    for (const [name, server] of Object.entries({ one, other }))
      server.app.platform.events.subscribe(({ event }) => heard.push(`${name} ${event}`));
    const data = { id: crypto.randomUUID(), kind: 'test', progress: 0.5, stage: 'Testing' };
    await one.app.platform.events.hint(crypto.randomUUID(), 'job.progress', data);
    await eventually(
      'both have heard',
      () => heard.length,
      (count) => count >= 2,
    );
    expect(heard.toSorted()).toEqual(['one job.progress', 'other job.progress']);
  });

  it('is lost while the database is away, which nobody who publishes notices', async () => {
    const restore = await one.database.cutOff();
    await expect(one.app.platform.broadcast.publish('test', 'lost')).resolves.toBeUndefined();
    await restore();
    for (const server of [one, other])
      await eventually(
        'it is well again',
        () => server.anonymous.request('GET', '/health'),
        ({ body }) => (body as { status: string }).status === 'healthy',
      );
  });
});
