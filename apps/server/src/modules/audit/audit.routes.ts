import type { audit } from '@quadrax/contract';
import type { Handlers } from '#platform/http';
import type { AuditService } from './audit.service.ts';

export const auditRoutes = (service: AuditService): Handlers<typeof audit> => ({
  list: ({ caller, query }) => service.list(caller.tenantId, query),
  export: ({ caller, query }) => service.export(caller.tenantId, query),
  verify: ({ caller }) => service.verify(caller.tenantId),
});
