import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { Tx } from '#platform/db';
import type { Reference } from '@quadrax/ml/tabular';
import { gatheredReferences, modelTraffic, modelVersions } from './models.tables.ts';

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
 * Removes hours of so many days ago, one more being left: those that are asked for are cut by another clock; and the rows
 * of references that were begun then and are not made yet. For the system role. @returns how many hours
 */
export const deleteOldTraffic = async (tx: Tx, days: number): Promise<number> => {
  await tx.execute(sql`
    DELETE FROM quadrax.gathered_references
    WHERE reference IS NULL AND begun_at < now() - make_interval(days => ${days}, hours => 2)`);
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

/** A version that answers under an alias. */
export interface ServedVersion {
  readonly tenantId: string;
  readonly modelId: string;
  readonly alias: string;
  readonly version: number;
  /** Another one whenever rows have come or gone lately. */
  readonly state: string;
}

/** Deployed versions, those on trial too, that predicted rows since; the busiest first. For the system role. */
export const listServedVersions = async (tx: Tx, since: Date, most: number): Promise<ServedVersion[]> => {
  const { rows } = await tx.execute<
    Record<'tenant_id' | 'model_id' | 'alias' | 'hours' | 'rows', string> & { version: number }
  >(sql`
    SELECT d.tenant_id, d.model_id, d.alias, t.version, sum(t.rows)::text AS rows,
      min(t.hour)::text || ' ' || max(t.hour)::text AS hours
    FROM quadrax.deployments d
    JOIN quadrax.models m ON m.tenant_id = d.tenant_id AND m.id = d.model_id AND m.deleted_at IS NULL
    JOIN quadrax.model_traffic t ON t.tenant_id = d.tenant_id AND t.model_id = d.model_id
      AND t.version IN (d.version, d.canary_version) AND t.hour >= ${since.toISOString()}
    GROUP BY 1, 2, 3, 4 HAVING sum(t.rows) > 0
    ORDER BY sum(t.rows) DESC, d.model_id, d.alias, t.version LIMIT ${most}`);
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    modelId: row.model_id,
    alias: row.alias,
    version: row.version,
    state: `${row.rows} ${row.hours}`,
  }));
};

/** What a version is compared with, its features in their order, and the tallies of its hours since. */
export const findTallies = async (
  tx: Tx,
  { tenantId, modelId, version }: Pick<ServedVersion, 'tenantId' | 'modelId' | 'version'>,
  since: Date,
): Promise<{ reference: Reference; target: string; places: string[]; tallies: number[][] } | undefined> => {
  const of = { tenantId, modelId, version };
  const [learnt] = await tx
    .select({
      reference: sql<Reference | null>`coalesce(${modelVersions.reference}, ${gatheredReferences.reference})`,
      target: modelVersions.target,
      places: sql<string[]>`jsonb_path_query_array(${modelVersions.report}, '$.features[*].name')`,
    })
    .from(modelVersions)
    .leftJoin(
      gatheredReferences,
      and(
        ...(['tenantId', 'modelId', 'version'] as const).map((key) =>
          eq(gatheredReferences[key], modelVersions[key]),
        ),
      ),
    )
    .where(
      and(...(['tenantId', 'modelId', 'version'] as const).map((key) => eq(modelVersions[key], of[key]))),
    );
  if (!learnt?.reference) return undefined;
  const rows = await tx
    .select({ tally: modelTraffic.tally })
    .from(modelTraffic)
    .where(
      and(
        ...(['tenantId', 'modelId', 'version'] as const).map((key) => eq(modelTraffic[key], of[key])),
        gte(modelTraffic.hour, since),
      ),
    );
  const { reference, target, places } = learnt;
  return { reference, target, places, tallies: rows.map(({ tally }) => tally) };
};
