import type { models } from '@quadrax/contract';
import type { Handlers } from '#platform/http';
import type { ModelsService } from './models.service.ts';
import type { Serving } from './models.serving.ts';

export const modelsRoutes = (service: ModelsService, serving: Serving): Handlers<typeof models> => ({
  list: ({ caller, query }) => service.list(caller.tenantId, query),
  create: ({ caller, body }) => service.create(caller, body),
  get: ({ caller, params }) => service.get(caller.tenantId, params.id),
  update: ({ caller, params, body, unchangedSince }) =>
    service.update(caller.tenantId, params.id, body, unchangedSince),
  remove: ({ caller, params }) => service.remove(caller.tenantId, params.id),
  restore: ({ caller, params }) => service.restore(caller.tenantId, params.id),
  train: ({ caller, params, body }) => service.train(caller, params.id, body),
  versions: ({ caller, params, query }) => service.versions(caller.tenantId, params.id, query),
  version: ({ caller, params }) => service.version(caller.tenantId, params.id, params.version),
  log: ({ caller, params, query }) => service.log(caller.tenantId, params.id, params.version, query),
  deploy: ({ caller, params, body }) => service.deploy(caller, params.id, body.version, body.alias),
  undeploy: ({ caller, params }) => service.undeploy(caller.tenantId, params.id),
  predict: ({ caller, params, body }) => serving.predict(caller.tenantId, params.id, body.inputs),
});
