import type { inference } from '@quadrax/contract';
import type { Handlers } from '#platform/http';
import type { InferenceService } from './inference.service.ts';

export const inferenceRoutes = (service: InferenceService): Handlers<typeof inference> => ({
  server: () => service.server(),
  live: () => service.live(),
  ready: () => service.ready(),
  model: ({ caller, params }) => service.metadata(caller.tenantId, params),
  modelVersion: ({ caller, params }) => service.metadata(caller.tenantId, params),
  modelReady: ({ caller, params }) => service.modelReady(caller.tenantId, params),
  modelVersionReady: ({ caller, params }) => service.modelReady(caller.tenantId, params),
  infer: ({ caller, params, body, client }) => service.infer(caller.tenantId, params, body, client),
  inferVersion: ({ caller, params, body, client }) => service.infer(caller.tenantId, params, body, client),
});
