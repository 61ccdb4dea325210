import type { TestDatabase } from './database.ts';
import { eventually } from './jobs.ts';

/**
 * Resolves once so many connections to the database wait for a lock, of the given table where one is named.
 * @throws when they do not within five seconds
 */
export const waitingForLock = async (
  { name, owner }: TestDatabase,
  { count = 1, table }: { readonly count?: number; readonly table?: string } = {},
): Promise<void> => {
  await eventually(
    `${count} wait for a lock${table === undefined ? '' : ` of ${table}`}`,
    () =>
      owner(
        `SELECT DISTINCT a.pid FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND NOT l.granted
         WHERE a.datname = $1 AND ($2::text IS NULL OR l.relation = $2::regclass)`,
        [name, table ?? null],
      ),
    ({ length }) => length >= count,
    5000,
  );
};
