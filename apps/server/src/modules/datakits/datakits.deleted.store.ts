import { and, inArray, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { datakitParents, datakits, datakitVersions } from './datakits.tables.ts';

/** Datakits removed at once, so that nobody waits for the rest. */
const mostPurged = 200;

/**
 * Removes datakits whose time to be restored is over, with their versions; not while a version is still being made.
 * @returns the objects that held them, and how many datakits there were
 */
export const purgeDatakits = async (
  tx: Tx,
  days: number,
): Promise<{ readonly removed: number; readonly objects: string[] }> => {
  const gone = await tx
    .select({ id: datakits.id })
    .from(datakits)
    .where(
      and(
        sql`${datakits.deletedAt} <= now() - make_interval(days => ${days})`,
        sql`NOT EXISTS (SELECT 1 FROM quadrax.datakit_versions v WHERE v.tenant_id = ${datakits.tenantId} AND v.datakit_id = ${datakits.id} AND v.status = 'PROCESSING')`,
      ),
    )
    .orderBy(datakits.deletedAt)
    .limit(mostPurged)
    .for('update', { skipLocked: true });
  const ids = gone.map(({ id }) => id);
  if (ids.length === 0) return { removed: 0, objects: [] };
  await tx.delete(datakitParents).where(inArray(datakitParents.datakitId, ids));
  const versions = await tx
    .delete(datakitVersions)
    .where(inArray(datakitVersions.datakitId, ids))
    .returning({ original: datakitVersions.originalObject, table: datakitVersions.tableObject });
  await tx.delete(datakits).where(inArray(datakits.id, ids));
  const objects = versions.flatMap(({ original, table }) => [original, table]).filter((id) => id !== null);
  return { removed: ids.length, objects };
};

/** Which of some datakits there still are, deleted ones among them while they can be restored. */
export const keptDatakits = async (tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  if (ids.length === 0) return new Set();
  const rows = await tx
    .select({ id: datakits.id })
    .from(datakits)
    .where(inArray(datakits.id, [...ids]));
  return new Set(rows.map(({ id }) => id));
};
