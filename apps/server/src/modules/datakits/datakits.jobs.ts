import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ComputePool } from '#platform/compute';
import type { Database } from '#platform/db';
import { AppError } from '#platform/errors';
import type { EventBus } from '#platform/events';
import { defineJob, JobError } from '#platform/jobs';
import type { JobDefinition } from '#platform/jobs';
import type { ObjectStore } from '#platform/objects';
import { profileTask } from './datakits.compute.ts';
import { findDatakit, findVersion, finishVersion } from './datakits.store.ts';

const payloadSchema = z.object({ datakitId: z.uuid(), version: z.number().int().positive() });
export type ProfilePayload = z.infer<typeof payloadSchema>;

export interface ProfileJobDeps {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly compute: ComputePool;
  readonly events: EventBus;
}

/** What DuckDB holds beyond its own limit, in MB. */
const overheadMb = 256;

/** Turns an upload into a table that can be looked at and trained on. */
export const createProfileJob = ({
  db,
  objects,
  compute,
  events,
}: ProfileJobDeps): JobDefinition<ProfilePayload> =>
  defineJob({
    kind: 'datakit.profile',
    version: 1,
    payload: payloadSchema,
    run: async ({ datakitId, version }, { tenantId, jobId, attempt, signal, progress, log }) => {
      const { row, source } = await db.tenant(tenantId, async (tx) => {
        const found = await findVersion(tx, datakitId, version);
        if (!found) throw new JobError('NOT_FOUND', 'The datakit is gone.');
        return { row: found, source: await objects.find(tx, found.originalObject) };
      });
      const parquet = join(objects.scratch, `${jobId}-${attempt}.parquet`);
      const temp = join(objects.scratch, `${jobId}-${attempt}-temp`);
      try {
        const found = await compute.run(
          profileTask,
          {
            source: objects.localPath(source.key),
            intake: row.intake,
            parquet,
            temp,
            memoryMb: Math.max(256, compute.memoryMb - overheadMb),
            threads: 2,
          },
          { lane: 'batch', signal, context: { progress, log } },
        );
        const { parquetBytes: bytes, parquetSha256: sha256, profile, rows, columns } = found;
        const table = await objects.put({ tenantId, category: 'uploads', file: parquet, bytes, sha256 });
        return async (tx) => {
          await objects.commit(tx, table);
          await finishVersion(tx, datakitId, version, {
            status: 'READY',
            tableObject: table.id,
            rows,
            columns,
            profile,
          });
          await events.publish(tx, tenantId, 'datakit.ready', { id: datakitId, status: 'READY' });
          return { datakitId, version, rows };
        };
      } finally {
        await rm(parquet, { force: true });
        await rm(temp, { recursive: true, force: true });
      }
    },
    ended: async (tx, { tenantId }, { datakitId, version }, { status, error }) => {
      const reason =
        status === 'CANCELLED'
          ? 'Reading the file was cancelled.'
          : (error?.message ?? 'Reading the file failed.');
      await finishVersion(tx, datakitId, version, { status: 'FAILED', error: reason });
      await events.publish(tx, tenantId, 'datakit.ready', { id: datakitId, status: 'FAILED' });
    },
    revived: async (tx, _job, { datakitId, version }) => {
      if (!(await findDatakit(tx, datakitId)))
        throw new AppError('CONFLICT', {
          message: 'The datakit was deleted. Restore it, then run the job again.',
        });
      await finishVersion(tx, datakitId, version, { status: 'PROCESSING', error: null });
    },
  });
