import { and, eq, gt, lt, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { loginFailures } from './identity.tables.ts';

const countedHours = 24;

/** Makes others who judge this identifier from this address wait until the transaction ends. */
export const lockFailures = async (tx: Tx, identifier: string, address: string): Promise<void> => {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`${identifier} ${address}`}, 0))`);
};

/** How many seconds ago each failure of the last day was, for this identifier from this address, oldest first. */
export const recentFailures = async (tx: Tx, identifier: string, address: string): Promise<number[]> => {
  const rows = await tx
    .select({ secondsAgo: sql<number>`EXTRACT(EPOCH FROM now() - ${loginFailures.failedAt})::float8` })
    .from(loginFailures)
    .where(
      and(
        eq(loginFailures.identifier, identifier),
        eq(loginFailures.address, address),
        gt(loginFailures.failedAt, sql`now() - make_interval(hours => ${countedHours})`),
      ),
    )
    .orderBy(loginFailures.failedAt);
  return rows.map(({ secondsAgo }) => secondsAgo);
};

export const insertFailure = async (tx: Tx, identifier: string, address: string): Promise<void> => {
  await tx.insert(loginFailures).values({ identifier, address });
  await tx
    .delete(loginFailures)
    .where(lt(loginFailures.failedAt, sql`now() - make_interval(hours => ${countedHours})`));
};

export const clearFailures = async (tx: Tx, identifier: string, address: string): Promise<void> => {
  await tx
    .delete(loginFailures)
    .where(and(eq(loginFailures.identifier, identifier), eq(loginFailures.address, address)));
};
