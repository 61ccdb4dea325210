import type { models } from '@quadrax/contract';
import type { Handlers } from '#platform/http';
import type { ModelsService } from './models.service.ts';
import type { Serving } from './models.serving.ts';

export const modelsRoutes = (service: ModelsService, serving: Serving): Handlers<typeof models> => ({
  list: ({ caller, query }) => service.list(caller.tenantId, query),
  create: ({ caller, change, body }) => service.create(caller, change, body),
  get: ({ caller, params }) => service.get(caller.tenantId, params.id),
  update: ({ change, params, body, unchangedSince }) =>
    service.update(change, params.id, body, unchangedSince),
  remove: ({ change, params }) => service.remove(change, params.id),
  restore: ({ change, params }) => service.restore(change, params.id),
  train: ({ caller, change, params, body }) => service.train(caller, change, params.id, body),
  versions: ({ caller, params, query }) => service.versions(caller.tenantId, params.id, query),
  version: ({ caller, params }) => service.version(caller.tenantId, params.id, params.version),
  log: ({ caller, params, query }) => service.log(caller.tenantId, params.id, params.version, query),
  deploy: ({ caller, change, params, body }) => service.deploy(caller, change, params.id, body),
  undeploy: ({ caller, change, params }) => service.undeploy(caller, change, params.id),
  predict: ({ caller, params, body }) => serving.predict(caller.tenantId, params.id, body.inputs),
});
