import { createDatabase, testSecret, withOwner } from '@quadrax/testkit';
import type { TestDatabase } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHome, serve } from './testing/quadrax.ts';
import type { Home } from './testing/quadrax.ts';

const audit = ['security', 'audit', '--verify-log'];

interface Verdict {
  readonly intact: boolean;
  readonly rows: number;
  readonly chains: number;
  readonly broken?: { tenantId: string; id: number; problem: string };
}

describe('quadrax security audit --verify-log', { timeout: 60_000 }, () => {
  let home: Home;
  let database: TestDatabase;
  let env: Record<string, string>;
  let url: string;
  let stop: () => Promise<number | null>;

  beforeAll(async () => {
    home = await createHome();
    database = await createDatabase();
    env = { DATABASE_URL: database.url, JWT_SECRET: testSecret, JWT_REFRESH_SECRET: testSecret };
    const server = await serve({ ...home, environment: { ...home.environment, ...env } });
    ({ url, stop } = server);
    for (const name of ['ada', 'bob']) {
      const body = {
        email: `${name}@example.org`,
        password: 'a long enough sentence',
        firstName: name,
        lastName: 'Test',
      };
      for (const path of ['register', 'login'])
        await fetch(`${url}/api/auth/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
    }
  });
  afterAll(async () => {
    await stop();
    await database.drop();
    await home.remove();
  });

  it('counts what it checked, of every tenant, beside a running server', async () => {
    const { code, stdout } = await home.run(audit, { env });
    expect(stdout).toBe('4 entries of 2 tenants checked. The log is as it was written.\n');
    expect(code).toBe(0);
    expect(await home.json(audit, { env })).toEqual({ intact: true, rows: 4, chains: 2 });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('names the first row that is not as it was, and ends with 1', async () => {
    const [row] = await database.owner<{ tenant: string }>(
      `SELECT tenant_id AS tenant FROM auth.tenants WHERE name = 'bob Test’s workspace'`,
    );
    const tenantId = row?.tenant ?? '';
    await withOwner(database.url, (owner) =>
      owner.query(`UPDATE quadrax.audit_log SET address = '' WHERE tenant_id = $1 AND id = 2`, [tenantId]),
    );
    const { code, stdout, stderr } = await home.run(audit, { env });
    expect(code).toBe(1);
    expect(stdout).toContain(
      `The log of the tenant ${tenantId} is not as it was written: entry 2 is not the one that was written there.`,
    );
    expect(stderr).toBe('');

    await database.owner('DELETE FROM quadrax.audit_log WHERE tenant_id = $1 AND id = 2', [tenantId]);
    const verdict = await home.json<Verdict>(audit, { env });
    expect(verdict).toMatchObject({
      intact: false,
      chains: 2,
      broken: { tenantId, id: 2, problem: 'missing' },
    });
    expect((await home.run(audit, { env })).stdout).toContain('entry 2 is missing.');
  });

  it('asks what to check where nothing was said', async () => {
    const { code, stderr } = await home.run(['security', 'audit'], { env });
    expect(stderr).toContain('--verify-log');
    expect(code).toBe(2);
  });
});

describe('quadrax security audit --verify-log with the embedded database', { timeout: 120_000 }, () => {
  let home: Home;
  beforeAll(async () => {
    home = await createHome();
  });
  afterAll(() => home.remove());

  it('checks it stopped, and beside the server that has it open', async () => {
    await home.json(['db', 'migrate']);
    expect(await home.json(audit)).toEqual({ intact: true, rows: 0, chains: 0 });
    const server = await serve(home);
    await fetch(`${server.url}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: 'ada@example.org',
        password: 'a long enough sentence',
        firstName: 'Ada',
        lastName: 'Test',
      }),
    });
    expect(await home.json(audit)).toEqual({ intact: true, rows: 1, chains: 1 });
    expect(await server.stop()).toBe(0);
    expect(await home.json(audit)).toEqual({ intact: true, rows: 1, chains: 1 });
  });
});
