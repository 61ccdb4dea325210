import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { createClient } from '@quadrax/client';
import { createDatabase, startTestServer, testEnvironment } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHome, launch, program } from './testing/quadrax.ts';
import type { Home } from './testing/quadrax.ts';

let home: Home;

beforeAll(async () => {
  home = await createHome();
});
afterAll(() => home.remove());

describe('quadrax worker', { timeout: 120_000 }, () => {
  it('does the work of a server that does none itself, and stops when told to', async () => {
    const server = await startTestServer({ work: false });
    const { database, dataDir } = server;
    const shared = testEnvironment({ databaseUrl: database.url, dataDir });
    const worker = await launch(['worker'], { ...home.environment, ...shared }, /takes jobs/);
    try {
      const client = createClient({ baseUrl: server.url });
      const person = { firstName: 'Ann', lastName: 'Lee', password: 'correct horse battery' };
      await client.auth.register({ email: 'worker@example.com', ...person });
      const datakit = await client.datakits.upload(new Blob(['x,y\n1,2\n3,4\n']), { fileName: 'rows.csv' });
      expect(await client.jobs.wait(datakit)).toMatchObject({ status: 'SUCCEEDED' });
      expect(await client.datakits.get(datakit.id)).toMatchObject({ status: 'READY', rows: 2 });
    } finally {
      expect(await worker.stop()).toBe(0);
      await server.close();
    }
  });

  it('stops when npm is told to, whose shell ends and says nothing', async () => {
    const database = await createDatabase();
    const shared = testEnvironment({ databaseUrl: database.url, dataDir: home.dataDir });
    const env = { ...home.environment, ...shared, npm_lifecycle_event: 'start', LOG_LEVEL: 'info' };
    // A second command keeps the shell from becoming the first.
    const shell = spawn('sh', ['-c', '"$0" "$@"; true', process.execPath, program, 'worker'], { env });
    try {
      const logged = text(shell.stdout);
      for await (const line of createInterface({ input: shell.stderr })) {
        if (line.includes('takes jobs')) shell.kill('SIGTERM');
      }
      expect(await logged).toMatch(/"signal":"SIGTERM".*"Stopping"/);
      expect(await database.connections()).toEqual([]);
    } finally {
      await database.drop();
    }
  });

  it.each(['worker', 'serve'])('as %s ends where it cannot start', async (command) => {
    const database = await createDatabase();
    try {
      // Nearly the last thing that a start needs: most of what there is runs by then.
      await database.owner('ALTER TABLE quadrax.schedules RENAME TO elsewhere');
      const env = { ...testEnvironment({ databaseUrl: database.url, dataDir: home.dataDir }), PORT: '0' };
      const { code, stderr } = await home.run([command], { env });
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('schedules') });
      expect(await database.connections()).toEqual([]);
    } finally {
      await database.drop();
    }
  });

  it('refuses the embedded database, which only its server has', async () => {
    const { code, stderr } = await home.run(['worker']);
    expect(code).toBe(2);
    expect(stderr).toContain('Set DATABASE_URL');
  });
});
