import type { jobs } from '@quadrax/contract';
import type { Handlers } from '#platform/http';
import type { JobsService } from './jobs.service.ts';

export const jobsRoutes = (service: JobsService): Handlers<typeof jobs> => ({
  list: ({ caller, query }) => service.list(caller.tenantId, query),
  get: ({ caller, params }) => service.get(caller.tenantId, params.id),
  logs: ({ caller, params, query }) => service.logs(caller.tenantId, params.id, query),
  cancel: ({ caller, change, params }) => service.cancel(caller, change, params.id),
  retry: ({ caller, change, params }) => service.retry(caller, change, params.id),
});
