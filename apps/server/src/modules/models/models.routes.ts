import type { routes } from '@quadrax/contract';
import type { Handlers } from '#platform/http';
import type { BatchService } from './models.batch.ts';
import type { DeploymentsService } from './models.deployments.ts';
import type { MonitoringService } from './models.monitoring.ts';
import type { Evidence } from './models.evidence.ts';
import type { ModelFiles } from './models.files.ts';
import type { ModelsService } from './models.service.ts';
import type { Serving } from './models.serving.ts';

export const modelsRoutes = (
  service: ModelsService,
  evidence: Evidence,
  deployments: DeploymentsService,
  serving: Serving,
  monitoring: MonitoringService,
  files: ModelFiles,
  batch: BatchService,
): Handlers<typeof routes.models> => ({
  list: ({ caller, query }) => service.list(caller.tenantId, query),
  create: ({ caller, change, body }) => service.create(caller, change, body),
  get: ({ caller, params }) => service.get(caller.tenantId, params.id),
  update: ({ change, params, body, unchangedSince }) =>
    service.update(change, params.id, body, unchangedSince),
  remove: ({ caller, change, params }) => service.remove(caller, change, params.id),
  restore: ({ change, params }) => service.restore(change, params.id),
  train: ({ caller, change, params, body }) => service.train(caller, change, params.id, body),
  training: ({ caller, params }) => service.training(caller.tenantId, params.id, params.jobId),
  versions: ({ caller, params, query }) => service.versions(caller.tenantId, params.id, query),
  version: ({ caller, params }) => service.version(caller.tenantId, params.id, params.version),
  explanation: ({ caller, params }) => evidence.explanation(caller.tenantId, params.id, params.version),
  rows: ({ caller, params, query, client }) =>
    evidence.rows(caller.tenantId, params.id, params.version, query, client.signal),
  candidates: ({ caller, params }) => service.candidates(caller.tenantId, params.id),
  compare: ({ caller, body }) => service.compare(caller.tenantId, body.items),
  compareVersions: ({ caller, params, body }) =>
    service.compare(
      caller.tenantId,
      body.versions.map((version) => ({ modelId: params.id, version })),
    ),
  log: ({ caller, params, query }) => service.log(caller.tenantId, params.id, params.version, query),
  deployments: ({ caller, params }) => deployments.list(caller.tenantId, params.id),
  deploy: ({ caller, change, params, body, unchangedSince }) =>
    deployments.deploy(caller, change, params.id, body, unchangedSince),
  undeploy: ({ caller, change, params, body, unchangedSince }) =>
    deployments.undeploy(caller, change, params.id, body.alias, unchangedSince),
  monitoring: ({ caller, params, query }) => monitoring.read(caller.tenantId, params.id, query),
  predict: ({ caller, params, query, body, client }) =>
    serving.predict(caller.tenantId, params.id, { ...query, ...body }, client),
  predictBatch: ({ caller, change, params, body }) => batch.predict(caller, change, params.id, body),
  import: ({ caller, change, multipart, client }) => files.import(caller, change, multipart, client.signal),
  export: ({ caller, params, query, client }) =>
    files.export(caller.tenantId, params.id, query, client.signal),
});
