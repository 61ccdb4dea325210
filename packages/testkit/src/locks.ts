import type { TestDatabase } from './database.ts';
import { eventually } from './jobs.ts';

/** Resolves once so many connections to the database wait for a lock. @throws when they do not within five seconds */
export const waitingForLock = async ({ name, owner }: TestDatabase, count = 1): Promise<void> => {
  await eventually(
    `${count} wait for a lock`,
    () => owner(`SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'`, [name]),
    ({ length }) => length >= count,
    5000,
  );
};
