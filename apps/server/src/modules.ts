import { routes } from '@quadrax/contract';
import type { FastifyInstance } from 'fastify';
import type { Config, Secrets } from '#config';
import { createAuditModule } from '#modules/audit';
import { createDatakitsJob, createDatakitsModule, hasDatakit } from '#modules/datakits';
import { createIdentity } from '#modules/identity';
import { createJobsModule } from '#modules/jobs';
import { createMailModule } from '#modules/mail';
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
  publicUrl: () => string,
) => {
  const { db, redis, objects, compute, events, cursors, mail, telemetry, log, worker, reach } = platform;
  const identity = await createIdentity({ db, cursors, mail, log, publicUrl }, config, secrets);
  const profileJob = createDatakitsJob({ db, objects, compute, events });
  // A training reads a datakit's table, which the module below provides: asked for only when a job runs.
  const table: typeof datakits.table = (...wanted) => datakits.table(...wanted);
  const trainJob = createModelsJob({ objects, compute, events, table, hasDatakit });
  const jobs = await openJobs({
    db,
    events,
    log,
    worker,
    reach,
    definitions: [profileJob, trainJob],
    perTenant: config.jobsPerTenant,
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
  const audit = createAuditModule({ db, cursors });
  const mailModule = createMailModule({ db, mail, cursors });
  const operations = createOperations({
    db,
    redis,
    objects,
    jobs,
    mail,
    version,
    reserveBytes: config.storageReserveBytes,
    secret: secrets.signing,
  });

  return {
    identity,
    audit,
    jobs,
    operations,
    bind: (app: FastifyInstance, options: BindOptions): void => {
      bindRoutes(app, 'identity', routes.identity, identity.routes.identity, options);
      bindRoutes(app, 'account', routes.account, identity.routes.account, options);
      bindRoutes(app, 'users', routes.users, identity.routes.users, options);
      bindRoutes(app, 'platform', routes.platform, identity.routes.platform, options);
      bindRoutes(app, 'audit', routes.audit, audit.routes, options);
      bindRoutes(app, 'datakits', routes.datakits, datakits.routes, options);
      bindRoutes(app, 'models', routes.models, models.routes, options);
      bindRoutes(app, 'jobs', routes.jobs, jobsModule.routes, options);
      bindRoutes(app, 'mail', routes.mail, mailModule.routes, options);
      bindRoutes(app, 'operations', routes.operations, operations.routes, options);
    },
  };
};

export type Modules = Awaited<ReturnType<typeof createModules>>;
