import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import type { TrainedModel, VersionName } from '#modules/datakits';
import { models, modelVersions } from './models.tables.ts';

/** The model versions that were trained on any version of some datakits, and those that are named; deleted models too. */
export const modelsInLineage = async (
  tx: Tx,
  datakitIds: readonly string[],
  named: readonly VersionName[],
): Promise<TrainedModel[]> => {
  const wanted = [
    ...(datakitIds.length > 0 ? [inArray(modelVersions.datakitId, [...datakitIds])] : []),
    ...named.map(({ id, version }) => and(eq(modelVersions.modelId, id), eq(modelVersions.version, version))),
  ];
  if (wanted.length === 0) return [];
  const rows = await tx
    .select({
      id: modelVersions.modelId,
      version: modelVersions.version,
      name: models.name,
      datakitId: modelVersions.datakitId,
      datakitVersion: modelVersions.datakitVersion,
      trainedAt: modelVersions.trainedAt,
      deletedAt: models.deletedAt,
      deployed: sql<boolean>`EXISTS (SELECT 1 FROM quadrax.deployments d WHERE d.tenant_id = ${modelVersions.tenantId} AND d.model_id = ${modelVersions.modelId} AND d.version = ${modelVersions.version})`,
    })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(or(...wanted))
    .orderBy(modelVersions.trainedAt)
    .limit(300);
  return rows.map(({ deletedAt, datakitId, datakitVersion, ...row }) => ({
    ...row,
    ...(datakitId !== null &&
      datakitVersion !== null && { datakit: { id: datakitId, version: datakitVersion } }),
    deleted: deletedAt !== null,
  }));
};
