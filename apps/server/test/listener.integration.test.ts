import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createDatabase, eventually, testSecret } from '@quadrax/testkit';
import type { TestDatabase } from '@quadrax/testkit';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announce, missingWorkers, openDatabase } from '#platform/db';
import type { Database } from '#platform/db';
import { createLogger } from '#platform/log';

/** A stretch of network on which connections can fall silent: nothing passes any more, and nobody is told. */
const openWire = async (target: URL) => {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    sockets.push(near, far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => {
        if (silent.has(near)) return;
        if (held) held.push(() => to.write(chunk));
        else to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => {
        if (!silent.has(near)) to.destroy();
      });
    }
  });
  const silent = new Set<Socket>();
  let held: (() => void)[] | undefined;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    /** Every connection that is open now falls silent; later ones work. */
    silence: () => {
      for (const socket of sockets) silent.add(socket);
    },
    /** Until it is released, nothing passes; then all of it does. */
    hold: () => {
      held = [];
    },
    release: () => {
      for (const pass of held ?? []) pass();
      held = undefined;
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};

let database: TestDatabase;
let wire: Awaited<ReturnType<typeof openWire>>;
let db: Database;

const open = (listening?: { everyMs: number; timeoutMs: number }): Promise<Database> =>
  openDatabase({
    dataDir: '',
    url: database.url,
    directUrl: wire.url,
    poolSize: 4,
    poolTimeoutMs: 2000,
    secret: testSecret,
    log: createLogger('silent'),
    ...(listening && { listening }),
  });

beforeEach(async () => {
  database = await createDatabase();
  wire = await openWire(new URL(database.url));
  db = await open({ everyMs: 200, timeoutMs: 300 });
});
afterEach(async () => {
  await db.close();
  await wire.close();
  await database.drop();
});

const say = (word: string) => db.system((tx) => tx.execute(sql`SELECT pg_notify('test_words', ${word})`));

describe('a listening connection that is silently dead', () => {
  it('is noticed and made anew: words are heard again, and whoever caches is told of the gap', async () => {
    const heard: string[] = [];
    await db.listener.listen('test_words', (word) => heard.push(word));
    await say('before');
    await eventually(
      'the word',
      () => heard,
      (words) => words.includes('before'),
    );
    const gap = new Promise<void>((resolve) => db.listener.onReconnect(resolve));
    wire.silence();
    await say('lost');
    await gap;
    await say('after');
    await eventually(
      'the word',
      () => heard,
      (words) => words.includes('after'),
    );
    expect(heard).toEqual(['before', 'after']);
  });

  it('is relied on for a second at most, and soon made anew', async () => {
    const usual = await open();
    try {
      const gap = new Promise<void>((resolve) => usual.listener.onReconnect(resolve));
      expect(usual.listener.connected).toBe(true);
      const started = performance.now();
      wire.silence();
      await eventually(
        'it is in doubt',
        () => usual.listener.connected,
        (connected) => !connected,
      );
      // 900 ms at most on a machine of its own: here other tests run beside it.
      expect(performance.now() - started).toBeLessThan(2000);
      await gap;
      expect(performance.now() - started).toBeLessThan(4000);
    } finally {
      await usual.close();
    }
  });

  it('does not keep the lock by which the process is known to live', async () => {
    const id = await announce(db);
    const holder = () =>
      database.owner<{ pid: number }>(
        `SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE l.locktype = 'advisory' AND l.granted AND d.datname = $1 AND l.objid IN (SELECT (lock & 4294967295)::oid FROM quadrax.workers WHERE id = $2)`,
        [database.name, id],
      );
    const [before] = await holder();
    wire.silence();
    await eventually(
      'another connection holds it',
      holder,
      ([now]) => now !== undefined && now.pid !== before?.pid,
    );
    expect(await db.system(missingWorkers)).toEqual([]);
  });

  it('does not hold up a process that stops', async () => {
    wire.silence();
    await expect(db.listener.close()).resolves.toBeUndefined();
  });
});

describe('a listening connection that answers late', () => {
  it('is not relied on until it does, and goes on with all that was said meanwhile', async () => {
    let gaps = 0;
    const heard: string[] = [];
    db.listener.onReconnect(() => gaps++);
    await db.listener.listen('test_words', (word) => heard.push(word));
    const connected = (whether: boolean) =>
      eventually(
        whether ? 'it is relied on' : 'it is in doubt',
        () => db.listener.connected,
        (now) => now === whether,
      );
    wire.hold();
    await connected(false);
    await say('meanwhile');
    wire.release();
    await connected(true);
    expect(heard).toEqual(['meanwhile']);
    expect(gaps).toBe(0);
  });
});

describe('a listening connection that answers', () => {
  it('is left alone', async () => {
    let gaps = 0;
    db.listener.onReconnect(() => gaps++);
    const asked = () =>
      database.owner<{ n: string }>(
        `SELECT state_change::text AS n FROM pg_stat_activity
         WHERE datname = $1 AND application_name = 'quadrax listener' AND query = 'SELECT 1'`,
        [database.name],
      );
    const [first] = await eventually('it is asked', asked, (rows) => rows.length === 1);
    await eventually('it is asked again', asked, ([row]) => row !== undefined && row.n !== first?.n);
    expect(gaps).toBe(0);
  });
});
