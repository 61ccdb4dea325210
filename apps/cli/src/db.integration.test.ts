import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, testSecret } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHome, serve } from './testing/quadrax.ts';
import type { Home } from './testing/quadrax.ts';

interface Migration {
  readonly name: string;
  readonly applied: boolean;
}

const pending = (migrations: readonly Migration[]): string[] =>
  migrations.filter(({ applied }) => !applied).map(({ name }) => name);

let home: Home;

beforeAll(async () => {
  home = await createHome();
});

afterAll(() => home.remove());

describe('quadrax db with a database of one’s own', () => {
  it('makes the tables, takes the last back, and makes them again', async () => {
    const database = await createDatabase({ empty: true });
    const env = { DATABASE_URL: database.url, JWT_SECRET: testSecret, JWT_REFRESH_SECRET: testSecret };
    try {
      const before = await home.json<Migration[]>(['db', 'status'], { env });
      expect(before.length).toBeGreaterThan(0);
      expect(pending(before)).toHaveLength(before.length);

      const { applied } = await home.json<{ applied: string[] }>(['db', 'migrate'], { env });
      expect(applied).toEqual(before.map(({ name }) => name));
      const last = applied.at(-1);
      expect(await home.json(['db', 'rollback'], { env })).toEqual({ reverted: [last] });
      expect(pending(await home.json<Migration[]>(['db', 'status'], { env }))).toEqual([last]);
      expect(await home.json(['db', 'migrate'], { env })).toEqual({ applied: [last] });
      expect(await home.json(['db', 'migrate'], { env })).toEqual({ applied: [] });
    } finally {
      await database.drop();
      await rm(join(home.dataDir, 'objects'), { recursive: true, force: true });
    }
  });
});

describe('quadrax db with the embedded database', { timeout: 120_000 }, () => {
  it('seeds a demonstration tenant once, with samples that are ready', async () => {
    const seeded = await home.json<{ email: string; password: string; datakits: string[] }>(['db', 'seed']);
    expect(seeded.datakits).toContain('Palmer penguins');
    expect(await home.json(['db', 'seed'])).toMatchObject({ success: false, code: 'EMAIL_TAKEN' });

    const server = await serve(home);
    const env = { QUADRAX_URL: server.url };
    const login = ['login', '--email', seeded.email, '--password-stdin'];
    await home.run(login, { input: seeded.password, env });
    const datakits = await home.json<{ status: string }[]>(['datakit', 'list'], { env });
    expect(datakits.map(({ status }) => status)).toEqual(seeded.datakits.map(() => 'READY'));
    expect(await server.stop()).toBe(0);
    expect(existsSync(join(home.dataDir, 'postgres', 'pgdata', 'postmaster.pid'))).toBe(false);
  });
  it('resets only when told to, and then leaves nothing, files neither', async () => {
    expect((await home.run(['db', 'reset'])).code).toBe(2);
    expect((await home.run(['db', 'reset'], { env: { NODE_ENV: 'production' } })).stderr).toContain('--yes');
    expect((await readdir(join(home.dataDir, 'objects'))).length).toBeGreaterThan(1);

    expect((await home.run(['db', 'reset', '--yes'])).code).toBe(0);
    expect(await readdir(join(home.dataDir, 'objects'))).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/^[0-9a-f]{8}-/)]),
    );
    const status = await home.json<Migration[]>(['db', 'status']);
    expect(pending(status)).toEqual([]);
    expect(existsSync(join(home.dataDir, 'postgres', 'pgdata', 'postmaster.pid'))).toBe(false);
  });
});
