import { createServer } from 'node:net';
import { Client, DatabaseError } from 'pg';
import { SUPERUSER } from './embedded-cluster.ts';
import { EmbeddedPostgresError, errorText } from './embedded-error.ts';

/** The only interface the server listens on. */
export const HOST = '127.0.0.1';

/** The application's database, made at the first start. */
export const DATABASE = 'quadrax';

const CONNECT_TIMEOUT_MS = 5000;
const UNDEFINED_DATABASE = '3D000';
const DUPLICATE_DATABASE = '42P04';

/** The owner's connection string: superuser, loopback TCP, no TLS. */
export function ownerUrl(port: number, password: string): string {
  return `postgresql://${SUPERUSER}:${encodeURIComponent(password)}@${HOST}:${port}/${DATABASE}?sslmode=disable`;
}

async function execute(port: number, password: string, database: string, statement: string): Promise<void> {
  const client = new Client({
    host: HOST,
    port,
    user: SUPERUSER,
    password,
    database,
    ssl: false,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS * 6,
  });
  // A connection the server drops while idle would otherwise end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof DatabaseError && error.code === code;
}

async function makeDatabase(port: number, password: string): Promise<void> {
  try {
    await execute(port, password, 'postgres', `CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    if (!hasCode(error, DUPLICATE_DATABASE)) throw error;
  }
}

/**
 * Connects with our credentials and runs a statement, making the application's database if it is
 * not there yet.
 *
 * @throws EmbeddedPostgresError `start-failed` if the server does not answer or refuses us.
 */
export async function checkServer(port: number, password: string): Promise<void> {
  try {
    await execute(port, password, DATABASE, 'SELECT 1').catch(async (error: unknown) => {
      if (!hasCode(error, UNDEFINED_DATABASE)) throw error;
      await makeDatabase(port, password);
    });
  } catch (error) {
    throw new EmbeddedPostgresError(
      'start-failed',
      `The embedded PostgreSQL on ${HOST}:${port} runs but does not serve us: ${errorText(error)}`,
      { cause: error },
    );
  }
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, HOST, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

/** A port free at this moment: the preferred one if it is. */
export async function freePort(preferred: number | undefined): Promise<number> {
  const port = (preferred ? await listenOnce(preferred) : undefined) ?? (await listenOnce(0));
  if (port !== undefined) return port;
  throw new EmbeddedPostgresError('start-failed', `No port is free on ${HOST} for the embedded PostgreSQL.`);
}
