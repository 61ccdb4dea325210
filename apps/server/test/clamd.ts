import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { daemon, freePort, without } from '@quadrax/testkit';

/** Why there can be no clamd here; undefined if there can. */
export const withoutClamd = (): string | undefined => without('clamd', 'clamav-daemon');

/** What the test's own signature finds. */
export const infected = 'QUADRAX-TEST-SIGNATURE-OF-NOTHING-BAD';
export const signature = 'Quadrax.Test.UNOFFICIAL';
export const longestStream = 2 * 1024 * 1024;

export interface Clamd {
  readonly unix: string;
  readonly tcp: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  cleanUp(): Promise<void>;
}

/** The real thing with one signature of our own, under the account that its package makes for it. */
export const startClamd = async (): Promise<Clamd> => {
  const folder = await mkdtemp(join(tmpdir(), 'quadrax-clamd-'));
  const database = join(folder, 'database');
  await mkdir(database);
  await writeFile(
    join(database, 'quadrax.ndb'),
    `Quadrax.Test:0:*:${Buffer.from(infected).toString('hex')}\n`,
  );
  const port = await freePort();
  const socket = join(folder, 'clamd.sock');
  const asRoot = process.getuid?.() === 0;
  const config = join(folder, 'clamd.conf');
  await writeFile(
    config,
    [
      ...(asRoot ? ['User clamav'] : []),
      'Foreground yes',
      `DatabaseDirectory ${database}`,
      `LocalSocket ${socket}`,
      'TCPAddr 127.0.0.1',
      `TCPSocket ${port}`,
      `StreamMaxLength ${longestStream}`,
      'ConcurrentDatabaseReload no',
      '',
    ].join('\n'),
  );
  await chmod(folder, 0o755);
  if (asRoot) execFileSync('chown', ['-R', 'clamav', folder]);
  const server = daemon('clamd', ['--config-file', config], /Self checking every/);
  const stop = async (): Promise<void> => {
    await server.kill();
    await rm(socket, { force: true });
  };
  await server.start();
  return {
    unix: `unix:${socket}`,
    tcp: `127.0.0.1:${port}`,
    start: server.start,
    stop,
    cleanUp: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
