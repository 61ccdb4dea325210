import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { deployments } from './models.tables.ts';

export type DeploymentRow = typeof deployments.$inferSelect;

/** The deployments of a model: what answers where no alias is asked for comes first. */
export const listDeployments = (tx: Tx, modelId: string): Promise<DeploymentRow[]> =>
  tx
    .select()
    .from(deployments)
    .where(eq(deployments.modelId, modelId))
    .orderBy(sql`(${deployments.alias} = 'production') DESC`, sql`${deployments.deployedAt} DESC`);

/** Has an alias serve one version and no other. */
export const upsertDeployment = async (
  tx: Tx,
  deployment: typeof deployments.$inferInsert,
): Promise<void> => {
  const { version, deployedBy } = deployment;
  await tx
    .insert(deployments)
    .values(deployment)
    .onConflictDoUpdate({
      target: [deployments.tenantId, deployments.modelId, deployments.alias],
      set: { version, deployedBy, deployedAt: sql`now()`, canaryVersion: null, canaryShare: null },
    });
};

/** Puts a version on trial beside the one that an alias serves. */
export const setCanary = async (
  tx: Tx,
  modelId: string,
  alias: string,
  canary: { readonly version: number; readonly share: number },
): Promise<void> => {
  await tx
    .update(deployments)
    .set({ canaryVersion: canary.version, canaryShare: canary.share })
    .where(and(eq(deployments.modelId, modelId), eq(deployments.alias, alias)));
};

/** Of one alias, or of all where none is named. @returns how many */
export const deleteDeployments = async (tx: Tx, modelId: string, alias?: string): Promise<number> => {
  const rows = await tx
    .delete(deployments)
    .where(
      and(eq(deployments.modelId, modelId), alias === undefined ? undefined : eq(deployments.alias, alias)),
    )
    .returning({ alias: deployments.alias });
  return rows.length;
};
