import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, createLogger, startEmbeddedPostgres } from '@quadrax/server';
import { templateName, withOwner } from './database.ts';
import { clusterPrefix, markOwner, removeLeftovers } from './leftovers.ts';
import { testConfig } from './test-config.ts';

/** A PostgreSQL server for one run of tests, with a template that every test database is cloned from. */
export interface TestCluster {
  /** The superuser's connection string. */
  readonly ownerUrl: string;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

const databaseUrl = (serverUrl: string, database: string): string => {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
};

/** Brings the template up to date once: roles, migrations, the queue's own tables and the queues. */
const makeTemplate = async (ownerUrl: string, dataDir: string): Promise<void> => {
  await withOwner(ownerUrl, (owner) => owner.query(`CREATE DATABASE ${templateName}`));
  const config = testConfig({ databaseUrl: databaseUrl(ownerUrl, templateName), dataDir });
  const app = await createApp({ config, log: createLogger('silent'), work: false });
  await app.close();
  await withOwner(ownerUrl, (owner) => owner.query(`ALTER DATABASE ${templateName} ALLOW_CONNECTIONS false`));
};

/** Starts the server without fsync: what a test writes need not outlive the machine. */
export const startCluster = async (): Promise<TestCluster> => {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), clusterPrefix));
  await markOwner(folder);
  // The server runs as an unprivileged account when the tests run as root.
  await chmod(folder, 0o711);
  const silent = (): void => {};
  const server = await startEmbeddedPostgres({
    dataDir: folder,
    durable: false,
    log: { info: silent, warn: silent, error: silent },
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
  try {
    await makeTemplate(server.ownerUrl, join(folder, 'template'));
  } catch (error) {
    await stop();
    throw error;
  }
  return { ownerUrl: server.ownerUrl, stop };
};
