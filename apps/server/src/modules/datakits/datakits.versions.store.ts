import type { Sort } from '@quadrax/contract';
import { and, eq, getTableColumns, gt, inArray, isNull, max, sql } from 'drizzle-orm';
import { byNumber } from '#platform/db';
import type { NumberedPage, PageRows, Tx } from '#platform/db';
import type { IntakeResult } from './data/intake-result.ts';
import type { VersionRow } from './datakits.store.ts';
import { datakitParents, datakits, datakitVersions, people } from './datakits.tables.ts';

const { profile: _profile, intake: _intake, ...slim } = getTableColumns(datakitVersions);

/** A version without what is large, and who made it, if still a member. */
export interface VersionRecord {
  readonly version: Omit<VersionRow, 'profile' | 'intake'>;
  readonly creator: string | null;
  /** How its file was read, without the names of its columns. */
  readonly intake: Omit<IntakeResult, 'table'> & { readonly table: Omit<IntakeResult['table'], 'columns'> };
}

/** One version of something. */
export interface VersionName {
  readonly id: string;
  readonly version: number;
}

export interface Parent {
  readonly kind: 'datakit' | 'model';
  readonly id: string;
  readonly version: number;
}

const select = (tx: Tx) =>
  tx
    .select({
      version: slim,
      creator: people.name,
      intake: sql<VersionRecord['intake']>`${datakitVersions.intake} #- '{table,columns}'`,
    })
    .from(datakitVersions)
    .leftJoin(people, eq(people.accountId, datakitVersions.createdBy));

const byVersion = byNumber(datakitVersions.version);

/** A page of the versions of a datakit. */
export const listVersions = (
  tx: Tx,
  datakitId: string,
  page: NumberedPage<Sort<'version'>>,
): Promise<PageRows<VersionRecord>> =>
  byVersion(tx, page, eq(datakitVersions.datakitId, datakitId), (where) => select(tx).where(where));

export const findVersionRecord = async (
  tx: Tx,
  datakitId: string,
  version: number,
): Promise<VersionRecord | undefined> => {
  const [row] = await select(tx).where(
    and(eq(datakitVersions.datakitId, datakitId), eq(datakitVersions.version, version)),
  );
  return row;
};

/** What versions of a datakit were made of, by version. */
export const parentsOf = async (
  tx: Tx,
  datakitId: string,
  versions: readonly number[],
): Promise<Map<number, Parent[]>> => {
  const found = new Map<number, Parent[]>();
  if (versions.length === 0) return found;
  const rows = await tx
    .select()
    .from(datakitParents)
    .where(and(eq(datakitParents.datakitId, datakitId), inArray(datakitParents.version, [...versions])));
  for (const { version, parentKind, parentId, parentVersion } of rows)
    found.set(version, [
      ...(found.get(version) ?? []),
      { kind: parentKind, id: parentId, version: parentVersion },
    ]);
  return found;
};

/** Locks a datakit for the rest of the transaction. Returns its current version, or undefined where it is gone. */
export const holdDatakit = async (tx: Tx, id: string): Promise<{ readonly current: number } | undefined> => {
  const [held] = await tx
    .select({ current: datakits.version })
    .from(datakits)
    .where(and(eq(datakits.id, id), isNull(datakits.deletedAt)))
    .for('update');
  return held;
};

/** The newest version beyond a number that is still being made. */
export const versionUnderWay = async (
  tx: Tx,
  datakitId: string,
  beyond: number,
): Promise<number | undefined> => {
  const [newest] = await tx
    .select({ version: max(datakitVersions.version) })
    .from(datakitVersions)
    .where(
      and(
        eq(datakitVersions.datakitId, datakitId),
        eq(datakitVersions.status, 'PROCESSING'),
        gt(datakitVersions.version, beyond),
      ),
    );
  return newest?.version ?? undefined;
};

/**
 * Adds the next version of a datakit, which stays locked for the rest of the transaction. Returns its number, or
 * undefined where the datakit is gone.
 */
export const insertNextVersion = async (
  tx: Tx,
  version: Omit<typeof datakitVersions.$inferInsert, 'version'>,
  parents: readonly Parent[],
): Promise<number | undefined> => {
  const { tenantId, datakitId } = version;
  if (!(await holdDatakit(tx, datakitId))) return undefined;
  const [last] = await tx
    .select({ version: max(datakitVersions.version) })
    .from(datakitVersions)
    .where(eq(datakitVersions.datakitId, datakitId));
  const next = (last?.version ?? 0) + 1;
  await tx.insert(datakitVersions).values({ ...version, version: next });
  await insertParents(tx, { tenantId, datakitId, version: next }, parents);
  return next;
};

export const insertParents = async (
  tx: Tx,
  child: { readonly tenantId: string; readonly datakitId: string; readonly version: number },
  parents: readonly Parent[],
): Promise<void> => {
  const rows = parents.map(({ kind, id, version }) => ({
    ...child,
    parentKind: kind,
    parentId: id,
    parentVersion: version,
  }));
  if (rows.length > 0) await tx.insert(datakitParents).values(rows).onConflictDoNothing();
};

