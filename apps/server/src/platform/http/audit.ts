import { sql } from 'drizzle-orm';
import type { Tx } from '../db/index.ts';

/** One line of the audit log: who did what to which resource, from where. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly accountId: string;
  readonly action: string;
  readonly resourceId: string | undefined;
  readonly address: string;
  readonly requestId: string;
}

/** Appends to the audit log; nothing in the product can change or remove what is written there. */
export const recordAudit = async (tx: Tx, entry: AuditEntry): Promise<void> => {
  await tx.execute(sql`
    INSERT INTO quadrax.audit_log (tenant_id, account_id, action, resource_id, address, request_id)
    VALUES (${entry.tenantId}, ${entry.accountId}, ${entry.action}, ${entry.resourceId ?? null}, ${entry.address}, ${entry.requestId})`);
};
