import { rm } from 'node:fs/promises';
import { datakits as routes } from '@quadrax/contract';
import type { Datakit, Preview, Profile, Query, Sample } from '@quadrax/contract';
import type { ComputePool } from '#platform/compute';
import { AppError, notFound } from '#platform/errors';
import { sortedPageOf } from '#platform/http';
import type { Caller, Change, Cursors, ListPage, Multipart } from '#platform/http';
import { parseFilters, parseSort, PreviewError } from './data/page-request.ts';
import { previewTask } from './datakits.compute.ts';
import { createDownload } from './datakits.download.ts';
import type { Download } from './datakits.download.ts';
import { createKeep } from './datakits.keeping.ts';
import type { KeepDeps } from './datakits.keeping.ts';
import { datakitView, foundIn, notReady, versionIn } from './datakits.reading.ts';
import type { ReadTable } from './datakits.reading.ts';
import type { Samples } from './datakits.samples.ts';
import { deleteDatakit, listDatakits, restoreDatakit, updateDatakit } from './datakits.store.ts';
import type { DatakitRecord } from './datakits.store.ts';
import { nameFrom, receiveForm, receiveTable } from './datakits.upload.ts';

export interface DatakitsDeps extends KeepDeps {
  readonly compute: ComputePool;
  readonly samples: Samples;
  readonly cursors: Cursors;
  readonly maxUploadBytes: number;
  readonly table: ReadTable;
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
    unchangedSince: readonly Date[] | undefined,
  ): Promise<Datakit>;
  remove(caller: Caller, change: Change, id: string): Promise<void>;
  restore(change: Change, id: string): Promise<Datakit>;
  profile(tenantId: string, id: string, version: number | undefined): Promise<Profile>;
  preview(
    tenantId: string,
    id: string,
    query: PreviewQuery,
    signal: AbortSignal,
  ): Promise<{ preview: Preview; total: number }>;
  readonly download: Download;
}

export const createDatakitsService = (deps: DatakitsDeps): DatakitsService => {
  const { db, objects, compute, cursors, reach, table } = deps;

  const found = (tenantId: string, id: string): Promise<DatakitRecord> =>
    db.tenant(tenantId, (tx) => foundIn(tx, id));

  const keep = createKeep(deps);
  const options = { objects, reach, maxBytes: deps.maxUploadBytes };

  return {
    samples: () => deps.samples.list(),
    addSample: async (caller, change, name) => {
      const { sample, fileName, stream } = await deps.samples.open(name);
      const arrival = await receiveTable(stream, fileName, options);
      try {
        return await keep(caller, change, arrival, {
          name: sample.title,
          description: sample.description,
          sample: sample.name,
        });
      } finally {
        await rm(arrival.file, { force: true });
      }
    },
    upload: async (caller, change, multipart) => {
      await objects.room.require(0);
      await deps.scan.require();
      return receiveForm(multipart, routes.upload.body, options, (file, form) => {
        const { name = nameFrom(file.fileName), description = '' } = form;
        return keep(caller, change, file, { name, description });
      });
    },
    list: (tenantId, query) =>
      sortedPageOf(cursors, query, datakitView, (page) =>
        db.tenant(tenantId, (tx) => listDatakits(tx, query, page)),
      ),
    get: async (tenantId, id) => datakitView(await found(tenantId, id)),
    update: (change, id, changes, unchangedSince) =>
      change.tenant(async (tx) => {
        const before = datakitView(await foundIn(tx, id));
        if (!(await updateDatakit(tx, id, changes, unchangedSince)))
          throw new AppError('PRECONDITION_FAILED');
        const after = datakitView(await foundIn(tx, id));
        return { reply: after, before, after };
      }),
    remove: ({ accountId }, change, id) =>
      change.tenant(async (tx) => {
        const before = datakitView(await foundIn(tx, id));
        if (!(await deleteDatakit(tx, id, accountId))) throw notFound('datakit');
        return { reply: undefined, before };
      }),
    restore: (change, id) =>
      change.tenant(async (tx) => {
        await restoreDatakit(tx, id);
        const after = datakitView(await foundIn(tx, id));
        return { reply: after, after };
      }),
    profile: (tenantId, id, wanted) =>
      db.tenant(tenantId, async (tx) => {
        const { version } = await versionIn(tx, id, wanted);
        if (!version.profile) throw notReady(version.status);
        return version.profile;
      }),
    preview: async (tenantId, id, query, signal) => {
      const { parquet, columns } = await table(tenantId, id, query.version);
      try {
        const filters = parseFilters(query.filter, columns);
        const sort = parseSort(query.sort, columns);
        const { offset, limit } = query;
        const page = await compute.run(
          previewTask,
          { parquet, columns, offset, limit, sort, filters },
          { lane: 'interactive', share: tenantId, signal },
        );
        return { preview: { columns, rows: page.rows }, total: page.total };
      } catch (error) {
        if (!(error instanceof PreviewError)) throw error;
        const { code, field, message } = error;
        throw new AppError(code, { message, details: [{ field, message }] });
      }
    },
    download: createDownload(deps),
  };
};
