import { routes } from '@quadrax/contract';
import type { FastifyInstance } from 'fastify';
import type { Config, Secrets } from '#config';
import { createDatakitsJob, createDatakitsModule } from '#modules/datakits';
import { createIdentity } from '#modules/identity';
import { createJobsModule } from '#modules/jobs';
import { createModelsJob, createModelsModule } from '#modules/models';
import { createOperations } from '#modules/operations';
import { bindRoutes } from '#platform/http';
import type { BindOptions } from '#platform/http';
import { openJobs } from '#platform/jobs';
import type { Platform } from './platform.ts';

/**
 * The modules and what each is given. Edges run one way: models → datakits, models → jobs; every module → platform.
 */
export const createModules = async (
  platform: Platform,
  config: Config,
  secrets: Secrets,
  version: string,
) => {
  const { db, objects, compute, events, cursors, telemetry, log, worker, reach } = platform;
  const identity = await createIdentity({ db, cursors }, config, secrets);
  const profileJob = createDatakitsJob({ db, objects, compute, events });
  // A training reads a datakit's table, which the module below provides: asked for only when a job runs.
  const table: typeof datakits.table = (...wanted) => datakits.table(...wanted);
  const trainJob = createModelsJob({ db, objects, compute, events, table });
  const jobs = await openJobs({
    db,
    events,
    log,
    worker,
    reach,
    definitions: [profileJob, trainJob],
    observe: telemetry.observeJob,
  });
  const datakits = createDatakitsModule({
    db,
    objects,
    compute,
    jobs,
    cursors,
    profileJob,
    reach,
    maxUploadBytes: config.maxUploadBytes,
  });
  const jobsModule = createJobsModule({ db, jobs, cursors });
  const models = await createModelsModule({
    db,
    jobs,
    events,
    cursors,
    objects,
    trainJob,
    table,
    reach,
    logs: jobsModule.logs,
  });
  const operations = createOperations({
    db,
    objects,
    jobs,
    version,
    reserveBytes: config.storageReserveBytes,
    secret: secrets.signing,
  });

  return {
    identity,
    jobs,
    operations,
    bind: (app: FastifyInstance, options: BindOptions): void => {
      bindRoutes(app, 'identity', routes.identity, identity.routes, options);
      bindRoutes(app, 'datakits', routes.datakits, datakits.routes, options);
      bindRoutes(app, 'models', routes.models, models.routes, options);
      bindRoutes(app, 'jobs', routes.jobs, jobsModule.routes, options);
      bindRoutes(app, 'operations', routes.operations, operations.routes, options);
    },
  };
};

export type Modules = Awaited<ReturnType<typeof createModules>>;
