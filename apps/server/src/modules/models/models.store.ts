import { restorableDays } from '@quadrax/contract';
import type { ModelType, Sort } from '@quadrax/contract';
import { and, eq, ilike, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { byName, byNumber, byTime, containing, keyset } from '#platform/db';
import type { NumberedPage, PageRows, SortedPage, Tx } from '#platform/db';
import { models, modelVersions, people } from './models.tables.ts';

type ModelRow = typeof models.$inferSelect;
export type ModelVersionRow = typeof modelVersions.$inferSelect;
export type Status = 'DRAFT' | 'TRAINING' | 'TRAINED' | 'DEPLOYED' | 'FAILED';

/** A model, what its latest version came to, and which versions are served. */
export interface ModelRecord {
  readonly model: ModelRow;
  readonly latest: Pick<ModelVersionRow, 'target' | 'datakitId' | 'metrics'> | null;
  /** What answers where no alias is asked for. */
  readonly deployedVersion: number | null;
  /** Under all aliases, those on trial included. */
  readonly servedVersions: readonly number[];
  /** The name of who deleted it, if still a member. */
  readonly deleter: string | null;
}

const deployedVersion = sql<number | null>`(
  SELECT d.version FROM quadrax.deployments d
  WHERE d.tenant_id = ${models.tenantId} AND d.model_id = ${models.id}
  ORDER BY (d.alias = 'production') DESC, d.deployed_at DESC LIMIT 1)`;

const servedVersions = sql<number[]>`ARRAY(
  SELECT served.version FROM quadrax.deployments d, unnest(ARRAY[d.version, d.canary_version]) served(version)
  WHERE d.tenant_id = ${models.tenantId} AND d.model_id = ${models.id} AND served.version IS NOT NULL)`;

const statusSql = sql<Status>`CASE
  WHEN ${models.trainingJobId} IS NOT NULL THEN 'TRAINING'
  WHEN ${deployedVersion} IS NOT NULL THEN 'DEPLOYED'
  WHEN ${models.trainingFailed} THEN 'FAILED'
  WHEN ${models.latestVersion} IS NOT NULL THEN 'TRAINED'
  ELSE 'DRAFT' END`;

/** The same rule as the SQL above, which the list filters by. */
export const statusOf = ({ model, deployedVersion: served }: ModelRecord): Status => {
  if (model.trainingJobId !== null) return 'TRAINING';
  if (served !== null) return 'DEPLOYED';
  if (model.trainingFailed) return 'FAILED';
  return model.latestVersion === null ? 'DRAFT' : 'TRAINED';
};

const restorable = and(
  isNotNull(models.deletedAt),
  sql`${models.deletedAt} > now() - make_interval(days => ${restorableDays})`,
);

const select = (tx: Tx, where: SQL | undefined, among: SQL | undefined = isNull(models.deletedAt)) =>
  tx
    .select({
      model: models,
      latest: {
        target: modelVersions.target,
        datakitId: modelVersions.datakitId,
        metrics: modelVersions.metrics,
      },
      deployedVersion,
      servedVersions,
      deleter: people.name,
    })
    .from(models)
    .leftJoin(
      modelVersions,
      and(
        eq(modelVersions.tenantId, models.tenantId),
        eq(modelVersions.modelId, models.id),
        eq(modelVersions.version, models.latestVersion),
      ),
    )
    .leftJoin(people, eq(people.accountId, models.deletedBy))
    .where(and(among, where));

export interface ModelFilter {
  readonly name?: string | undefined;
  readonly status?: Status | undefined;
  readonly type?: ModelType | undefined;
  readonly datakitId?: string | undefined;
  /** Those that were deleted and can be restored, in place of the others. */
  readonly deleted?: 'true' | 'false' | undefined;
}

const sorted = keyset(
  { createdAt: byTime(models.createdAt), updatedAt: byTime(models.updatedAt), name: byName(models.name) },
  models.id,
);
type ModelSort = Sort<'createdAt' | 'updatedAt' | 'name'>;

/** The rows of a page. */
export const listModels = (
  tx: Tx,
  filter: ModelFilter,
  page: SortedPage<ModelSort>,
): Promise<PageRows<ModelRecord>> => {
  const fits = and(
    filter.name === undefined ? undefined : ilike(models.name, containing(filter.name)),
    filter.type && eq(models.type, filter.type),
    filter.status && sql`${statusSql} = ${filter.status}`,
    filter.datakitId === undefined
      ? undefined
      : sql`EXISTS (SELECT 1 FROM quadrax.model_versions v WHERE v.tenant_id = ${models.tenantId} AND v.model_id = ${models.id} AND v.datakit_id = ${filter.datakitId}::uuid)`,
  );
  const among = filter.deleted === 'true' ? restorable : undefined;
  return sorted(tx, page, fits, (where) => select(tx, where, among));
};

export const findModel = async (tx: Tx, id: string): Promise<ModelRecord | undefined> => {
  const [record] = await select(tx, eq(models.id, id));
  return record;
};

/** The ids of the models of a name; two are enough to tell that it is not one's own. */
export const findModelsNamed = async (tx: Tx, name: string): Promise<string[]> => {
  const rows = await tx
    .select({ id: models.id })
    .from(models)
    .where(and(eq(models.name, name), isNull(models.deletedAt)))
    .limit(2);
  return rows.map(({ id }) => id);
};

/** Locks a model for the rest of the transaction. */
export const lockModel = async (tx: Tx, id: string): Promise<ModelRow | undefined> => {
  const [row] = await tx
    .select()
    .from(models)
    .where(and(eq(models.id, id), isNull(models.deletedAt)))
    .for('update');
  return row;
};

export const insertModel = async (tx: Tx, model: typeof models.$inferInsert): Promise<void> => {
  await tx.insert(models).values(model);
};

/** false: it is not there, or not in the state that was asked for. */
export const updateModel = async (
  tx: Tx,
  id: string,
  changes: Partial<
    Pick<ModelRow, 'name' | 'description' | 'trainingJobId' | 'trainingFailed' | 'latestVersion'>
  >,
  unchangedSince?: readonly Date[],
): Promise<boolean> => {
  const rows = await tx
    .update(models)
    .set({ ...changes, updatedAt: sql`now()` })
    .where(
      and(
        eq(models.id, id),
        isNull(models.deletedAt),
        unchangedSince && inArray(models.updatedAt, unchangedSince),
      ),
    )
    .returning({ id: models.id });
  return rows.length > 0;
};

/** The end of a training, if it is still the one the model waits for; of a deleted model too, which may be restored. */
export const endTraining = async (
  tx: Tx,
  modelId: string,
  jobId: string,
  outcome: { readonly failed: boolean; readonly version?: number },
): Promise<void> => {
  await tx
    .update(models)
    .set({
      trainingJobId: null,
      trainingFailed: outcome.failed,
      updatedAt: sql`now()`,
      ...(outcome.version !== undefined && { latestVersion: outcome.version }),
    })
    .where(and(eq(models.id, modelId), eq(models.trainingJobId, jobId)));
};

export const deleteModel = async (tx: Tx, id: string, by: string): Promise<boolean> => {
  const rows = await tx
    .update(models)
    .set({ deletedAt: sql`now()`, deletedBy: by, updatedAt: sql`now()` })
    .where(and(eq(models.id, id), isNull(models.deletedAt)))
    .returning({ id: models.id });
  return rows.length > 0;
};

export const restoreModel = async (tx: Tx, id: string): Promise<void> => {
  await tx
    .update(models)
    .set({ deletedAt: null, deletedBy: null, updatedAt: sql`now()` })
    .where(and(eq(models.id, id), restorable));
};

export const insertVersion = async (tx: Tx, version: typeof modelVersions.$inferInsert): Promise<void> => {
  await tx.insert(modelVersions).values(version);
};

const byVersion = byNumber(modelVersions.version);

/** A page of the versions of a model. */
export const listVersions = (
  tx: Tx,
  modelId: string,
  page: NumberedPage<Sort<'version'>>,
): Promise<PageRows<ModelVersionRow>> =>
  byVersion(tx, page, eq(modelVersions.modelId, modelId), (where) =>
    tx.select().from(modelVersions).where(where),
  );

export const findModelVersion = async (
  tx: Tx,
  modelId: string,
  version: number,
): Promise<ModelVersionRow | undefined> => {
  const [row] = await tx
    .select()
    .from(modelVersions)
    .where(and(eq(modelVersions.modelId, modelId), eq(modelVersions.version, version)));
  return row;
};
