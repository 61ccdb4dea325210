import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '../db/index.ts';
import { jobs } from './jobs.tables.ts';
import type { JobRow, WaitsFor } from './jobs.tables.ts';

/** What of a tenant's share is taken: jobs that run, and jobs whose message is on its way to a worker. */
export interface Share {
  readonly running: number;
  readonly called: number;
}

/**
 * Locks a tenant's share for the rest of the transaction and counts what is taken of it, one job left aside.
 * It is the last lock that a transaction takes: what a job works on and the job's own row come before.
 */
export const lockShare = async (tx: Tx, tenantId: string, except?: string): Promise<Share> => {
  const { rows } = await tx.execute<{ running: number; called: number }>(
    sql`SELECT running, called FROM quadrax.lock_job_share(${tenantId}::uuid, ${except ?? null}::uuid)`,
  );
  return rows[0] ?? { running: 0, called: 0 };
};

export const setWait = async (
  tx: Tx,
  { tenantId, id }: Pick<JobRow, 'tenantId' | 'id'>,
  waitsFor: WaitsFor,
  stage: string,
): Promise<void> => {
  await tx
    .update(jobs)
    .set({ waitsFor, stage })
    .where(and(eq(jobs.tenantId, tenantId), eq(jobs.id, id)));
};

/**
 * The tenant's jobs that have waited longest for their turn. One that somebody has locked is left out: whoever cancels
 * or claims it asks for the share next.
 */
export const parked = (tx: Tx, tenantId: string, limit: number): Promise<JobRow[]> =>
  tx
    .select()
    .from(jobs)
    .where(sql`tenant_id = ${tenantId} AND status = 'QUEUED' AND waits_for = 'share'`)
    .orderBy(jobs.createdAt, jobs.id)
    .limit(limit)
    .for('update', { skipLocked: true });

/** Tenants of whom jobs wait for their turn though there is room. For the system role. */
export const tenantsToServe = async (tx: Tx, perTenant: number): Promise<string[]> => {
  const { rows } = await tx.execute<{ tenant: string }>(sql`
    SELECT w.tenant_id AS tenant FROM (
      SELECT DISTINCT tenant_id FROM quadrax.jobs WHERE status = 'QUEUED' AND waits_for = 'share') w
    WHERE ${perTenant} > (
      SELECT count(*) FROM quadrax.jobs t
      WHERE t.tenant_id = w.tenant_id
        AND (t.status = 'RUNNING' OR (t.status = 'QUEUED' AND t.waits_for = 'worker')))`);
  return rows.map(({ tenant }) => tenant);
};

/** Has jobs that waited for a program which knows their payload wait for their turn like others. For the system role. */
export const readmit = async (tx: Tx, kind: string, version: number): Promise<void> => {
  await tx.execute(sql`
    UPDATE quadrax.jobs SET waits_for = 'share'
    WHERE status = 'QUEUED' AND waits_for = 'upgrade'
      AND kind = ${kind} AND (payload->>'version')::int <= ${version}`);
};
