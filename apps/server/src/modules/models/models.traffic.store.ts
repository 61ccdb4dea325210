import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import { modelTraffic } from './models.tables.ts';

export type TrafficRow = typeof modelTraffic.$inferSelect;

/** What is added to an hour of a version. */
export type Traffic = Omit<TrafficRow, 'hour' | 'tenantId'>;

const added = (column: 'latency' | 'tally') =>
  sql`quadrax.add_counts(${modelTraffic[column]}, ${sql.raw(`excluded.${column}`)})`;
const plus = (column: 'requests' | 'errors' | 'rows') =>
  sql`${modelTraffic[column]} + ${sql.raw(`excluded.${column}`)}`;

/** Adds to the present hour, as the database has it. */
export const addTraffic = async (tx: Tx, tenantId: string, traffic: Traffic): Promise<void> => {
  await tx
    .insert(modelTraffic)
    .values({ ...traffic, tenantId, hour: sql`date_trunc('hour', now(), 'UTC')` as never })
    .onConflictDoUpdate({
      target: [modelTraffic.tenantId, modelTraffic.modelId, modelTraffic.version, modelTraffic.hour],
      set: {
        requests: plus('requests'),
        errors: plus('errors'),
        rows: plus('rows'),
        latency: added('latency'),
        tally: added('tally'),
      },
    });
};

/** Rows removed at once, so that nobody waits for the rest. */
const mostForgotten = 50_000;

/**
 * Removes hours of so many days ago, one more being left: those that are asked for are cut by another clock. For the
 * system role. @returns how many
 */
export const deleteOldTraffic = async (tx: Tx, days: number): Promise<number> => {
  const { rowCount } = await tx.execute(sql`
    DELETE FROM quadrax.model_traffic WHERE (tenant_id, model_id, version, hour) IN (
      SELECT tenant_id, model_id, version, hour FROM quadrax.model_traffic
      WHERE hour < now() - make_interval(days => ${days}, hours => 2)
      LIMIT ${mostForgotten})`);
  return rowCount ?? 0;
};

/** The hours of a version that begin in [from, to). */
export const listTraffic = (
  tx: Tx,
  { modelId, version, from, to }: { modelId: string; version: number; from: Date; to: Date },
): Promise<TrafficRow[]> =>
  tx
    .select()
    .from(modelTraffic)
    .where(
      and(
        eq(modelTraffic.modelId, modelId),
        eq(modelTraffic.version, version),
        gte(modelTraffic.hour, from),
        lt(modelTraffic.hour, to),
      ),
    )
    .orderBy(asc(modelTraffic.hour));
