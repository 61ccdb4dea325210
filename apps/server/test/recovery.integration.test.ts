import { hostname } from 'node:os';
import { createDatabase, eventually, startTestServer } from '@quadrax/testkit';
import type { TestDatabase, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from './job-worker.ts';

/** Larger than any process of this machine has. */
const nobodysPid = 2 ** 30;

describe('what dead processes left', () => {
  let database: TestDatabase;
  let server: TestServer;
  beforeAll(async () => {
    database = await createDatabase();
    // The least: two connections for work without a tenant.
    server = await startTestServer({ database, env: { DB_POOL_SIZE: '2', DB_POOL_TIMEOUT: '400' } });
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  const die = (lock?: string) =>
    database.owner(
      `INSERT INTO quadrax.workers (id, lock, host, pid)
       VALUES (gen_random_uuid(), COALESCE($1, nextval('quadrax.worker_locks')), $2, $3)`,
      [lock ?? null, hostname(), nobodysPid],
    );
  const left = async (): Promise<number> => {
    const [row] = await database.owner<{ count: number }>(
      'SELECT count(*)::int AS count FROM quadrax.workers WHERE pid = $1',
      [nobodysPid],
    );
    return row?.count ?? Number.NaN;
  };
  const warnings = (): number => server.logs.filter(({ action }) => action === 'recovery.failed').length;

  it('is put right with one connection, however busy the others are', async () => {
    const gate = createGate();
    const busy = server.app.platform.db.system(gate.pass);
    await gate.arrived;
    for (let i = 0; i < 3; i++) await die();
    await eventually('they are put right', left, (count) => count === 0, 25_000);
    expect(warnings()).toBe(0);
    gate.open();
    await busy;
  });

  it('is left alone while another process is at it', async () => {
    const other = await startTestServer({ database, work: false });
    const gate = createGate();
    const [row] = await database.owner<{ lock: string }>(
      `SELECT nextval('quadrax.worker_locks')::text AS lock`,
    );
    const lock = row?.lock ?? '';
    const putRight = other.app.platform.db.listener.under(lock, gate.pass);
    await gate.arrived;
    await die(lock);
    expect(await server.app.platform.db.listener.under(lock, async () => {})).toBe(false);
    expect(await left()).toBe(1);
    gate.open();
    expect(await putRight).toBe(true);
    await eventually('it is seen to', left, (count) => count === 0, 25_000);
    await other.close();
  });
});
