import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { startEmbeddedPostgres } from '@quadrax/server';
import { clusterPrefix, markOwner } from './leftovers.ts';

/** A PostgreSQL server that nobody else uses, for tests that stop it. */
export interface OwnPostgres {
  /** The superuser's connection string; the same after a stop. */
  readonly url: string;
  /** Ends it as an administrator would: `fast` in order, `immediate` as after a crash. */
  stop(manner: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  /** Stands every process of it still, as an overloaded disk or a lost network does; undone by what it gives. */
  freeze(): () => void;
  remove(): Promise<void>;
}

const silent = (): void => {};
const log = { info: silent, warn: silent, error: silent };

const childrenOf = (parent: number): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid = 0]) => pid);

const signalAll = (pids: readonly number[], signal: NodeJS.Signals): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // A backend may end by itself between being listed and being told.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
};

export const startOwnPostgres = async (): Promise<OwnPostgres> => {
  const dataDir = await mkdtemp(join(tmpdir(), clusterPrefix));
  await markOwner(dataDir);
  // The server runs as an unprivileged account when the tests run as root.
  await chmod(dataDir, 0o711);
  // Durable: what was acknowledged must be there after an immediate stop.
  const open = () => startEmbeddedPostgres({ dataDir, durable: true, log });
  let server = await open();
  const { ownerUrl } = server;
  return {
    url: ownerUrl,
    stop: async (manner) => {
      if (manner === 'immediate') process.kill(server.pid, 'SIGQUIT');
      await server.stop();
    },
    start: async () => {
      server = await open();
      if (server.ownerUrl !== ownerUrl) throw new Error('The database came back at another address.');
    },
    freeze: () => {
      // The postmaster first, so that no backend is made meanwhile.
      process.kill(server.pid, 'SIGSTOP');
      const pids = childrenOf(server.pid);
      signalAll(pids, 'SIGSTOP');
      return () => signalAll([...pids, server.pid], 'SIGCONT');
    },
    remove: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
};
