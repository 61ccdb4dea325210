import { routes } from '@quadrax/contract';
import { eventually, readyDatakit, spawnServer, startTestServer, withOwner } from '@quadrax/testkit';
import type { RawReply, TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedisServer, withoutRedis } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';

const { profile, update } = routes.datakits;

let redis: RedisServer;
let one: TestServer;
let other: TestServer;
let ada: TestClient;
let datakit: string;

const cached = ({ headers }: RawReply): string | null => headers.get('x-cache');
const read = (replica: TestServer): Promise<RawReply> =>
  ada.with({}, replica.url).send(profile, { params: { id: datakit } });
const rowsOf = ({ body }: RawReply): number => (body as { data: { rows: number } }).data.rows;

const bothUse = (there: boolean): Promise<unknown> =>
  eventually(
    there ? 'both use Redis' : 'both have noticed that Redis is away',
    () => [one, other].map(({ app }) => app.platform.redis?.connected),
    (connected) => connected.every((state) => state === there),
  );

/** What is kept is there for the other: this one fills, the other finds. */
const expectShared = async (filler: TestServer, finder: TestServer): Promise<RawReply> => {
  await read(filler);
  return eventually(
    'the other replica answers from the cache',
    () => read(finder),
    (reply) => cached(reply) === 'HIT',
  );
};

const healthOf = async (replica: TestServer): Promise<RawReply> =>
  replica.anonymous.request('GET', '/health');

/** Its health once it says so, which may be a second late. */
const healthThatIs = (replica: TestServer, status: string): Promise<RawReply> =>
  eventually(
    `the health is ${status}`,
    () => healthOf(replica),
    ({ body }) => (body as { status: string }).status === status,
  );

/** Words that pass through the database while `work` runs. */
const notificationsDuring = async (channel: string, work: () => Promise<void>): Promise<number> => {
  let heard = 0;
  await withOwner(one.database.url, async (listener) => {
    listener.on('notification', () => heard++);
    await listener.query(`LISTEN ${channel}`);
    await work();
    await listener.query('SELECT 1');
  });
  return heard;
};

