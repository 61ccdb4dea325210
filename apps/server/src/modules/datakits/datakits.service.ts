import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { datakits as routes, fileContentTypes } from '@quadrax/contract';
import type { Datakit, Preview, Profile, Query, Sample } from '@quadrax/contract';
import type { ComputePool } from '#platform/compute';
import type { Database, Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { Reach } from '#platform/faults';
import { sortedPageOf } from '#platform/http';
import type { Caller, Change, Cursors, FileReply, ListPage, Multipart } from '#platform/http';
import type { JobDefinition, Jobs } from '#platform/jobs';
import type { ObjectStore } from '#platform/objects';
import { parseFilters, parseSort, PreviewError } from './data/preview.ts';
import { previewTask } from './datakits.compute.ts';
import type { ProfilePayload } from './datakits.jobs.ts';
import type { Samples } from './datakits.samples.ts';
import {
  deleteDatakit,
  findDatakit,
  findProfile,
  findVersion,
  insertDatakit,
  listDatakits,
  restoreDatakit,
  updateDatakit,
} from './datakits.store.ts';
import type { DatakitRecord } from './datakits.store.ts';
import { receiveFile } from './datakits.upload.ts';
import type { Arrival } from './datakits.upload.ts';

export interface DatakitsDeps {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly compute: ComputePool;
  readonly jobs: Jobs;
  readonly profileJob: JobDefinition<ProfilePayload>;
  readonly samples: Samples;
  readonly cursors: Cursors;
  readonly maxUploadBytes: number;
  readonly reach: Reach;
}

/** A version's rows as a compute task can read them, and what is known of them. */
export interface DatakitTable {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly parquet: string;
  readonly columns: Datakit['columns'];
  readonly profile: Profile;
}

type PreviewQuery = Query<typeof routes.preview>;

export interface DatakitsService {
  samples(): Promise<Sample[]>;
  addSample(caller: Caller, change: Change, name: string): Promise<Datakit>;
  upload(caller: Caller, change: Change, multipart: Multipart): Promise<Datakit>;
  list(tenantId: string, query: Query<typeof routes.list>): Promise<ListPage<Datakit>>;
  get(tenantId: string, id: string): Promise<Datakit>;
  update(
    change: Change,
    id: string,
    changes: { name?: string | undefined; description?: string | undefined },
    unchangedSince: Date | undefined,
  ): Promise<Datakit>;
  remove(change: Change, id: string): Promise<void>;
  restore(change: Change, id: string): Promise<Datakit>;
  profile(tenantId: string, id: string): Promise<Profile>;
  preview(
    tenantId: string,
    id: string,
    query: PreviewQuery,
    signal: AbortSignal,
  ): Promise<{ preview: Preview; total: number }>;
  download(tenantId: string, id: string): Promise<FileReply>;
  /** For training. @throws AppError NOT_FOUND, NOT_READY */
  table(tenantId: string, id: string, version?: number): Promise<DatakitTable>;
}

const view = ({ datakit, version }: DatakitRecord): Datakit => ({
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

const nameFrom = (fileName: string): string => fileName.replace(/\.[^.]{1,8}$/, '').trim() || 'Untitled';

const notReady = (status: Datakit['status']): AppError =>
  new AppError('NOT_READY', {
    message:
      status === 'FAILED' ? 'The file could not be read as a table.' : 'The datakit is still being read.',
    ...(status === 'PROCESSING' && { retryAfter: 1 }),
  });

export const createDatakitsService = (deps: DatakitsDeps): DatakitsService => {
  const { db, objects, jobs, compute, cursors, reach } = deps;

  const foundIn = async (tx: Tx, id: string): Promise<DatakitRecord> => {
    const record = await findDatakit(tx, id);
    if (!record) throw notFound('datakit');
    return record;
  };
  const found = (tenantId: string, id: string): Promise<DatakitRecord> =>
    db.tenant(tenantId, (tx) => foundIn(tx, id));

  /** Makes a datakit of a file that has arrived: stored, visible and queued at one stroke, or not at all. */
  const keep = async (
    caller: Caller,
    change: Change,
    { file, fileName, intake }: Arrival,
    about: { name: string; description: string; sample?: string },
  ): Promise<Datakit> => {
    const { tenantId, accountId } = caller;
    const { bytes, sha256, format } = intake;
    const original = await objects.put({ tenantId, category: 'uploads', file, bytes, sha256 });
    reach('upload.stored');
    const id = randomUUID();
    try {
      const made = await change.tenant(async (tx) => {
        const jobId = randomUUID();
        await objects.commit(tx, original);
        await insertDatakit(
          tx,
          {
            tenantId,
            id,
            createdBy: accountId,
            sample: about.sample ?? null,
            name: about.name,
            description: about.description,
          },
          {
            tenantId,
            datakitId: id,
            version: 1,
            status: 'PROCESSING',
            format,
            fileName,
            sizeBytes: bytes,
            sha256,
            originalObject: original.id,
            intake,
            jobId,
          },
        );
        const payload = { datakitId: id, version: 1 };
        await jobs.enqueue(tx, deps.profileJob, {
          tenantId,
          payload,
          id: jobId,
          subject: { type: 'datakit', id },
          createdBy: accountId,
        });
        const after = view(await foundIn(tx, id));
        return { reply: after, after };
      });
      reach('upload.committed');
      return made;
    } catch (error) {
      await objects.discard(original).catch(() => {});
      throw error;
    }
  };

  const options = { objects, reach, maxBytes: deps.maxUploadBytes };

  const table: DatakitsService['table'] = async (tenantId, id, wanted) =>
    db.tenant(tenantId, async (tx) => {
      const record = await findDatakit(tx, id);
      const version = record && (await findVersion(tx, id, wanted ?? record.version.version));
      if (!record || !version) throw notFound('datakit');
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

  return {
    samples: () => deps.samples.list(),
    addSample: async (caller, change, name) => {
      const { sample, fileName, stream } = await deps.samples.open(name);
      const arrival = await receiveFile(stream, fileName, options);
      return keep(caller, change, arrival, {
        name: sample.title,
        description: sample.description,
        sample: sample.name,
      });
    },
    upload: async (caller, change, multipart) => {
      await objects.room.require(0);
      let arrival: Arrival | undefined;
      try {
        const { file, fields } = await multipart.receive('dataset', async (stream, fileName) => {
          arrival = await receiveFile(stream, fileName, options);
          return arrival;
        });
        const form = routes.upload.body.safeParse(fields);
        if (!form.success)
          throw new AppError('VALIDATION_FAILED', {
            details: form.error.issues.map((issue) => ({
              field: issue.path.join('.'),
              message: issue.message,
            })),
          });
        const { name = nameFrom(file.fileName), description = '' } = form.data;
        return await keep(caller, change, file, { name, description });
      } finally {
        if (arrival) await rm(arrival.file, { force: true });
      }
    },
    list: (tenantId, query) =>
      sortedPageOf(cursors, query, view, (page) =>
        db.tenant(tenantId, (tx) => listDatakits(tx, query, page)),
      ),
    get: async (tenantId, id) => view(await found(tenantId, id)),
    update: (change, id, changes, unchangedSince) =>
      change.tenant(async (tx) => {
        const before = view(await foundIn(tx, id));
        if (!(await updateDatakit(tx, id, changes, unchangedSince)))
          throw new AppError('PRECONDITION_FAILED');
        const after = view(await foundIn(tx, id));
        return { reply: after, before, after };
      }),
    remove: (change, id) =>
      change.tenant(async (tx) => {
        const before = view(await foundIn(tx, id));
        if (!(await deleteDatakit(tx, id))) throw notFound('datakit');
        return { reply: undefined, before };
      }),
    restore: (change, id) =>
      change.tenant(async (tx) => {
        await restoreDatakit(tx, id);
        const after = view(await foundIn(tx, id));
        return { reply: after, after };
      }),
    profile: async (tenantId, id) => {
      const { version } = await found(tenantId, id);
      const profile = await db.tenant(tenantId, (tx) => findProfile(tx, id, version.version));
      if (!profile) throw notReady(version.status);
      return profile;
    },
    preview: async (tenantId, id, query, signal) => {
      const { parquet, columns } = await table(tenantId, id);
      try {
        const filters = parseFilters(query.filter, columns);
        const sort = parseSort(query.sort, columns);
        const { offset, limit } = query;
        const page = await compute.run(
          previewTask,
          { parquet, columns, offset, limit, sort, filters },
          { lane: 'interactive', signal },
        );
        return { preview: { columns, rows: page.rows }, total: page.total };
      } catch (error) {
        if (!(error instanceof PreviewError)) throw error;
        const { code, field, message } = error;
        throw new AppError(code, { message, details: [{ field, message }] });
      }
    },
    download: async (tenantId, id) => {
      const { version } = await found(tenantId, id);
      const { key, bytes } = await db.tenant(tenantId, (tx) => objects.find(tx, version.originalObject));
      return {
        stream: await objects.stream(key),
        fileName: version.fileName,
        contentType: fileContentTypes[version.format],
        bytes,
      };
    },
    table,
  };
};