/** Makes a version the one that is read. false: there is no such datakit. */
export const setCurrentVersion = async (tx: Tx, id: string, version: number): Promise<boolean> => {
  const rows = await tx
    .update(datakits)
    .set({ version, updatedAt: sql`now()` })
    .where(and(eq(datakits.id, id), isNull(datakits.deletedAt)))
    .returning({ id: datakits.id });
  return rows.length > 0;
};

/** Versions whose files a statement may name. */
export const readyVersions = (
  tx: Tx,
  datakitId: string,
  versions: readonly number[],
): Promise<{ version: number }[]> =>
  versions.length === 0
    ? Promise.resolve([])
    : tx
        .select({ version: datakitVersions.version })
        .from(datakitVersions)
        .where(
          and(
            eq(datakitVersions.datakitId, datakitId),
            eq(datakitVersions.status, 'READY'),
            inArray(datakitVersions.version, [...versions]),
          ),
        );

export interface LineageRow {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly made: VersionRow['made'];
  readonly rows: number | null;
  readonly deleted: boolean;
  readonly createdAt: Date;
}

export interface LineageLink extends Parent {
  readonly childId: string;
  readonly childVersion: number;
}

/** Steps that are followed in either direction, and links that are shown. */
const furthest = 50;
export const mostLinks = 300;

/** Where links are followed from. */
export interface LineageSeeds {
  /** Every version of it, in both directions. */
  readonly datakitId?: string;
  /** Versions of datakits, back to their sources. */
  readonly back?: readonly VersionName[];
  /** Versions of models, forward to what they predicted. */
  readonly models?: readonly VersionName[];
}

const pairs = (names: readonly VersionName[] = []) =>
  sql`(SELECT (x->>'id')::uuid, (x->>'version')::int FROM jsonb_array_elements(${JSON.stringify(names)}::jsonb) x)`;

/**
 * The links between versions from where one begins: back to the sources, and forward to what was made of them, with
 * the models that it was made by and the rows that they predicted. At most `mostLinks`, and one more if there are more.
 */
export const lineageLinks = async (
  tx: Tx,
  { datakitId, back, models }: LineageSeeds,
): Promise<LineageLink[]> => {
  const { rows } = await tx.execute<{
    datakit_id: string;
    version: number;
    parent_kind: 'datakit' | 'model';
    parent_id: string;
    parent_version: number;
  }>(sql`
    WITH RECURSIVE back AS (
      SELECT p.*, 1 AS far FROM quadrax.datakit_parents p
      WHERE p.datakit_id = ${datakitId ?? null}::uuid OR (p.datakit_id, p.version) IN ${pairs(back)}
      UNION
      SELECT p.*, b.far + 1 FROM back b JOIN quadrax.datakit_parents p
        ON p.tenant_id = b.tenant_id AND b.parent_kind = 'datakit'
        AND p.datakit_id = b.parent_id AND p.version = b.parent_version
      WHERE b.far < ${furthest}
    ), forth AS (
      SELECT p.*, 1 AS far FROM quadrax.datakit_parents p
      WHERE (p.parent_kind = 'datakit' AND p.parent_id = ${datakitId ?? null}::uuid)
        OR (p.parent_kind = 'model' AND (p.parent_id, p.parent_version) IN ${pairs(models)})
      UNION
      SELECT p.*, f.far + 1 FROM forth f JOIN quadrax.datakit_parents p
        ON p.tenant_id = f.tenant_id AND p.parent_kind = 'datakit'
        AND p.parent_id = f.datakit_id AND p.parent_version = f.version
      WHERE f.far < ${furthest}
    )
    SELECT DISTINCT datakit_id, version, parent_kind, parent_id, parent_version
    FROM (
      SELECT * FROM back UNION ALL SELECT * FROM forth UNION ALL
      SELECT p.*, f.far FROM forth f JOIN quadrax.datakit_parents p
        ON p.tenant_id = f.tenant_id AND (p.parent_kind = 'model' OR f.parent_kind = 'model')
        AND p.datakit_id = f.datakit_id AND p.version = f.version
    ) links
    ORDER BY datakit_id, version, parent_id, parent_version LIMIT ${mostLinks + 1}`);
  return rows.map((row) => ({
    childId: row.datakit_id,
    childVersion: row.version,
    kind: row.parent_kind,
    id: row.parent_id,
    version: row.parent_version,
  }));
};

/** What lineage shows of all versions of some datakits, deleted ones too. */
export const lineageRows = async (tx: Tx, datakitIds: readonly string[]): Promise<LineageRow[]> => {
  if (datakitIds.length === 0) return [];
  const rows = await tx
    .select({
      id: datakitVersions.datakitId,
      version: datakitVersions.version,
      name: datakits.name,
      made: datakitVersions.made,
      rows: datakitVersions.rows,
      deletedAt: datakits.deletedAt,
      createdAt: datakitVersions.createdAt,
    })
    .from(datakitVersions)
    .innerJoin(
      datakits,
      and(eq(datakits.tenantId, datakitVersions.tenantId), eq(datakits.id, datakitVersions.datakitId)),
    )
    .where(inArray(datakitVersions.datakitId, [...datakitIds]));
  return rows.map(({ deletedAt, ...row }) => ({ ...row, deleted: deletedAt !== null }));
};
