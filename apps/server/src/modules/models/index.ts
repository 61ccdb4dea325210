import { createTrainJob } from './models.jobs.ts';
import type { TrainJobDeps } from './models.jobs.ts';
import { modelsRoutes } from './models.routes.ts';
import { createModelsService } from './models.service.ts';
import type { ModelsDeps } from './models.service.ts';
import { createServing } from './models.serving.ts';
import type { ObjectStore } from '#platform/objects';

/** Models: trained on datakits, versioned, deployed, asked for predictions. */
export const createModelsModule = async (deps: ModelsDeps & { readonly objects: ObjectStore }) => ({
  routes: modelsRoutes(createModelsService(deps), await createServing(deps.db, deps.objects)),
});

export const createModelsJob = (deps: TrainJobDeps) => createTrainJob(deps);
