import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ComputePool } from '#platform/compute';
import type { Database, Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import type { EventBus } from '#platform/events';
import { defineJob, JobError } from '#platform/jobs';
import type { JobContext, JobDefinition, JobEnd } from '#platform/jobs';
import type { ObjectStore } from '#platform/objects';
import { columnsDiffer, differenceText } from './data/column-difference.ts';
import { profileTask } from './datakits.compute.ts';
import type { ProfiledFile } from './datakits.compute.ts';
import type { DatakitTable, ReadTable } from './datakits.reading.ts';
import { findDatakit, findVersion, finishVersion } from './datakits.store.ts';
import { demandSuccession } from './datakits.succession.ts';
import { parentsOf } from './datakits.versions.store.ts';

const payloadSchema = z.object({ datakitId: z.uuid(), version: z.number().int().positive() });
export type ProfilePayload = z.infer<typeof payloadSchema>;

export interface DatakitJobDeps {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly compute: ComputePool;
  readonly events: EventBus;
  readonly table: ReadTable;
}

/** What DuckDB holds beyond its own limit, in MB. */
const overheadMb = 256;
export const jobMemoryMb = (compute: ComputePool): number => Math.max(256, compute.memoryMb - overheadMb);

/** The most that a task may put aside on the disk, in bytes: half of what is free. The other is for what it makes. */
export const roomAside = async ({ room }: Pick<ObjectStore, 'room'>): Promise<number> =>
  (await room.spare()) / 2;

interface Target {
  readonly datakitId: string;
  readonly version: number;
}

/** Puts a table that was made in the store and says what commits it. */
export const storeTable = async (
  { objects, events }: Pick<DatakitJobDeps, 'objects' | 'events'>,
  { tenantId, unlessCommitted }: Pick<JobContext, 'tenantId' | 'unlessCommitted'>,
  file: string,
  found: ProfiledFile,
  about: { readonly notes?: string[]; readonly sealed?: boolean } = {},
): Promise<(tx: Tx, target: Target) => Promise<void>> => {
  const { parquetBytes: bytes, parquetSha256: sha256, profile, rows, columns } = found;
  // It was written beside the store: what it leaves free must do for the database.
  await objects.room.require(0);
  const table = await objects.put({ tenantId, category: 'uploads', file, bytes, sha256 });
  unlessCommitted(() => objects.discard(table));
  return async (tx, { datakitId, version }) => {
    await objects.commit(tx, table);
    await finishVersion(tx, datakitId, version, {
      status: 'READY',
      tableObject: table.id,
      rows,
      columns,
      profile,
      ...(about.notes && { notes: about.notes }),
      ...(about.sealed && { sizeBytes: bytes, sha256 }),
    });
    await events.publish(tx, tenantId, 'datakit.ready', { id: datakitId, status: 'READY' });
  };
};

/** Says of a version that it will not come. */
export const failVersion = async (
  tx: Tx,
  events: EventBus,
  tenantId: string,
  { datakitId, version }: Target,
  { status, error }: JobEnd,
  work: string,
): Promise<void> => {
  const reason = status === 'CANCELLED' ? `${work} was cancelled.` : (error?.message ?? `${work} failed.`);
  await finishVersion(tx, datakitId, version, { status: 'FAILED', error: reason });
  await events.publish(tx, tenantId, 'datakit.ready', { id: datakitId, status: 'FAILED' });
};

/** Puts a version back to where its job begins. @throws AppError CONFLICT */
export const reviveVersion = async (tx: Tx, { datakitId, version }: Target): Promise<void> => {
  if (!(await findDatakit(tx, datakitId)))
    throw new AppError('CONFLICT', {
      message: 'The datakit was deleted. Restore it, then run the job again.',
    });
  const parent = (await parentsOf(tx, datakitId, [version])).get(version)?.[0];
  const row = await findVersion(tx, datakitId, version);
  // Rows that were to be added are not in what has come since.
  if (row?.made === 'appended') await demandSuccession(tx, datakitId, parent?.version);
  await finishVersion(tx, datakitId, version, { status: 'PROCESSING', error: null });
};

/** Turns an upload into a table that can be looked at and trained on. */
export const createProfileJob = (deps: DatakitJobDeps): JobDefinition<ProfilePayload> => {
  const { db, objects, compute, events, table } = deps;

  /** The version whose columns an upload must have, where it is one to an earlier version. */
  const earlier = async (
    tenantId: string,
    { datakitId, version }: Target,
  ): Promise<DatakitTable | undefined> => {
    const parents = await db.tenant(tenantId, (tx) => parentsOf(tx, datakitId, [version]));
    const [parent] = parents.get(version) ?? [];
    return parent && table(tenantId, parent.id, parent.version);
  };

  return defineJob({
    kind: 'datakit.profile',
    version: 1,
    payload: payloadSchema,
    run: async (target, context) => {
      const { tenantId, jobId, attempt, signal, progress, log } = context;
      const { datakitId, version } = target;
      const { row, source } = await db.tenant(tenantId, async (tx) => {
        const found = await findVersion(tx, datakitId, version);
        if (!found || found.originalObject === null) throw new JobError('NOT_FOUND', 'The datakit is gone.');
        return { row: found, source: await objects.find(tx, found.originalObject) };
      });
      const base = await earlier(tenantId, target);
      const parquet = join(objects.scratch, `${jobId}-${attempt}.parquet`);
      const temp = join(objects.scratch, `${jobId}-${attempt}-temp`);
      try {
        const found = await compute.run(
          profileTask,
          {
            source: objects.localPath(source.key),
            intake: row.intake,
            ...(row.made === 'appended' &&
              base && { base: { parquet: base.parquet, columns: base.columns } }),
            dateOrder: base?.profile.dateOrder,
            parquet,
            temp,
            tempBytes: await roomAside(objects),
            memoryMb: jobMemoryMb(compute),
            threads: 2,
          },
          { lane: 'batch', share: tenantId, signal, context: { progress, log } },
        );
        const names = (columns: DatakitTable['columns']) => columns.map(({ name }) => name);
        const difference = base && columnsDiffer(names(base.columns), names(found.columns));
        if (difference) throw new JobError('COLUMNS_DIFFER', differenceText(difference));
        const commit = await storeTable(deps, context, parquet, found);
        return async (tx) => {
          await commit(tx, target);
          return { datakitId, version, rows: found.rows };
        };
      } finally {
        await rm(parquet, { force: true });
        await rm(temp, { recursive: true, force: true });
      }
    },
    ended: (tx, { tenantId }, target, end) =>
      failVersion(tx, events, tenantId, target, end, 'Reading the file'),
    revived: (tx, _job, target) => reviveVersion(tx, target),
  });
};
