import { restorableDays } from '@quadrax/contract';
import type { Tx } from '#platform/db';
import { keptDatakits, purgeDatakits } from './datakits.deleted.store.ts';
import { createProfileJob } from './datakits.jobs.ts';
import { createQueriesService } from './datakits.queries.ts';
import type { QueriesDeps } from './datakits.queries.ts';
import { createReadTable } from './datakits.reading.ts';
import { datakitsRoutes } from './datakits.routes.ts';
import { createSamples } from './datakits.samples.ts';
import { createDatakitsService } from './datakits.service.ts';
import type { DatakitsDeps } from './datakits.service.ts';
import { findDatakit } from './datakits.store.ts';
import { createTransformJob } from './datakits.transform.jobs.ts';
import type { TransformJobDeps } from './datakits.transform.jobs.ts';
import { createUploadKeeping, createUploadsService } from './datakits.uploads.ts';
import type { UploadsDeps } from './datakits.uploads.ts';
import { createVersionsService } from './datakits.versions.ts';
import type { VersionsDeps } from './datakits.versions.ts';

export { widenTask } from './datakits.compute.ts';
export { jobMemoryMb, roomAside } from './datakits.jobs.ts';
export type { WantedColumn } from './data/pieces.ts';
export { keepPredicted } from './datakits.making.ts';
export type { FindModels, TrainedModel, VersionName } from './datakits.lineage.ts';
export type { DatakitTable } from './datakits.reading.ts';
export { createReadTable, keptDatakits };

/** Data files: taken in, profiled, shown, asked, transformed, and read for training. */
export const createDatakitsModule = (
  deps: Omit<DatakitsDeps, 'samples'> & VersionsDeps & QueriesDeps & UploadsDeps,
) => ({
  uploads: createUploadKeeping(deps),
  routes: datakitsRoutes({
    datakits: createDatakitsService({ ...deps, samples: createSamples() }),
    uploads: createUploadsService(deps),
    versions: createVersionsService(deps),
    queries: createQueriesService(deps),
  }),
});

/** Removes datakits for good when their time to be restored is over; their files go with the next clean-up of files. */
export const createDatakitPurge =
  ({ objects }: Pick<UploadsDeps, 'objects'>) =>
  async (tx: Tx): Promise<number> => {
    const { removed, objects: held } = await purgeDatakits(tx, restorableDays);
    await objects.release(tx, held);
    return removed;
  };

/** Whether a datakit is there and not deleted, as the transaction sees it. */
export const hasDatakit = async (tx: Tx, id: string): Promise<boolean> =>
  (await findDatakit(tx, id)) !== undefined;

/** The jobs that make versions: of files, and of other versions. */
export const createDatakitsJobs = (deps: TransformJobDeps) => ({
  profileJob: createProfileJob(deps),
  transformJob: createTransformJob(deps),
});