describe.skipIf(withoutRedis() !== undefined)('with Redis', () => {
  beforeAll(async () => {
    redis = await startRedisServer();
    const env = {
      REDIS_URL: redis.url,
      TRUST_PROXY: 'true',
      RATE_LIMIT_ANONYMOUS: '40',
      RATE_LIMIT_RPS: '100000',
      RATE_LIMIT_BURST: '100000',
    };
    one = await startTestServer({ rateLimits: true, env });
    other = await startTestServer({ rateLimits: true, env, database: one.database, dataDir: one.dataDir });
    ada = await one.register();
    datakit = (await readyDatakit(ada)).id;
    await bothUse(true);
  });
  // The last to go, however the servers end.
  afterAll(() => redis.cleanUp());
  afterAll(async () => {
    // Its processes would be taken for the other's.
    await one.app.platform.compute.close();
    await other.close();
    await one.close();
  });

  it('is healthy and says how fast it answers', async () => {
    const service = { status: 'healthy', latencyMs: expect.any(Number) };
    expect(await healthOf(one)).toMatchObject({
      status: 200,
      body: { status: 'healthy', services: { cache: service, redis: service } },
    });
  });

  it('replicas answer from one cache, which a write at either outdates', async () => {
    const hit = await expectShared(one, other);
    expect(hit.text).toBe((await read(one)).text);
    const tag = hit.headers.get('etag') ?? '';
    await eventually(
      'the tag is compared with the one that is kept',
      () =>
        ada
          .with({ 'if-none-match': tag, 'cache-control': 'max-age=0' }, other.url)
          .send(profile, { params: { id: datakit } }),
      (reply) => reply.status === 304 && cached(reply) === 'HIT',
    );
    await ada.call(update, { params: { id: datakit }, body: { description: 'Changed.' } });
    // Word by the database may be late; Redis knew before the change was answered.
    expect(cached(await read(other))).toBe('MISS');
    const { text } = await other.anonymous.request('GET', '/metrics');
    expect(Number(/^redis_cache_hit_rate (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
  });

  it('replicas limit together, and their hints spare the database', async () => {
    const guesser = one.anonymous.with({ 'x-forwarded-for': '203.0.113.77', authorization: 'Bearer guess' });
    let heard = 0;
    other.app.platform.broadcast.subscribe('rates', () => heard++);
    const words = await notificationsDuring('quadrax_hints', async () => {
      for (let i = 0; i < 30; i++)
        expect((await guesser.send(profile, { params: { id: datakit } })).status).toBe(401);
      await eventually(
        'the other replica knows of all of them',
        () => guesser.with({}, other.url).send(profile, { params: { id: datakit } }),
        ({ status }) => status === 429,
      );
    });
    expect(heard).toBeGreaterThan(0);
    expect(words).toBe(0);
  });

  it('events that are hints reach the other replica once', async () => {
    const events: string[] = [];
    for (const [name, server] of Object.entries({ one, other }))
      server.app.platform.events.subscribe(({ event, data }) => {
        if (event === 'job.progress') events.push(`${name} ${(data as { stage: string }).stage}`);
      });
    const progress = { id: crypto.randomUUID(), kind: 'test', progress: 0.5 };
    for (const stage of ['first', 'second'])
      await one.app.platform.events.hint(ada.tenantId, 'job.progress', { ...progress, stage });
    await eventually(
      'both have heard both',
      () => events.length,
      (count) => count === 4,
    );
    expect(events.toSorted()).toEqual(['one first', 'one second', 'other first', 'other second']);
  });

  it('no request fails when it is killed, and nothing stale is served when it is back', async () => {
    await expectShared(one, other);
    // What a crash leaves: a dump from before the writes that follow.
    const client = redis.client();
    await client.save();
    await client.quit();

    const statuses: number[] = [];
    let slowest = 0;
    const run = { on: true };
    const stream = async (replica: TestServer): Promise<void> => {
      const reader = ada.with({}, replica.url);
      for (let i = 0; run.on; i++) {
        const started = performance.now();
        const route = i % 2 === 0 ? profile : routes.datakits.get;
        const { status } = await reader.send(route, { params: { id: datakit } });
        statuses.push(status);
        slowest = Math.max(slowest, performance.now() - started);
      }
    };
    /** Until so many requests more were answered. */
    const goOn = async (more: number): Promise<void> => {
      const target = statuses.length + more;
      await eventually(
        'the requests go on',
        () => statuses.length,
        (count) => count >= target,
      );
    };
    const streams = [one, other, one, other].map(stream);
    await goOn(50);
    await redis.kill();
    await goOn(50);
    await bothUse(false);
    for (const replica of [one, other])
      expect(await healthThatIs(replica, 'degraded')).toMatchObject({
        status: 200,
        body: {
          status: 'degraded',
          services: { cache: { status: 'degraded' }, database: { status: 'healthy' } },
        },
      });

    // Without it each replica caches for itself.
    await eventually(
      'one caches',
      () => read(one),
      (reply) => cached(reply) === 'HIT',
    );
    await one.database.owner(
      `UPDATE quadrax.datakit_versions SET profile = jsonb_set(profile, '{rows}', '4321') WHERE datakit_id = $1`,
      [datakit],
    );
    for (const replica of [one, other])
      await eventually(
        'the write is seen',
        () => read(replica),
        (reply) => rowsOf(reply) === 4321,
        5000,
      );

    await redis.start();
    await bothUse(true);
    await goOn(50);
    run.on = false;
    await Promise.all(streams);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(slowest).toBeLessThan(2000);

    for (const replica of [one, other, one, other]) expect(rowsOf(await read(replica))).toBe(4321);
    expect(rowsOf(await expectShared(one, other))).toBe(4321);
    for (const replica of [one, other]) await healthThatIs(replica, 'healthy');
  });

  it('that hangs is done without, and used again when it answers', async () => {
    await expectShared(one, other);
    redis.freeze();
    const started = performance.now();
    const replies = await Promise.all(Array.from({ length: 20 }, () => read(one)));
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(performance.now() - started).toBeLessThan(5000);
    expect(one.app.platform.redis?.connected).toBe(false);
    redis.thaw();
    await healthThatIs(one, 'healthy');
    await expectShared(one, other);
  });

  it('that is emptied, or refuses to be written to, is no reason to fail or to be stale', async () => {
    await expectShared(one, other);
    const client = redis.client();
    await client.flushall();
    expect((await read(one)).status).toBe(200);
    await expectShared(one, other);

    // Full, and told to throw nothing away: what a write outdates cannot be said.
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    await client.config('SET', 'maxmemory', '1');
    await one.database.owner(
      `UPDATE quadrax.datakit_versions SET profile = jsonb_set(profile, '{rows}', '777') WHERE datakit_id = $1`,
      [datakit],
    );
    for (const replica of [one, other])
      await eventually(
        'the write is seen',
        () => read(replica),
        (reply) => rowsOf(reply) === 777,
        5000,
      );
    await client.config('SET', 'maxmemory', '0');
    expect(rowsOf(await expectShared(one, other))).toBe(777);
    await client.quit();
  });

  it('starts without it, and comes to it later', async () => {
    await redis.kill();
    // In a process of its own, which has no part in how this one ends.
    const late = await spawnServer({ env: { REDIS_URL: redis.url }, work: false });
    const health = () => late.anonymous.request('GET', '/health');
    try {
      expect((await late.register()).token).toBeTruthy();
      expect((await health()).body).toMatchObject({ status: 'degraded' });
      await redis.start();
      await eventually('it is used', health, ({ body }) => (body as { status: string }).status === 'healthy');
      expect(await late.stop()).toBe(0);
    } finally {
      await late.cleanUp();
    }
  });
});
