import { jobsRoutes } from './jobs.routes.ts';
import { createJobsService } from './jobs.service.ts';

/** What people see of background work: list, progress, log, cancel, run again. */
export const createJobsModule = (deps: Parameters<typeof createJobsService>[0]) => {
  const service = createJobsService(deps);
  return { routes: jobsRoutes(service), logs: service.logs };
};
