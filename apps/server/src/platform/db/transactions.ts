import { drizzle } from 'drizzle-orm/node-postgres';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { DatabaseError } from 'pg';
import type { Pool, PoolClient } from 'pg';
import { AppError } from '../errors/index.ts';

/** One transaction. What runs in it is typed SQL (drizzle). */
export type Tx = NodePgDatabase;

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Codes of PostgreSQL that mean "not now" rather than "never": shutting down, starting, out of connections. */
const passing = new Set(['57P01', '57P02', '57P03', '53300', '08000', '08003', '08006']);
const passingErrno = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'ENOENT']);
const passingWords = /Connection terminated|timeout exceeded when trying to connect|connection timeout/i;

/** Whether the database could not be reached, so that the same request may work in a moment. */
export const isUnavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseError) return passing.has(error.code ?? '');
  if ('code' in error && passingErrno.has(String(error.code))) return true;
  return passingWords.test(error.message) || isUnavailable(error.cause);
};

/** Whether the database has no room left for what it was asked to write. */
const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  ((error instanceof DatabaseError && error.code === '53100') || isDiskFull(error.cause));

/** Codes of PostgreSQL for text that it cannot hold: U+0000, and halves of surrogate pairs in JSON. */
const unstorable = new Set(['22021', '22P05']);

const isUnstorableText = (error: unknown): boolean =>
  error instanceof Error &&
  ((error instanceof DatabaseError && unstorable.has(error.code ?? '')) || isUnstorableText(error.cause));

const asAppError = (error: unknown): unknown => {
  if (isUnavailable(error))
    return new AppError('UNAVAILABLE', {
      message: 'The database cannot be reached. Try again shortly.',
      retryAfter: 2,
      cause: error,
    });
  if (isDiskFull(error)) return new AppError('NO_SPACE', { cause: error });
  if (isUnstorableText(error))
    return new AppError('VALIDATION_FAILED', {
      message: 'A text holds a character that cannot be stored, such as U+0000. Remove it.',
      cause: error,
    });
  return error;
};

export type Measure = (seconds: number) => void;

/**
 * Runs `work` in a transaction of a connection of `pool`, as `tenant` if one is given: the setting ends with the
 * transaction, so a connection never carries a tenant back into the pool.
 */
export const inTransaction = async <T>(
  pool: Pool,
  tenant: string | undefined,
  work: (tx: Tx) => Promise<T>,
  measure: Measure,
): Promise<T> => {
  if (tenant !== undefined && !uuidPattern.test(tenant)) throw new TypeError('A tenant is named by its id.');
  const started = performance.now();
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw asAppError(error);
  }
  let broken: Error | undefined;
  // The pool listens only while a connection is idle: one that breaks in use would end the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    // One message, one round trip. The id was checked above: there is no parameter in a multiple statement.
    await client.query(tenant === undefined ? 'BEGIN' : `BEGIN; SET LOCAL app.tenant = '${tenant}'`);
    const outcome = await work(drizzle(client));
    await client.query('COMMIT');
    return outcome;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw asAppError(error);
  } finally {
    client.off('error', onError);
    client.release(broken);
    measure((performance.now() - started) / 1000);
  }
};
