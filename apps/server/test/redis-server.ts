import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { Redis as Client } from 'ioredis';

const program = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'redis-server'))
  .find((file) => existsSync(file));

const missing =
  'These tests need redis-server, which is not on the PATH. Install it, on Debian and Ubuntu with: apt-get install redis-server';

/**
 * Why there can be no Redis here; undefined if there can. @throws on a build machine, which must have what tests need.
 */
export const withoutRedis = (): string | undefined => {
  if (program !== undefined) return undefined;
  if (process.env['CI'] === 'true') throw new Error(missing);
  process.stderr.write(`${missing}\n`);
  return missing;
};

/** A Redis server of one test file, which can be brought down. */
export interface RedisServer {
  readonly url: string;
  /** A connection of its own. */
  client(): Client;
  /** Ends it with no chance to tidy up. */
  kill(): Promise<void>;
  /** It answers nothing from now on, with its connections left open. */
  freeze(): void;
  thaw(): void;
  /** Starts it anew on the same port, with what its last dump holds. */
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

export const startRedisServer = async (): Promise<RedisServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'quadrax-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', ''];
    const started = spawn(program ?? '', options, { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      started.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Ready to accept connections')) resolve();
      });
      started.once('exit', () => reject(new Error(`redis-server ended:\n${output}`)));
    });
  };
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    client: () => new Client(port, '127.0.0.1'),
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    start,
    cleanUp: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
