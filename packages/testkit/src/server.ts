import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLogger, startServer } from '@quadrax/server';
import type { App, Config } from '@quadrax/server';
import { readyDatakit } from './builders.ts';
import { register, TestClient } from './client.ts';
import type { Registration } from './client.ts';
import { createDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { testConfig } from './test-config.ts';

export interface TestServerOptions {
  /** Shared with other servers, and left alone when this one closes. Absent: a clone of its own. */
  readonly database?: TestDatabase;
  /** The folder of files, shared likewise. Absent: a folder of its own. */
  readonly dataDir?: string;
  /** Settings by their names in the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether rates are limited; default no. */
  readonly rateLimits?: boolean;
  /** Whether the server takes jobs; default yes. */
  readonly work?: boolean;
  /** Whether the server may log errors: for tests that bring its database down. Default no. */
  readonly mayLogErrors?: boolean;
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** The whole product in this process, listening on loopback. */
export interface TestServer {
  readonly url: string;
  readonly config: Config;
  readonly app: App;
  readonly database: TestDatabase;
  readonly dataDir: string;
  readonly logs: readonly LogLine[];
  /** Speaks as nobody. */
  readonly anonymous: TestClient;
  /** A fresh account with a tenant of its own. */
  register(changes?: Partial<Registration>): Promise<TestClient>;
  /** Stops the server. @throws if it left a connection, a child process or a scratch file, or logged an error. */
  close(): Promise<void>;
}

/** Collects the server's log lines. */
const collectLogs = (): { lines: LogLine[]; stream: Writable } => {
  const lines: LogLine[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      for (const line of chunk.toString().trim().split('\n')) lines.push(JSON.parse(line) as LogLine);
      done();
    },
  });
  return { lines, stream };
};

/** Folders and files of dead writers would be swept by others; those of a server that closed must be gone. */
const scratchLeft = async (config: Config): Promise<string[]> =>
  readdir(join(config.storagePath ?? join(config.dataDir, 'objects'), '.scratch')).catch(() => []);

const ownResources = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap' || kind === 'TCPServerWrap')
    .length;

/** Starts the product on a database of its own, as `npm start` would but for what tests need otherwise. */
export const startTestServer = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const database = options.database ?? (await createDatabase());
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'quadrax-data-')));
  const config = testConfig({
    databaseUrl: database.url,
    dataDir,
    ...(options.env && { env: options.env }),
    ...(options.rateLimits !== undefined && { rateLimits: options.rateLimits }),
  });
  const before = ownResources();
  const { lines, stream } = collectLogs();
  const running = await startServer({
    config,
    log: createLogger(config.logLevel, stream),
    ...(options.work !== undefined && { work: options.work }),
  });
  const url = running.url.replace('localhost', '127.0.0.1');

  const leftovers = async (): Promise<string[]> => {
    const left: string[] = [];
    if (ownResources() > before) left.push('a child process or a listening socket');
    if (options.dataDir === undefined)
      left.push(...(await scratchLeft(config)).map((name) => `the scratch folder ${name}`));
    if (!options.mayLogErrors)
      left.push(
        ...lines
          .filter(({ level }) => level === 'error')
          .map((line) => `an error: ${JSON.stringify(line).slice(0, 600)}`),
      );
    return left;
  };

  return {
    url,
    config,
    app: running.app,
    database,
    dataDir,
    logs: lines,
    anonymous: new TestClient(url),
    register: (changes) => register(url, changes),
    close: async () => {
      await running.close();
      const left = await leftovers();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      if (options.database === undefined) await database.drop();
      if (left.length > 0) throw new Error(`The server left behind:\n${left.join('\n')}`);
    },
  };
};

/** A server, somebody on it, and a datakit of theirs to train on. */
export const startWithDatakit = async (csv?: string) => {
  const server = await startTestServer();
  const client = await server.register();
  return { server, client, datakitId: (await readyDatakit(client, csv)).id };
};
