import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const program = ['/usr/sbin/clamd', '/usr/bin/clamd'].find((file) => existsSync(file));

const missing =
  'These tests need clamd, which is not installed. Install it, on Debian and Ubuntu with: apt-get install clamav-daemon';

/** Why there can be no clamd here; undefined if there can. @throws on a build machine, which must have what tests need */
export const withoutClamd = (): string | undefined => {
  if (program !== undefined) return undefined;
  if (process.env['CI'] === 'true') throw new Error(missing);
  process.stderr.write(`${missing}\n`);
  return missing;
};

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

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};

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
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    await rm(socket, { force: true });
  };
  const start = async (): Promise<void> => {
    const started = spawn(program ?? '', ['--config-file', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        if (/Self checking every/.test(output)) resolve();
      };
      started.stdout.on('data', read);
      started.stderr.on('data', read);
      started.once('exit', () => reject(new Error(`clamd ended:\n${output}`)));
    });
  };
  await start();
  return {
    unix: `unix:${socket}`,
    tcp: `127.0.0.1:${port}`,
    start,
    stop,
    cleanUp: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
