import { sql } from 'drizzle-orm';
import { Client, Pool } from 'pg';
import type { Logger } from '../log/index.ts';
import { Availability } from './availability.ts';
import { startEmbeddedPostgres } from './embedded/index.ts';
import { Listener } from './listener.ts';
import type { Pulse } from './listener.ts';
import { migrateUp } from './migrate.ts';
import { installQueueSchema } from './queue-schema.ts';
import { ensureRoles, loginsOf, statementMs } from './roles.ts';
import { asAppError, inTransaction } from './transactions.ts';
import type { Tx } from './transactions.ts';

export interface DatabaseOptions {
  readonly dataDir: string;
  /** Absent: an embedded server is started in the data folder. */
  readonly url?: string | undefined;
  /** The same server without a transaction pooler in front, for connections that hold a session. */
  readonly directUrl?: string | undefined;
  readonly poolSize: number;
  readonly poolTimeoutMs: number;
  /** The logins' passwords are derived from it. */
  readonly secret: string;
  readonly log: Logger;
  readonly measure?: (seconds: number) => void;
  /** How often the listening connection is looked after, and how long it may take to answer. */
  readonly listening?: Pulse;
}

/** The product's database: who asks says for which tenant, or that the work has none. */
export interface Database {
  /** A transaction that sees one tenant's rows and no other. */
  tenant<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** A transaction of work without a tenant, under a role that has just its tables. */
  system<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  readonly listener: Listener;
  /**
   * Told which tables of the schema `quadrax` a transaction of a tenant has written, once it is committed; whoever made
   * it goes on after that.
   */
  onWritten(handler: (tenantId: string, tables: ReadonlySet<string>) => Promise<void>): void;
  /** For libraries that connect by themselves, as the system login, past any pooler. */
  readonly systemUrl: string;
  /** Connections of the request pool: used and allowed. */
  usage(): { active: number; idle: number; waiting: number; max: number };
  /** Whether requests can be served, by what was found last. Costs nothing. */
  reachable(): boolean;
  /**
   * For work that ends in the database and costs much before.
   * @throws AppError UNAVAILABLE at once while the database is away
   */
  require(): void;
  /** Milliseconds one transaction took. */
  ping(): Promise<number>;
  close(): Promise<void>;
}

interface Server {
  readonly url: string;
  readonly directUrl: string;
  stop(): Promise<void>;
}

/** The server to use: the one that was named, or an embedded one. */
export const openOwnerServer = async ({
  url,
  directUrl,
  dataDir,
  log,
}: Pick<DatabaseOptions, 'url' | 'directUrl' | 'dataDir' | 'log'>): Promise<Server> => {
  if (url !== undefined) return { url, directUrl: directUrl ?? url, stop: async () => {} };
  const embedded = await startEmbeddedPostgres({ dataDir, log });
  return { url: embedded.ownerUrl, directUrl: embedded.ownerUrl, stop: () => embedded.stop() };
};

const asLogin = (url: string, { user, password }: { user: string; password: string }): string => {
  const changed = new URL(url);
  changed.username = encodeURIComponent(user);
  changed.password = encodeURIComponent(password);
  return changed.href;
};

/** Runs `work` as the owner, who makes roles and tables and nothing else. */
export const asOwner = async <T>(url: string, work: (owner: Client) => Promise<T>): Promise<T> => {
  const owner = new Client({ connectionString: url, application_name: 'quadrax owner' });
  // What breaks shows in the query that needed it; without a handler it would end the process.
  owner.on('error', () => {});
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
};

const databaseName = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

/** Starts or reaches the server, brings roles and tables up to date, and opens the pools. */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const server = await openOwnerServer(options);
  try {
    return await openPools(server, options);
  } catch (error) {
    await server.stop();
    throw error;
  }
};

/** The server ends a statement of a request after `statementMs` (roles.ts); one that it does not answer ends here. */
const answerMs = statementMs + 5000;

const openPools = async (server: Server, options: DatabaseOptions): Promise<Database> => {
  const { log, poolSize, poolTimeoutMs, measure = () => {} } = options;
  const logins = loginsOf(databaseName(server.directUrl), options.secret);
  await asOwner(server.directUrl, async (owner) => {
    // Roles, rights and tables of the catalog bear one writer only. The lock ends with the connection.
    await owner.query('SELECT pg_advisory_lock(hashtext($1))', ['quadrax prepare']);
    await ensureRoles(owner, logins);
    const applied = await migrateUp(owner);
    if (applied.length > 0)
      log.info({ action: 'db.migrated', applied }, 'The database was brought up to date');
    await installQueueSchema(owner, server.directUrl);
  });
  const systemPoolUrl = asLogin(server.url, logins.system);
  const availability = new Availability(systemPoolUrl, log);
  const pool = (url: string, max: number, name: string): Pool => {
    const opened = new Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis: poolTimeoutMs,
      idleTimeoutMillis: 30_000,
      query_timeout: answerMs,
      keepAlive: true,
      application_name: name,
      stream: availability.socket,
    });
    // Without a handler an idle connection that breaks would end the process; the next query reports it.
    opened.on('error', (error) =>
      log.warn({ action: 'db.connection_lost', reason: error.message }, 'An idle database connection broke'),
    );
    return opened;
  };
  const app = pool(asLogin(server.url, logins.app), poolSize, 'quadrax app');
  const system = pool(systemPoolUrl, Math.max(2, Math.ceil(poolSize / 3)), 'quadrax system');
  const writtenHandlers = new Set<Parameters<Database['onWritten']>[0]>();
  const written = async (tenantId: string, tables: ReadonlySet<string>): Promise<void> => {
    for (const handler of writtenHandlers) await handler(tenantId, tables);
  };
  const requests = { pool: app, availability, measure, written };
  const chores = { pool: system, availability, measure };
  const systemUrl = asLogin(server.directUrl, logins.system);
  const listener = new Listener(systemUrl, log, options.listening);
  try {
    await listener.start();
  } catch (error) {
    await availability.close();
    throw error;
  }
  return {
    tenant: (tenantId, work) => inTransaction(requests, tenantId, work),
    system: (work) => inTransaction(chores, undefined, work),
    listener,
    onWritten: (handler) => {
      writtenHandlers.add(handler);
    },
    systemUrl,
    usage: () => ({
      active: app.totalCount - app.idleCount,
      idle: app.idleCount,
      waiting: app.waitingCount,
      max: poolSize,
    }),
    reachable: () => availability.reachable,
    require: () => {
      try {
        availability.require();
      } catch (error) {
        throw asAppError(error);
      }
    },
    ping: async () => {
      const started = performance.now();
      await inTransaction(chores, undefined, (tx) => tx.execute(sql`SELECT 1`));
      return performance.now() - started;
    },
    close: async () => {
      await Promise.all([listener.close(), availability.close()]);
      await Promise.all([app.end(), system.end()]);
      await server.stop();
    },
  };
};
