import { routes } from '@quadrax/contract';
import { asOperator, createDatabase, eventually, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestDatabase, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const everySecond = { UPKEEP_SCHEDULE: '* * * * * *' };
const onceAYear = { UPKEEP_SCHEDULE: '0 0 1 1 *' };

interface Run extends Record<string, unknown> {
  readonly name: string;
  readonly due: number;
  readonly worker: string;
  readonly error: string | null;
}

const runsOf = (database: TestDatabase): Promise<Run[]> =>
  database.owner<Run>(`
    SELECT name, EXTRACT(EPOCH FROM due_at)::float8 AS due, worker::text, error
    FROM quadrax.schedule_runs ORDER BY due_at`);

const warnings = ({ logs }: TestServer): string[] =>
  logs.filter(({ action }) => String(action).startsWith('schedule.')).map(({ message }) => message);

describe('two replicas', () => {
  let database: TestDatabase;
  let replicas: TestServer[];
  beforeAll(async () => {
    database = await createDatabase();
    replicas = [];
    for (let i = 0; i < 2; i++) replicas.push(await startTestServer({ database, env: everySecond }));
  });
  afterAll(async () => {
    for (const replica of replicas.toReversed()) await replica.close();
    await database.drop();
  });

  it('see to each tick once, between them', async () => {
    const runs = await eventually(
      'both have seen to ticks',
      () => runsOf(database),
      (seen) => new Set(seen.map(({ worker }) => worker)).size === 2 && seen.length >= 21,
      20_000,
    );
    for (const name of new Set(runs.map((run) => run.name))) {
      const dues = runs.filter((run) => run.name === name).map(({ due }) => due);
      expect(new Set(dues).size).toBe(dues.length);
      expect(dues.every(Number.isInteger)).toBe(true);
    }
    expect(runs.map(({ error }) => error)).toEqual(runs.map(() => null));
    expect(replicas.flatMap(warnings)).toEqual([]);
  });
});

describe('upkeep', () => {
  let server: TestServer;
  let operator: TestClient;
  beforeAll(async () => {
    server = await startTestServer({ env: { ...onceAYear, MAIL_RETENTION_DAYS: '10' } });
    operator = await asOperator(server.database, await server.register());
  });
  afterAll(() => server.close());

  const run = (name: string) => operator.call(routes.upkeep.run, { params: { name } });
  const count = async (table: string): Promise<number> => {
    const [row] = await server.database.owner<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${table}`,
    );
    return row?.count ?? Number.NaN;
  };

  it('removes answers kept for a repetition after a day', async () => {
    for (const name of ['Old', 'New'])
      await operator.call(routes.models.create, {
        body: { name, type: 'REGRESSION' },
        headers: { 'idempotency-key': name },
      });
    await server.database.owner(
      `UPDATE quadrax.idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'Old'`,
    );
    expect((await run('answers')).figures).toEqual({ removed: 1 });
    expect(
      await server.database.owner(`SELECT key FROM quadrax.idempotency_keys WHERE key IN ('Old', 'New')`),
    ).toEqual([{ key: 'New' }]);
  });

  it('removes mails when their time is over, but for one that waits to be sent', async () => {
    await server.register();
    await server.register();
    await server.database.owner(`
      UPDATE quadrax.outbox SET created_at = now() - interval '11 days',
        state = CASE recipient WHEN (SELECT min(recipient) FROM quadrax.outbox) THEN 'waiting' ELSE 'sent' END
      WHERE recipient <> (SELECT max(recipient) FROM quadrax.outbox)`);
    const before = await count('quadrax.outbox');
    expect((await run('mails')).figures).toEqual({ removed: before - 2 });
    expect(await count('quadrax.outbox')).toBe(2);
  });

  it('removes sessions a month after their end, with their tokens', async () => {
    const bob = await server.register();
    await server.database.owner(
      `UPDATE auth.sessions SET expires_at = now() - interval '31 days' WHERE account_id = $1`,
      [bob.user.id],
    );
    expect((await run('sessions')).figures).toEqual({ removed: 1 });
    expect((await bob.request('GET', '/api/auth/me')).status).toBe(401);
    expect((await operator.request('GET', '/api/auth/me')).status).toBe(200);
  });

  it('is listed with what it does, when, and how it went', async () => {
    await run('mails');
    const routines = await operator.call(routes.upkeep.list);
    expect(routines.map(({ name }) => name)).toEqual([
      'answers',
      'calls',
      'datakits',
      'files',
      'mails',
      'models',
      'sessions',
      'traffic',
      'uploads',
    ]);
    const mails = routines.find(({ name }) => name === 'mails');
    expect(mails).toMatchObject({ cron: '0 0 1 1 *', lastRun: { figures: { removed: 0 } } });
    expect(mails?.about).toContain('10 days');
    expect(mails?.nextAt).toMatch(/-01-01T00:00:00.000Z$/);
  });

  it('that nobody knows is not found', async () => {
    expect(await operator.send(routes.upkeep.run, { params: { name: 'nothing' } })).toMatchObject({
      status: 404,
    });
  });

  it('is for whoever runs the platform', async () => {
    const bob = await server.register();
    expect((await bob.send(routes.upkeep.list)).status).toBe(403);
    expect((await bob.send(routes.upkeep.run, { params: { name: 'mails' } })).status).toBe(403);
  });
});

describe('a tick', () => {
  it('missed while no process ran is seen to once, at the start', async () => {
    const database = await createDatabase();
    try {
      await (await startTestServer({ database, env: onceAYear })).close();
      await database.owner(`UPDATE quadrax.schedules SET next_at = now() - interval '2 years'`);
      const server = await startTestServer({ database, env: onceAYear });
      const runs = await eventually(
        'they ran',
        () => runsOf(database),
        (seen) => seen.length >= 9,
      );
      expect(runs.map(({ name }) => name).toSorted()).toEqual([
        'answers',
        'calls',
        'datakits',
        'files',
        'mails',
        'models',
        'sessions',
        'traffic',
        'uploads',
      ]);
      const [due] = await database.owner(
        `SELECT count(*)::int AS count FROM quadrax.schedules WHERE next_at <= now()`,
      );
      expect(due).toEqual({ count: 0 });
      await server.close();
    } finally {
      await database.drop();
    }
  });

  it('that fails leaves nothing behind, is told of, and does not keep the others from theirs', async () => {
    const server = await startTestServer({ env: everySecond });
    const { database } = server;
    await database.owner('REVOKE DELETE ON quadrax.outbox FROM quadrax_system');
    try {
      await eventually(
        'it failed, and the others ran after it',
        () => runsOf(database),
        (runs) => {
          const failed = runs.find(({ error }) => error !== null);
          return (
            failed?.name === 'mails' &&
            runs.some(({ name, due, error }) => name === 'answers' && due > failed.due && error === null)
          );
        },
        20_000,
      );
      const operator = await asOperator(database, await server.register());
      const routines = await operator.call(routes.upkeep.list);
      const mails = routines.find(({ name }) => name === 'mails');
      expect(mails?.lastRun?.error).toMatch(/did not come to its end/);
      expect(mails?.lastRun?.figures).toBeUndefined();
      expect(server.logs.some(({ action, name }) => action === 'schedule.failed' && name === 'mails')).toBe(
        true,
      );
    } finally {
      await database.owner('GRANT DELETE ON quadrax.outbox TO quadrax_system');
      await server.close();
    }
  });
});
