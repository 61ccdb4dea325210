import { sql } from 'drizzle-orm';
import type { Tx } from '../db/index.ts';
import { shortened } from '../text/index.ts';

type State = Readonly<Record<string, unknown>>;

/** One line of the audit log: who did what to which resource, from where, and what that changed. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly accountId: string | undefined;
  /** The session or the API key that was used. */
  readonly credentialId: string | undefined;
  readonly action: string;
  readonly resourceId: string | undefined;
  readonly address: string;
  readonly requestId: string;
  /** The resource as it was; absent for one that is new. */
  readonly before?: object | undefined;
  /** The resource as it is now; absent for one that is gone. */
  readonly after?: object | undefined;
}

/** Longer texts of a state, such as a description, are cut: the log tells what changed, it is no backup. */
const longestText = 1000;
/** Change with every write and say nothing. */
const unsaid = new Set(['updatedAt']);

const told = (value: unknown): unknown => (typeof value === 'string' ? shortened(value, longestText) : value);

/** Of two states the fields that differ; of one alone, all of it. */
const difference = (
  before: object | undefined,
  after: object | undefined,
): { before: State | undefined; after: State | undefined } => {
  const differs = (name: string): boolean =>
    !unsaid.has(name) &&
    (!before || !after || JSON.stringify((before as State)[name]) !== JSON.stringify((after as State)[name]));
  const only = (state: object | undefined): State | undefined =>
    state &&
    Object.fromEntries(
      Object.entries(state)
        .filter(([name]) => differs(name))
        .map(([name, value]) => [name, told(value)]),
    );
  return { before: only(before), after: only(after) };
};

const json = (state: State | undefined): string | null => (state ? JSON.stringify(state) : null);

/**
 * Appends to the audit log, as the last thing in the transaction of what it tells of: others of the tenant wait for
 * their place in the chain until it ends. Nothing in the product can change or remove what is written there.
 */
export const recordAudit = async (tx: Tx, entry: AuditEntry): Promise<void> => {
  const { before, after } = difference(entry.before, entry.after);
  await tx.execute(sql`
    INSERT INTO quadrax.audit_log
      (tenant_id, account_id, credential_id, action, resource_id, address, request_id, before, after)
    VALUES (${entry.tenantId}, ${entry.accountId ?? null}, ${entry.credentialId ?? null}, ${entry.action},
      ${entry.resourceId ?? null}, ${entry.address}, ${entry.requestId}, ${json(before)}::jsonb, ${json(after)}::jsonb)`);
};
