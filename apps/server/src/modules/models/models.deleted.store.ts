import { and, inArray, isNull, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { deployments, models, modelVersions } from './models.tables.ts';

/** Models removed at once, so that nobody waits for the rest. */
const mostPurged = 200;

/**
 * Removes models whose time to be restored is over, with their versions; not while one is being trained.
 * @returns the objects that held them, and how many models there were
 */
export const purgeModels = async (
  tx: Tx,
  days: number,
): Promise<{ readonly removed: number; readonly objects: string[] }> => {
  const gone = await tx
    .select({ id: models.id })
    .from(models)
    .where(
      and(sql`${models.deletedAt} <= now() - make_interval(days => ${days})`, isNull(models.trainingJobId)),
    )
    .orderBy(models.deletedAt)
    .limit(mostPurged)
    .for('update', { skipLocked: true });
  const ids = gone.map(({ id }) => id);
  if (ids.length === 0) return { removed: 0, objects: [] };
  await tx.delete(deployments).where(inArray(deployments.modelId, ids));
  const versions = await tx
    .delete(modelVersions)
    .where(inArray(modelVersions.modelId, ids))
    .returning({ artifact: modelVersions.artifactObject });
  await tx.delete(models).where(inArray(models.id, ids));
  return { removed: ids.length, objects: versions.map(({ artifact }) => artifact) };
};
