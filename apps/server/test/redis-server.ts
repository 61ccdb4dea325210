import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daemon, freePort, without } from '@quadrax/testkit';
import type { Daemon } from '@quadrax/testkit';
import { Redis as Client } from 'ioredis';

/** Why there can be no Redis here; undefined if there can. */
export const withoutRedis = (): string | undefined => without('redis-server', 'redis-server');

/** A Redis server of one test file, which can be brought down; started anew, it has the same port. */
export interface RedisServer extends Daemon {
  readonly url: string;
  /** A connection of its own. */
  client(): Client;
  cleanUp(): Promise<void>;
}

export const startRedisServer = async (): Promise<RedisServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'quadrax-redis-'));
  const port = await freePort();
  const options = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', ''];
  const server = daemon('redis-server', options, /Ready to accept connections/);
  await server.start();
  return {
    ...server,
    url: `redis://127.0.0.1:${port}`,
    client: () => new Client(port, '127.0.0.1'),
    cleanUp: async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
