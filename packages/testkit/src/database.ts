import { createHmac, randomBytes } from 'node:crypto';
import { Client, escapeIdentifier, Pool } from 'pg';
import { inject } from 'vitest';
import { testSecret } from './test-config.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser's connection string of the run's PostgreSQL server. */
    readonly databaseServer: string;
  }
}

export const templateName = 'quadrax_template';

type Row = Record<string, unknown>;

/** A database of one test file: a clone of the migrated template, or an empty one. */
export interface TestDatabase {
  readonly name: string;
  /** The superuser's connection string. */
  readonly url: string;
  /** One statement as the superuser, who sees every tenant's rows. */
  owner<R extends Row = Row>(statement: string, values?: readonly unknown[]): Promise<R[]>;
  /** A connection as one of the product's two logins, for as long as `work` takes. */
  as<T>(login: 'app' | 'system', work: (client: Client) => Promise<T>): Promise<T>;
  /** Breaks every connection and lets no new one in until the function it gives is called. */
  cutOff(): Promise<() => Promise<void>>;
  /** A further database with all that is in this one, to which nobody but the tests may be connected. */
  clone(): Promise<TestDatabase>;
  /** Who is still connected, by application, once whoever just left is gone. */
  connections(): Promise<string[]>;
  /** Lets go of the database without removing it. */
  leave(): Promise<void>;
  /** Removes the database and its logins. @throws if somebody is still connected. */
  drop(): Promise<void>;
}

/** Runs `work` on a superuser connection to the database that the URL names. */
export const withOwner = async <T>(url: string, work: (owner: Client) => Promise<T>): Promise<T> => {
  const owner = new Client({ connectionString: url, application_name: 'tests' });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
};

const loginName = (database: string, login: 'app' | 'system'): string => `${database}_${login}_login`;

/** Roles belong to the whole server and outlive their database, unless they are taken away. */
const dropLogins = async (owner: Client, database: string): Promise<void> => {
  for (const login of ['app', 'system'] as const)
    await owner.query(`DROP ROLE IF EXISTS ${escapeIdentifier(loginName(database, login))}`);
};

/** The run's server, as the vitest global setup made it known. */
export const serverUrl = (): string => inject('databaseServer');

const withLogin = (url: string, database: string, login: 'app' | 'system'): string => {
  const changed = new URL(url);
  changed.username = loginName(database, login);
  changed.password = createHmac('sha256', testSecret).update(`${database}/${login}`).digest('hex');
  return changed.href;
};

const lingering = `
  SELECT application_name AS name FROM pg_stat_activity
  WHERE datname = $1 AND application_name <> 'tests' AND backend_type = 'client backend'`;

/** How long a closed connection's backend may take to be gone. */
const departureMs = 5000;

const stillConnected = async (server: Client, name: string): Promise<string[]> => {
  const deadline = performance.now() + departureMs;
  for (;;) {
    const { rows } = await server.query<{ name: string }>(lingering, [name]);
    if (rows.length === 0 || performance.now() > deadline) return rows.map((row) => row.name);
  }
};

/** Has nobody connected to a database, of all or of one application. */
const disconnect = (owner: Client, name: string, application?: string): Promise<unknown> =>
  owner.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = $1 AND application_name = COALESCE($2, application_name)`,
    [name, application],
  );

/** Makes a database of a server as a copy of another. */
const copyOf = async (template: string, server: string): Promise<TestDatabase> => {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withOwner(server, (owner) =>
    owner.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`),
  );
  const target = new URL(server);
  target.pathname = `/${name}`;
  return databaseAt(target.href, server);
};

/** A database that exists, of any server; it is removed by way of `server`, the superuser's connection to another. */
export const databaseAt = (url: string, server = url): TestDatabase => {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const pool = new Pool({ connectionString: url, max: 2, application_name: 'tests' });
  // The tests end connections on purpose, idle ones of this pool among them.
  pool.on('error', () => {});
  return {
    name,
    url,
    owner: async <R extends Row>(statement: string, values: readonly unknown[] = []) =>
      (await pool.query<R>(statement, [...values])).rows,
    as: async (login, work) => {
      const client = new Client({ connectionString: withLogin(url, name, login), application_name: 'tests' });
      await client.connect();
      try {
        return await work(client);
      } finally {
        await client.end();
      }
    },
    cutOff: async () => {
      const limit = (most: number) =>
        withOwner(server, (owner) => owner.query(`ALTER DATABASE ${name} CONNECTION LIMIT ${most}`));
      await limit(0);
      await withOwner(server, (owner) => disconnect(owner, name));
      return async () => void (await limit(-1));
    },
    clone: async () => {
      // Idle ones of this pool; it makes others when it needs them.
      await withOwner(server, (owner) => disconnect(owner, name, 'tests'));
      return copyOf(name, server);
    },
    connections: () => withOwner(server, (owner) => stillConnected(owner, name)),
    leave: () => pool.end(),
    drop: async () => {
      await pool.end();
      await withOwner(server, async (owner) => {
        const left = await stillConnected(owner, name);
        await owner.query(`DROP DATABASE ${name} WITH (FORCE)`);
        await dropLogins(owner, name);
        if (left.length > 0) throw new Error(`Left connected to ${name}: ${left.join(', ')}`);
      });
    },
  };
};

/** Makes a database of the run's server: a clone of the template unless `empty`. */
export const createDatabase = ({ empty = false } = {}): Promise<TestDatabase> =>
  copyOf(empty ? 'template0' : templateName, serverUrl());
