import { routes } from '@quadrax/contract';
import type { ResourceType } from '@quadrax/contract';
import type { FastifyInstance } from 'fastify';
import type { Config, Secrets } from '#config';
import { createAuditModule } from '#modules/audit';
import {
  createDatakitPurge,
  createDatakitsJobs,
  createDatakitsModule,
  keptDatakits,
  createReadTable,
  hasDatakit,
} from '#modules/datakits';
import { createIdentity } from '#modules/identity';
import { createInferenceModule } from '#modules/inference';
import { createJobsModule } from '#modules/jobs';
import { createMailModule } from '#modules/mail';
import {
  createModelPurge,
  createModelsJobs,
  createModelsModule,
  deleteOldTraffic,
  modelsInLineage,
} from '#modules/models';
import { createOperations } from '#modules/operations';
import { createUpkeepModule, upkeepRoutines } from '#modules/upkeep';
import { bindRoutes, createLater, createLaterJobs } from '#platform/http';
import type { BindOptions } from '#platform/http';
import { openJobs } from '#platform/jobs';
import { createSchedules } from '#platform/schedules';
import { createVirusScan } from '#platform/virus-scan';
import type { Platform } from './platform.ts';

/**
 * The modules and what each is given. Edges run one way: models → datakits, models → jobs; every module → platform.
 */
export const createModules = async (
  platform: Platform,
  config: Config,
  secrets: Secrets,
  version: string,
  publicUrl: () => string,
  linkProblem: () => string | undefined,
) => {
  const {
    db,
    redis,
    objects,
    compute,
    events,
    cursors,
    mail,
    idempotency,
    telemetry,
    log,
    worker,
    reach,
    begun,
  } = platform;
  const identity = await createIdentity({ db, cursors, mail, log, publicUrl }, config, secrets);
  begun.defer(() => identity.stop());
  const table = createReadTable({ db, objects });
  const datakitJobs = createDatakitsJobs({
    db,
    objects,
    compute,
    events,
    table,
    transformTimeoutMs: config.transformTimeoutMs,
  });
  const modelsJobs = createModelsJobs({
    db,
    objects,
    compute,
    events,
    table,
    hasDatakit,
    productVersion: version,
  });
  const laterJobs = createLaterJobs(routes, identity.authenticator.callerNow);
  const jobs = await openJobs({
    db,
    events,
    log,
    worker,
    reach,
    definitions: [
      datakitJobs.profileJob,
      datakitJobs.transformJob,
      modelsJobs.trainJob,
      modelsJobs.batchJob,
      ...laterJobs.definitions,
    ],
    perTenant: config.jobsPerTenant,
    observe: telemetry.observeJob,
  });
  begun.defer(() => jobs.stop());
  const scan = createVirusScan({ host: config.clamdHost, timeoutMs: config.clamdTimeoutMs, log });
  const datakits = createDatakitsModule({
    db,
    scan,
    log,
    objects,
    compute,
    jobs,
    cursors,
    ...datakitJobs,
    table,
    reach,
    worker,
    maxUploadBytes: config.maxUploadBytes,
    queryTimeoutMs: config.queryTimeoutMs,
    findModels: modelsInLineage,
  });
  const jobsModule = createJobsModule({ db, jobs, cursors });
  const models = await createModelsModule({
    db,
    jobs,
    events,
    cursors,
    objects,
    compute,
    maxUploadBytes: config.maxUploadBytes,
    trialMs: config.modelTrialMs,
    modelCacheBytes: config.modelCacheMb * 1024 ** 2,
    ...modelsJobs,
    table,
    keptDatakits,
    reach,
    log,
    telemetry,
    memoryMb: compute.memoryMb,
    logs: jobsModule.logs,
    trafficRetentionDays: config.trafficRetentionDays,
  });
  begun.defer(() => models.stop());
  const inference = (ready: () => boolean) =>
    createInferenceModule({ serving: models.serving, version, ready });
  const audit = createAuditModule({ db, cursors });
  const mailModule = createMailModule({ db, mail, cursors });
  const operations = createOperations({
    db,
    redis,
    objects,
    jobs,
    mail,
    scan,
    version,
    reserveBytes: config.storageReserveBytes,
    linkProblem,
    secret: secrets.signing,
  });

  const later = createLater({
    db,
    jobs,
    laterJobs,
    idempotency,
    mostWaiting: config.callsWaitingPerTenant,
  });
  const schedules = createSchedules({
    db,
    log,
    worker,
    cron: config.upkeepSchedule,
    routines: upkeepRoutines(
      {
        identity,
        mail,
        idempotency,
        uploads: datakits.uploads,
        objects,
        datakits: { purge: createDatakitPurge({ objects }) },
        models: { purge: createModelPurge({ objects }), forgetTraffic: deleteOldTraffic },
        calls: later,
      },
      config,
    ),
  });
  const upkeep = createUpkeepModule({ schedules });

  /** What answers for one resource of each type that events are about. */
  const readers = {
    datakit: { declaration: routes.datakits.get, handler: datakits.routes.get },
    job: { declaration: routes.jobs.get, handler: jobsModule.routes.get },
    model: { declaration: routes.models.get, handler: models.routes.get },
  } as const satisfies Record<ResourceType, unknown>;

  return {
    readers,
    identity,
    audit,
    jobs,
    models,
    schedules,
    operations,
    uploads: datakits.uploads,
    /** What has calls answered by jobs, for those who bind the routes. */
    later,
    bind: (app: FastifyInstance, options: BindOptions): void => {
      bindRoutes(app, 'identity', routes.identity, identity.routes.identity, options);
      bindRoutes(app, 'account', routes.account, identity.routes.account, options);
      bindRoutes(app, 'users', routes.users, identity.routes.users, options);
      bindRoutes(app, 'tenants', routes.tenants, identity.routes.tenants, options);
      bindRoutes(app, 'platform', routes.platform, identity.routes.platform, options);
      bindRoutes(app, 'audit', routes.audit, audit.routes, options);
      bindRoutes(app, 'datakits', routes.datakits, datakits.routes, options);
      bindRoutes(app, 'models', routes.models, models.routes, options);
      bindRoutes(app, 'jobs', routes.jobs, jobsModule.routes, options);
      bindRoutes(app, 'mail', routes.mail, mailModule.routes, options);
      bindRoutes(app, 'upkeep', routes.upkeep, upkeep.routes, options);
      bindRoutes(app, 'operations', routes.operations, operations.routes, options);
    },
    /** What stands outside the base path, because others have laid down where it is. */
    bindOutside: (app: FastifyInstance, options: BindOptions, ready: () => boolean): void => {
      bindRoutes(app, 'inference', routes.inference, inference(ready).routes, options);
    },
  };
};

export type Modules = Awaited<ReturnType<typeof createModules>>;
