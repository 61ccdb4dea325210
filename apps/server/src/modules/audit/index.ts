import { auditRoutes } from './audit.routes.ts';
import { createAuditService } from './audit.service.ts';

/** What people see of the audit log: who did what, as a list and as a file, and whether it is as it was written. */
export const createAuditModule = (deps: Parameters<typeof createAuditService>[0]) => {
  const service = createAuditService(deps);
  return { routes: auditRoutes(service), verify: service.verifyAll };
};
