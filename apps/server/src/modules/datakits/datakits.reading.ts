import { restorableDays } from '@quadrax/contract';
import type { Datakit, Deletion, Profile } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { ObjectStore } from '#platform/objects';
import { findDatakit, findVersion } from './datakits.store.ts';
import type { DatakitRecord, VersionRow } from './datakits.store.ts';

/** A version's rows as a compute task can read them, and what is known of them. */
export interface DatakitTable {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly parquet: string;
  readonly columns: Datakit['columns'];
  readonly profile: Profile;
}

/** @throws AppError NOT_FOUND, NOT_READY */
export type ReadTable = (tenantId: string, id: string, version?: number) => Promise<DatakitTable>;

const dayMs = 86_400_000;

/** What is told of a deletion, while it can be undone. */
const deletionOf = ({ datakit: { deletedAt, deletedBy }, deleter }: DatakitRecord): Deletion | undefined =>
  deletedAt === null
    ? undefined
    : {
        at: deletedAt.toISOString(),
        restorableUntil: new Date(deletedAt.getTime() + restorableDays * dayMs).toISOString(),
        ...(deletedBy !== null && { by: { id: deletedBy, ...(deleter && { name: deleter }) } }),
      };

const viewOf = ({ datakit, version }: DatakitRecord): Datakit => ({
  id: datakit.id,
  name: datakit.name,
  description: datakit.description,
  status: version.status,
  format: version.format,
  fileName: version.fileName,
  rows: version.rows,
  columns: version.columns,
  sizeBytes: version.sizeBytes,
  sha256: version.sha256,
  version: version.version,
  jobId: version.jobId,
  createdAt: datakit.createdAt.toISOString(),
  updatedAt: datakit.updatedAt.toISOString(),
  ...(datakit.sample !== null && { sample: datakit.sample }),
  ...(version.error !== null && { error: version.error }),
});

/** A datakit as it is shown. */
export const datakitView = (record: DatakitRecord): Datakit => {
  const deletion = deletionOf(record);
  return { ...viewOf(record), ...(deletion && { deletion }) };
};

export const notReady = (status: Datakit['status']): AppError =>
  new AppError('NOT_READY', {
    message:
      status === 'FAILED' ? 'The file could not be read as a table.' : 'The datakit is still being read.',
    ...(status === 'PROCESSING' && { retryAfter: 1 }),
  });

/** A datakit with its current version. @throws AppError NOT_FOUND */
export const foundIn = async (tx: Tx, id: string): Promise<DatakitRecord> => {
  const record = await findDatakit(tx, id);
  if (!record) throw notFound('datakit');
  return record;
};

/** One version of a datakit; absent, the current one. @throws AppError NOT_FOUND */
export const versionIn = async (
  tx: Tx,
  id: string,
  wanted: number | undefined,
): Promise<{ record: DatakitRecord; version: VersionRow }> => {
  const record = await foundIn(tx, id);
  const version = await findVersion(tx, id, wanted ?? record.version.version);
  if (!version) throw notFound('version');
  return { record, version };
};

/** The datakit with one of its versions in place of the current one. */
export const datakitAt = async (tx: Tx, id: string, number: number): Promise<Datakit> => {
  const { record, version } = await versionIn(tx, id, number);
  return datakitView({ datakit: record.datakit, version });
};

export const createReadTable =
  ({ db, objects }: { readonly db: Database; readonly objects: ObjectStore }): ReadTable =>
  (tenantId, id, wanted) =>
    db.tenant(tenantId, async (tx) => {
      const { record, version } = await versionIn(tx, id, wanted);
      if (version.status !== 'READY' || version.tableObject === null || !version.profile)
        throw notReady(version.status);
      const { key } = await objects.find(tx, version.tableObject);
      const { columns, profile } = version;
      return {
        id,
        version: version.version,
        name: record.datakit.name,
        parquet: objects.localPath(key),
        columns,
        profile,
      };
    });
