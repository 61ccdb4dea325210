import type { Tx } from '#platform/db';
import { notFound } from '#platform/errors';
import type { JobContext } from '#platform/jobs';
import { safeFileName } from '#platform/text';
import { opaqueTable } from './data/intake-result.ts';
import type { ProfiledFile } from './datakits.compute.ts';
import { storeTable } from './datakits.jobs.ts';
import type { DatakitJobDeps } from './datakits.jobs.ts';
import { insertDatakit } from './datakits.store.ts';
import type { PredictionRecipe, VersionRecipe } from './datakits.tables.ts';
import { insertNextVersion, insertParents } from './datakits.versions.store.ts';
import type { Parent } from './datakits.versions.store.ts';

/** A version that is made of others, and of no file. */
export interface MadeVersion {
  readonly datakitId: string;
  readonly name: string;
  readonly made: 'transformed' | 'predicted';
  readonly jobId: string;
  readonly recipe: VersionRecipe;
  readonly parents: readonly Parent[];
  /** Of a datakit that is new with it; absent, the next version of one that is there. */
  readonly fresh?: { readonly description: string };
}

/** Inserts a version that is being made. @throws AppError NOT_FOUND */
export const insertMade = async (
  tx: Tx,
  { tenantId, accountId }: { readonly tenantId: string; readonly accountId: string },
  { datakitId, name, made, jobId, recipe, parents, fresh }: MadeVersion,
): Promise<{ datakitId: string; version: number }> => {
  const row = {
    tenantId,
    datakitId,
    status: 'PROCESSING' as const,
    format: 'parquet' as const,
    fileName: safeFileName(name, 'parquet', 'datakit'),
    sizeBytes: 0,
    sha256: '',
    intake: { format: 'parquet' as const, bytes: 0, sha256: '', table: opaqueTable(null) },
    jobId,
    made,
    createdBy: accountId,
    recipe,
  };
  if (!fresh) {
    const version = await insertNextVersion(tx, row, parents);
    if (version === undefined) throw notFound('datakit');
    return { datakitId, version };
  }
  const { description } = fresh;
  await insertDatakit(
    tx,
    { tenantId, id: datakitId, createdBy: accountId, name, description },
    { ...row, version: 1 },
  );
  await insertParents(tx, { tenantId, datakitId, version: 1 }, parents);
  return { datakitId, version: 1 };
};

/** A datakit of predicted rows. */
export interface PredictedDatakit {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly jobId: string;
  readonly createdBy: string;
  readonly notes: readonly string[];
  readonly recipe: PredictionRecipe;
}

/** Puts a table of predicted rows in the store, and says what makes it a datakit: nothing is seen of it before. */
export const keepPredicted = async (
  deps: Pick<DatakitJobDeps, 'objects' | 'events'>,
  context: Pick<JobContext, 'tenantId' | 'unlessCommitted'>,
  file: string,
  found: ProfiledFile,
  about: PredictedDatakit,
): Promise<(tx: Tx) => Promise<void>> => {
  const { id, name, description, jobId, createdBy, notes, recipe } = about;
  const { tenantId } = context;
  const { model, datakit } = recipe;
  const finish = await storeTable(deps, context, file, found, { notes: [...notes], sealed: true });
  return async (tx) => {
    const target = await insertMade(
      tx,
      { tenantId, accountId: createdBy },
      {
        datakitId: id,
        name,
        made: 'predicted',
        jobId,
        recipe: { prediction: recipe },
        parents: [
          { kind: 'datakit', id: datakit.id, version: datakit.version },
          { kind: 'model', id: model.id, version: model.version },
        ],
        fresh: { description },
      },
    );
    await finish(tx, target);
  };
};
