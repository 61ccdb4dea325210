import { restorableDays } from '@quadrax/contract';
import type { Tx } from '#platform/db';
import { purgeModels } from './models.deleted.store.ts';
import { createBatchJob } from './models.batch.jobs.ts';
import type { BatchJobDeps } from './models.batch.jobs.ts';
import { createBatchService } from './models.batch.ts';
import type { BatchDeps } from './models.batch.ts';
import { createDeploymentsService } from './models.deployments.ts';
import { createEvidence } from './models.evidence.ts';
import type { EvidenceDeps } from './models.evidence.ts';
import { createTrainJob } from './models.jobs.ts';
import { modelsRoutes } from './models.routes.ts';
import { createModelsService } from './models.service.ts';
import type { ModelsDeps } from './models.service.ts';
import { createModelFiles } from './models.files.ts';
import type { ModelFilesDeps } from './models.files.ts';
import { createServing } from './models.serving.ts';
import { createMonitoringService } from './models.monitoring.ts';
import type { MonitoringDeps } from './models.monitoring.ts';
import { createDriftReadings } from './models.drift.readings.ts';
import { createWatch } from './models.watch.serving.ts';
import type { Logger } from '#platform/log';
import type { ObjectStore } from '#platform/objects';
import type { Telemetry } from '#platform/telemetry';

export type { Served, ServedSchema, Serving, Wanted } from './models.serving.ts';
export type { Asker } from './models.trained.serving.ts';

/** Models: trained on datakits, versioned, deployed, asked for predictions. */
export const createModelsModule = async (
  deps: ModelsDeps &
    BatchDeps &
    EvidenceDeps &
    ModelFilesDeps &
    MonitoringDeps & {
      readonly objects: ObjectStore;
      readonly log: Logger;
      readonly telemetry: Telemetry;
      /** Memory of this process for models that are served. */
      readonly modelCacheBytes: number;
    },
) => {
  const watch = createWatch(deps);
  const serving = await createServing(deps.db, deps.objects, deps.compute, watch, deps.modelCacheBytes);
  const monitoring = createMonitoringService(deps);
  const deployments = createDeploymentsService({ ...deps, changed: serving.forget });
  const routes = modelsRoutes(
    createModelsService(deps),
    createEvidence(deps),
    deployments,
    serving,
    monitoring,
    createModelFiles(deps),
    createBatchService(deps),
  );
  return { routes, serving, readings: createDriftReadings(deps), stop: watch.stop };
};

/** Removes models for good when their time to be restored is over; their files go with the next clean-up of files. */
export const createModelPurge =
  ({ objects }: { readonly objects: ObjectStore }) =>
  async (tx: Tx): Promise<number> => {
    const { removed, objects: held } = await purgeModels(tx, restorableDays);
    await objects.release(tx, held);
    return removed;
  };

/** The jobs that make a version, and that predict a whole datakit by one. */
export const createModelsJobs = (deps: BatchJobDeps) => ({
  trainJob: createTrainJob(deps),
  batchJob: createBatchJob(deps),
});
export { modelsInLineage } from './models.lineage.store.ts';
export { deleteOldTraffic } from './models.traffic.store.ts';
