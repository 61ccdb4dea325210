import { drizzle } from 'drizzle-orm/node-postgres';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { DatabaseError } from 'pg';
import type { Pool, PoolClient } from 'pg';
import { AppError } from '../errors/index.ts';
import { ServerAway } from './availability.ts';
import type { Availability } from './availability.ts';
import { tablesWritten } from './tables-written.ts';
import { isUuid } from './uuids.ts';

/** One transaction. What runs in it is typed SQL (drizzle). */
export type Tx = NodePgDatabase;

/** Codes of PostgreSQL that mean "not now" rather than "never": idle too long, shutting down, starting, out of connections. */
const passing = new Set(['25P03', '57P01', '57P02', '57P03', '53300', '08000', '08003', '08006']);
const passingErrno = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'ENOENT']);
const passingWords =
  /Connection terminated|is not queryable|timeout exceeded when trying to connect|connection timeout/i;

/** A pooler that cannot reach the server behind it breaks the connection off with this. */
const isOfPooler = ({ code, severity }: DatabaseError): boolean => code === '08P01' && severity === 'FATAL';

/** Whether the database could not be reached, so that the same request may work in a moment. */
const isUnavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error instanceof ServerAway) return true;
  if (error instanceof DatabaseError) return passing.has(error.code ?? '') || isOfPooler(error);
  if ('code' in error && passingErrno.has(String(error.code))) return true;
  return passingWords.test(error.message) || isUnavailable(error.cause);
};

/** Whether a statement was given up, by the server or here, because it took too long. */
export const isTooSlow = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error instanceof DatabaseError) return error.code === '57014';
  return isUnanswered(error) || isTooSlow(error.cause);
};

/** A statement that got no answer at all: its connection is of no more use, not even for a ROLLBACK. */
const isUnanswered = (error: unknown): boolean =>
  error instanceof Error && (error.message === 'Query read timeout' || isUnanswered(error.cause));

/** Whether the database has no room left for what it was asked to write. */
const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  ((error instanceof DatabaseError && error.code === '53100') || isDiskFull(error.cause));

/** Codes of PostgreSQL for text that it cannot hold: U+0000, in a text and in JSON. */
const unstorable = new Set(['22021', '22P05']);

const isUnstorableText = (error: unknown): boolean =>
  error instanceof Error &&
  ((error instanceof DatabaseError && unstorable.has(error.code ?? '')) || isUnstorableText(error.cause));

/** Codes of PostgreSQL for a transaction that met another one and lost: it may work when it is tried again. */
const met = new Set(['40001', '40P01']);

const lostToAnother = (error: unknown): boolean =>
  error instanceof Error &&
  ((error instanceof DatabaseError && met.has(error.code ?? '')) || lostToAnother(error.cause));

/** What went wrong with the database, in the words of an answer; anything else as it is. */
export const asAppError = (error: unknown): unknown => {
  if (isUnavailable(error))
    return new AppError('UNAVAILABLE', {
      message: 'The database cannot be reached. Try again shortly.',
      retryAfter: 2,
      cause: error,
    });
  if (isTooSlow(error))
    return new AppError('UNAVAILABLE', {
      message: 'The database took too long over this. Try again shortly.',
      retryAfter: 5,
      cause: error,
    });
  if (lostToAnother(error))
    return new AppError('UNAVAILABLE', {
      message: 'Another change was made at the same moment. Try again.',
      retryAfter: 1,
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

/** A process that hangs within a transaction must not keep others from its rows for ever. */
const longestIdleMs = 15_000;
/** Work without a tenant may look at files between two statements. */
const longestSystemIdleMs = 60_000;

/** Where transactions run, and who watches over them. */
export interface Line {
  readonly pool: Pool;
  readonly availability: Availability;
  readonly measure: (seconds: number) => void;
  /** Told which tables a transaction of a tenant has written, before whoever made it goes on. */
  readonly written?: (tenant: string, tables: ReadonlySet<string>) => Promise<void>;
}

const performOn = async <T>(
  client: PoolClient,
  begin: string,
  work: (tx: Tx) => Promise<T>,
  availability: Availability,
): Promise<{ readonly outcome: T; readonly tables: ReadonlySet<string> }> => {
  const tables = new Set<string>();
  const logger = {
    logQuery: (statement: string) => tablesWritten(statement).forEach((name) => tables.add(name)),
  };
  let broken: Error | undefined;
  // The pool listens only while a connection is idle: one that breaks in use would end the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query(begin);
    availability.heard();
    const outcome = await work(drizzle(client, { logger }));
    await client.query('COMMIT');
    availability.heard();
    return { outcome, tables };
  } catch (error) {
    if (isUnanswered(error)) broken = error as Error;
    else
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
};

/**
 * Runs `work` in a transaction of a connection of the line's pool, as `tenant` if one is given: the setting ends with
 * the transaction, so a connection never carries a tenant back into the pool.
 * @throws AppError UNAVAILABLE at once while the database is away, and within a second when it goes away meanwhile
 */
export const inTransaction = async <T>(
  { pool, availability, measure, written }: Line,
  tenant: string | undefined,
  work: (tx: Tx) => Promise<T>,
): Promise<T> => {
  if (tenant !== undefined && !isUuid(tenant)) throw new TypeError('A tenant is named by its id.');
  const started = performance.now();
  // One message, one round trip. The id was checked above: there is no parameter in a multiple statement.
  const begin =
    tenant === undefined
      ? `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${longestSystemIdleMs}`
      : `BEGIN; SET LOCAL app.tenant = '${tenant}'; SET LOCAL idle_in_transaction_session_timeout = ${longestIdleMs}`;
  try {
    const { outcome, tables } = await availability.onConnection(pool, (client) =>
      performOn(client, begin, work, availability),
    );
    if (tenant !== undefined && tables.size > 0) await written?.(tenant, tables);
    return outcome;
  } catch (error) {
    if (isUnavailable(error)) availability.suspect();
    throw asAppError(error);
  } finally {
    measure((performance.now() - started) / 1000);
  }
};
