import { recordAudit } from '#platform/audit';
import type { AuditEntry } from '#platform/audit';
import type { Tx } from '#platform/db';
import type { Client } from '#platform/http';
import type { AccountRow } from './identity.accounts.store.ts';

/**
 * Writes down what was done to an account, or with it, by somebody who was not signed in; `besides` says what differs,
 * such as the session that was opened.
 */
export const auditAs = (
  tx: Tx,
  { id, homeTenantId }: AccountRow,
  action: string,
  { address, requestId }: Pick<Client, 'address' | 'requestId'>,
  besides: Partial<AuditEntry> = {},
): Promise<void> =>
  recordAudit(tx, {
    tenantId: homeTenantId,
    accountId: id,
    credentialId: undefined,
    action,
    resourceId: id,
    address,
    requestId,
    ...besides,
  });
