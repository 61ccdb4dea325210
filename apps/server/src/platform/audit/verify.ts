import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Database, Tx } from '../db/index.ts';

/** The first row of a tenant's chain that is not as it was written. */
export interface BrokenChain {
  readonly tenantId: string;
  readonly id: number;
  readonly problem: 'changed' | 'missing';
}

export interface AuditVerification {
  readonly rows: number;
  readonly chains: number;
  /** undefined: every chain is whole. */
  readonly broken: BrokenChain | undefined;
}

interface Head extends Record<string, unknown> {
  readonly tenant_id: string;
  readonly last_id: string;
  readonly last_hash: Buffer;
}

/** A row as the texts that its hash covers, in their order. */
interface Line extends Record<string, unknown> {
  readonly fields: (string | null)[];
  readonly id: string;
  readonly hash: Buffer;
}

const batch = 2000;
/** A chain begins with 1, but a row that was put in may stand anywhere. */
const lowest = String(-(2n ** 63n));

const headsOf = async (tx: Tx, tenantId: string | undefined): Promise<Head[]> => {
  const { rows } = await tx.execute<Head>(sql`
    SELECT t.tenant_id, COALESCE(h.last_id, 0) AS last_id, COALESCE(h.last_hash, '') AS last_hash
    FROM auth.tenants t LEFT JOIN quadrax.audit_heads h USING (tenant_id)
    WHERE ${tenantId ?? null}::uuid IS NULL OR t.tenant_id = ${tenantId ?? null}::uuid ORDER BY t.tenant_id`);
  return rows;
};

const linesFrom = async (tx: Tx, tenantId: string, id: string): Promise<Line[]> => {
  const { rows } = await tx.execute<Line>(sql`
    SELECT id, hash, ARRAY[
      tenant_id::text, id::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      account_id::text, credential_id::text, action, resource_id::text, address, request_id,
      before::text, after::text] AS fields
    FROM quadrax.audit_log WHERE tenant_id = ${tenantId} AND id >= ${id} ORDER BY id LIMIT ${batch}`);
  return rows;
};

const fieldText = (field: string | null): string =>
  field === null ? '-' : `${Buffer.byteLength(field)}:${field}`;

const hashOf = (previous: Buffer, fields: readonly (string | null)[]): Buffer =>
  createHash('sha256').update(previous).update(fields.map(fieldText).join('')).digest();

/** Follows one chain from its beginning to its head. */
const follow = async (tx: Tx, head: Head): Promise<{ rows: number; broken: BrokenChain | undefined }> => {
  const tenantId = head.tenant_id;
  const stop = (id: number, problem: BrokenChain['problem']) => ({
    rows: id,
    broken: { tenantId, id, problem },
  });
  let previous: Buffer = Buffer.alloc(0);
  let last = 0;
  for (let from = lowest; ; from = String(last + 1)) {
    const lines = await linesFrom(tx, tenantId, from);
    for (const { id, fields, hash } of lines) {
      if (Number(id) > last + 1) return stop(last + 1, 'missing');
      previous = hashOf(previous, fields);
      const outside = Number(id) < 1 || Number(id) > Number(head.last_id);
      if (outside || !previous.equals(hash)) return stop(Number(id), 'changed');
      last++;
    }
    if (lines.length < batch) break;
  }
  if (last < Number(head.last_id)) return stop(last + 1, 'missing');
  return last === Number(head.last_id) && previous.equals(head.last_hash)
    ? { rows: last, broken: undefined }
    : stop(last, 'changed');
};

/**
 * Recomputes the hashes here rather than in the database, whose functions whoever changed rows may have changed too.
 * One tenant's chain, or all; stops at the first row that does not fit.
 */
export const verifyAudit = (db: Database, tenantId?: string): Promise<AuditVerification> =>
  db.system(async (tx) => {
    // One state of the log, however long it takes and whoever writes meanwhile.
    await tx.execute(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY`);
    const heads = await headsOf(tx, tenantId);
    let rows = 0;
    for (const head of heads) {
      const chain = await follow(tx, head);
      rows += chain.rows;
      if (chain.broken) return { rows, chains: heads.length, broken: chain.broken };
    }
    return { rows, chains: heads.length, broken: undefined };
  });
