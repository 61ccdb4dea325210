import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { tenants } from './identity.tables.ts';

export type TenantRow = typeof tenants.$inferSelect;

export const findTenant = async (tx: Tx, id: string): Promise<TenantRow | undefined> => {
  const [row] = await tx.select().from(tenants).where(eq(tenants.tenantId, id));
  return row;
};

/** @returns whether it was still as the caller knew it. */
export const renameTenant = async (
  tx: Tx,
  id: string,
  name: string,
  unchangedSince: readonly Date[] | undefined,
): Promise<boolean> => {
  const changed = await tx
    .update(tenants)
    // Later than before, also within one millisecond: the ETag must change.
    .set({ name, updatedAt: sql`GREATEST(now(), ${tenants.updatedAt} + interval '1 ms')` })
    .where(
      and(
        eq(tenants.tenantId, id),
        unchangedSince === undefined ? undefined : inArray(tenants.updatedAt, unchangedSince),
      ),
    )
    .returning({ id: tenants.tenantId });
  return changed.length === 1;
};
