import { inferenceRoutes } from './inference.routes.ts';
import { createInferenceService } from './inference.service.ts';

/** Deployed models by the Open Inference Protocol, beside our own way of asking them. */
export const createInferenceModule = (deps: Parameters<typeof createInferenceService>[0]) => ({
  routes: inferenceRoutes(createInferenceService(deps)),
});
