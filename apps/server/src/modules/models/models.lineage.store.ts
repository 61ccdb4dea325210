import { eq, inArray, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import type { TrainedModel } from '#modules/datakits';
import { models, modelVersions } from './models.tables.ts';

/** The model versions that were trained on any version of some datakits, deleted models too. */
export const modelsTrainedOn = async (tx: Tx, datakitIds: readonly string[]): Promise<TrainedModel[]> => {
  if (datakitIds.length === 0) return [];
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
    .where(inArray(modelVersions.datakitId, [...datakitIds]))
    .orderBy(modelVersions.trainedAt)
    .limit(300);
  return rows.flatMap(({ deletedAt, datakitId, datakitVersion, ...row }) =>
    datakitId === null || datakitVersion === null
      ? []
      : [{ ...row, datakitId, datakitVersion, deleted: deletedAt !== null }],
  );
};
