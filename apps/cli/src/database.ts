import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import {
  createApp,
  createLogger,
  EmbeddedPostgresError,
  loadConfig,
  startEmbeddedPostgres,
} from '@quadrax/server';
import type { App, AppOptions, Config } from '@quadrax/server';
import { environment } from './environment.ts';

/** The database that a command works on directly. */
export interface Located {
  readonly config: Config;
  /** Where the database is served, past any pooler. */
  readonly url: string;
  /** A server of Quadrax has this (embedded) database open. */
  readonly inUse: boolean;
}

/** Where the server that has the data folder open serves its database, by what it recorded there. */
const runningDatabase = async (dataDir: string): Promise<string | undefined> => {
  const home = join(resolve(dataDir), 'postgres');
  try {
    const { port } = JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as { port: number };
    const password = (await readFile(join(home, 'pgdata', 'quadrax-password'), 'utf8')).trim();
    return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/quadrax?sslmode=disable`;
  } catch {
    return undefined;
  }
};

const quietLog = () => createLogger('warn', process.stderr);

/**
 * Finds the configured database, starting the embedded one for the time of `work` unless a server already has.
 * @throws ConfigError, EmbeddedPostgresError
 */
export const withDatabase = async <T>(work: (located: Located) => Promise<T>): Promise<T> => {
  const config = loadConfig(environment);
  if (config.databaseUrl !== undefined)
    return work({ config, url: config.databaseDirectUrl ?? config.databaseUrl, inUse: false });
  let embedded: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
  try {
    embedded = await startEmbeddedPostgres({ dataDir: config.dataDir, log: quietLog() });
  } catch (error) {
    const inUse = error instanceof EmbeddedPostgresError && error.reason === 'in-use';
    const url = inUse ? await runningDatabase(config.dataDir) : undefined;
    if (url === undefined) throw error;
    return work({ config, url, inUse: true });
  }
  try {
    return await work({ config, url: embedded.ownerUrl, inUse: false });
  } finally {
    await embedded.stop();
  }
};

/** The product on a database, brought up to date, without a port and without taking jobs. */
/** How the product opens a database that was found: as configured, or where the embedded one is served already. */
export const opening = ({ config, url }: Located): Pick<AppOptions, 'config' | 'runningUrl'> => ({
  config,
  ...(config.databaseUrl === undefined && { runningUrl: url }),
});

/** The product on a database, brought up to date, without a port and without taking jobs. */
export const withApp = async <T>(located: Located, work: (app: App) => Promise<T>): Promise<T> => {
  const app = await createApp({ ...opening(located), log: quietLog(), work: false });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
};
