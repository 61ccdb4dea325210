import { setImmediate as turn } from 'node:timers/promises';
import { routes } from '@quadrax/contract';
import { eventually, newModel, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Tx } from '#platform/db';
import { AppError } from '#platform/errors';

/** INTERLEAVED_TRANSACTIONS=100000 finds what happens once in many. */
const transactions = Number(process.env['INTERLEAVED_TRANSACTIONS'] ?? 3000);
const tenants = 24;
const modelsEach = 3;
const poolSize = 6;
/** So many at a time want a connection that each goes from hand to hand. */
const concurrency = 40;

let server: TestServer;
let db: Database;
const clients: TestClient[] = [];

beforeAll(async () => {
  server = await startTestServer({ work: false, env: { DB_POOL_SIZE: String(poolSize) } });
  ({ db } = server.app.platform);
  for (let i = 0; i < tenants; i++) {
    const client = await server.register();
    for (let n = 0; n < modelsEach; n++) await newModel(client, { name: `${client.tenantId} ${n}` });
    clients.push(client);
  }
});
afterAll(() => server.close());

/** A stream of choices that is the same in every run. */
const choices = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** All a transaction can see of whose it is: the setting, and the owners of rows of two tables. */
const look = async (tx: Tx): Promise<string> => {
  const { rows } = await tx.execute<{ seen: string }>(sql`
    SELECT concat_ws(' ', current_setting('app.tenant', true),
      (SELECT string_agg(tenant_id::text, ',') FROM auth.memberships),
      (SELECT string_agg(DISTINCT tenant_id::text, ',') || count(*) FROM quadrax.models)) AS seen`);
  return rows[0]?.seen ?? 'nothing';
};

const ownView = (tenant: string): string => `${tenant} ${tenant} ${tenant}${modelsEach}`;

const pidOf = async (tx: Tx): Promise<number> => {
  const { rows } = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
  return rows[0]?.pid ?? 0;
};

class Thrown extends Error {}

/** A statement that would take long, given up from outside as an administrator does. */
const cancelled = async (tx: Tx): Promise<void> => {
  const pid = await pidOf(tx);
  let ended = false;
  const slow = tx.execute(sql`SELECT pg_sleep(20)`).finally(() => (ended = true));
  slow.catch(() => {});
  await eventually(
    'it is given up',
    () => server.database.owner('SELECT pg_cancel_backend($1)', [pid]),
    () => ended,
  );
  await slow;
};

/** Ways for a transaction to go on after its first look, and how many in a thousand take each. */
const ways = {
  'throws an error': [150, () => Promise.reject(new Thrown())],
  'fails in a statement': [
    150,
    (tx: Tx) => tx.execute(sql`SELECT 1 / (SELECT count(*) FROM pg_class WHERE false)`),
  ],
  'loses its connection': [
    15,
    async (tx: Tx) => {
      await server.database.owner('SELECT pg_terminate_backend($1)', [await pidOf(tx)]);
      await tx.execute(sql`SELECT pg_sleep(20)`);
    },
  ],
  'is cancelled': [15, cancelled],
  'asks several things at once': [100, (tx: Tx) => Promise.all([look(tx), look(tx), look(tx)])],
  'does not wait for what it asked': [60, async (tx: Tx) => void look(tx).catch(() => {})],
  'does something else meanwhile': [210, () => turn()],
  'goes on': [300, async () => {}],
} as const satisfies Record<string, readonly [number, (tx: Tx) => Promise<unknown>]>;

type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

const wayOf = (draw: number): Way => {
  let upTo = 0;
  return names.find((name) => draw * 1000 < (upTo += ways[name][0])) ?? 'goes on';
};

const isExpected = (way: Way, error: unknown): boolean => {
  if (way === 'throws an error') return error instanceof Thrown;
  if (way === 'fails in a statement') return error instanceof Error && !(error instanceof AppError);
  const given = way === 'loses its connection' || way === 'is cancelled';
  return given && error instanceof AppError && error.code === 'UNAVAILABLE';
};

const taken = new Map<Way, number>();
const strange: string[] = [];
let aborted = 0;

const perform = async (tenant: string, way: Way): Promise<void> => {
  taken.set(way, (taken.get(way) ?? 0) + 1);
  const expectOwn = (seen: string): void => {
    if (seen !== ownView(tenant)) strange.push(`${way}: ${tenant} saw ${seen}`);
  };
  try {
    await db.tenant(tenant, async (tx) => {
      expectOwn(await look(tx));
      await ways[way][1](tx);
      expectOwn(await look(tx));
    });
  } catch (error) {
    if (!isExpected(way, error)) throw error;
    aborted++;
  }
};

let abandoned = 0;

/** A request whose client may go away at any point of it. */
const request = async (client: TestClient, patienceMs: number): Promise<void> => {
  try {
    const { items } = await client.with({}).page(routes.models.list);
    for (const { name } of items)
      if (!name.startsWith(client.tenantId)) strange.push(`a request of ${client.tenantId} saw ${name}`);
    await client.request('GET', '/api/models', { signal: AbortSignal.timeout(patienceMs) });
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    abandoned++;
  }
};

const storm = async (): Promise<void> => {
  const random = choices(20_251);
  let begun = 0;
  const person = async (): Promise<void> => {
    while (begun++ < transactions) {
      const client = clients[Math.floor(random() * tenants)];
      if (!client) throw new Error('There are as many clients as tenants.');
      if (begun % 50 === 0) await request(client, Math.ceil(random() * 8));
      await perform(client.tenantId, wayOf(random()));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, person));
};

/** Every connection of the pool at once, each looked at outside of any transaction. */
const settingsLeft = async (): Promise<Map<number, string | null>> => {
  const left = new Map<number, string | null>();
  const all = Promise.withResolvers<void>();
  const tenant = clients[0]?.tenantId ?? '';
  const inspect = (): Promise<void> =>
    db.tenant(tenant, async (tx) => {
      await tx.execute(sql`ROLLBACK`);
      const { rows } = await tx.execute<{ pid: number; tenant: string | null }>(
        sql`SELECT pg_backend_pid() AS pid, current_setting('app.tenant', true) AS tenant`,
      );
      for (const row of rows) left.set(row.pid, row.tenant);
      if (left.size === poolSize) all.resolve();
      await all.promise;
    });
  await Promise.all(Array.from({ length: poolSize }, inspect));
  return left;
};

describe(`${transactions} transactions of ${tenants} tenants over ${poolSize} connections`, () => {
  it('each see their own tenant and no other, however those before them ended', async () => {
    await storm();
    expect(strange.slice(0, 5)).toEqual([]);
    for (const name of names) expect(taken.get(name), name).toBeGreaterThan(transactions / 100);
    expect(aborted).toBeGreaterThan(transactions / 4);
    expect(abandoned).toBeGreaterThan(transactions / 500);
  }, 180_000);

  it('leave no tenant on any connection', async () => {
    const left = await settingsLeft();
    expect([...left.values()]).toEqual(Array.from({ length: poolSize }, () => ''));
  });

  it('leave the pool whole', async () => {
    expect(db.usage()).toEqual({ active: 0, idle: poolSize, waiting: 0, max: poolSize });
    const states = await server.database.owner<{ state: string }>(
      `SELECT state FROM pg_stat_activity WHERE datname = $1 AND application_name = 'quadrax app'`,
      [server.database.name],
    );
    expect(states.map(({ state }) => state)).toEqual(Array.from({ length: poolSize }, () => 'idle'));
  });
});
