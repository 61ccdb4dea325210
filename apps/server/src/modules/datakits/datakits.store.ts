import { restorableDays } from '@quadrax/contract';
import type { Sort } from '@quadrax/contract';
import { and, eq, getTableColumns, ilike, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { byName, byTime, containing, keyset } from '#platform/db';
import type { PageRows, SortedPage, Tx } from '#platform/db';
import { datakits, datakitVersions, people } from './datakits.tables.ts';

type DatakitRow = typeof datakits.$inferSelect;
export type VersionRow = typeof datakitVersions.$inferSelect;

/** A datakit with its current version. */
export interface DatakitRecord {
  readonly datakit: DatakitRow;
  readonly version: Omit<VersionRow, 'profile' | 'intake'>;
  /** The name of who deleted it, if still a member. */
  readonly deleter?: string | null;
}

// The profile and the intake are large and wanted only where they are asked for by name.
const { profile: _profile, intake: _intake, ...slimVersion } = getTableColumns(datakitVersions);

const selection = { datakit: datakits, version: slimVersion };

const currentVersion = and(
  eq(datakitVersions.tenantId, datakits.tenantId),
  eq(datakitVersions.datakitId, datakits.id),
  eq(datakitVersions.version, datakits.version),
);

export interface DatakitFilter {
  readonly name?: string | undefined;
  readonly status?: VersionRow['status'] | undefined;
  /** Those that were deleted and can be restored, in place of the others. */
  readonly deleted?: 'true' | 'false' | undefined;
}

const restorable = and(
  isNotNull(datakits.deletedAt),
  sql`${datakits.deletedAt} > now() - make_interval(days => ${restorableDays})`,
);

const sorted = keyset(
  {
    createdAt: byTime(datakits.createdAt),
    updatedAt: byTime(datakits.updatedAt),
    name: byName(datakits.name),
  },
  datakits.id,
);
type DatakitSort = Sort<'createdAt' | 'updatedAt' | 'name'>;

/** The rows of a page. */
export const listDatakits = (
  tx: Tx,
  filter: DatakitFilter,
  page: SortedPage<DatakitSort>,
): Promise<PageRows<DatakitRecord>> => {
  const fits = and(
    filter.deleted === 'true' ? restorable : isNull(datakits.deletedAt),
    filter.name === undefined ? undefined : ilike(datakits.name, containing(filter.name)),
    filter.status && eq(datakitVersions.status, filter.status),
  );
  return sorted(tx, page, fits, (where) =>
    tx
      .select({ ...selection, deleter: people.name })
      .from(datakits)
      .innerJoin(datakitVersions, currentVersion)
      .leftJoin(people, eq(people.accountId, datakits.deletedBy))
      .where(where),
  );
};

export const findDatakit = async (tx: Tx, id: string): Promise<DatakitRecord | undefined> => {
  const [row] = await tx
    .select(selection)
    .from(datakits)
    .innerJoin(datakitVersions, currentVersion)
    .where(and(eq(datakits.id, id), isNull(datakits.deletedAt)));
  return row;
};

export const findVersion = async (
  tx: Tx,
  datakitId: string,
  version: number,
): Promise<VersionRow | undefined> => {
  const [row] = await tx
    .select()
    .from(datakitVersions)
    .where(and(eq(datakitVersions.datakitId, datakitId), eq(datakitVersions.version, version)));
  return row;
};

export const insertDatakit = async (
  tx: Tx,
  datakit: typeof datakits.$inferInsert,
  version: typeof datakitVersions.$inferInsert,
): Promise<void> => {
  await tx.insert(datakits).values(datakit);
  await tx.insert(datakitVersions).values(version);
};

/** false: it is not there, or not in the state that was asked for. */
export const updateDatakit = async (
  tx: Tx,
  id: string,
  changes: { readonly name?: string | undefined; readonly description?: string | undefined },
  unchangedSince: readonly Date[] | undefined,
): Promise<boolean> => {
  const rows = await tx
    .update(datakits)
    .set({ ...changes, updatedAt: sql`now()` })
    .where(
      and(
        eq(datakits.id, id),
        isNull(datakits.deletedAt),
        unchangedSince && inArray(datakits.updatedAt, unchangedSince),
      ),
    )
    .returning({ id: datakits.id });
  return rows.length > 0;
};

export const deleteDatakit = async (tx: Tx, id: string, by: string): Promise<boolean> => {
  const rows = await tx
    .update(datakits)
    .set({ deletedAt: sql`now()`, deletedBy: by, updatedAt: sql`now()` })
    .where(and(eq(datakits.id, id), isNull(datakits.deletedAt)))
    .returning({ id: datakits.id });
  return rows.length > 0;
};

export const restoreDatakit = async (tx: Tx, id: string): Promise<boolean> => {
  const rows = await tx
    .update(datakits)
    .set({ deletedAt: null, deletedBy: null, updatedAt: sql`now()` })
    .where(and(eq(datakits.id, id), restorable))
    .returning({ id: datakits.id });
  return rows.length > 0;
};

/** What the job that makes a version found, or why it could not. */
export const finishVersion = async (
  tx: Tx,
  datakitId: string,
  version: number,
  outcome: Partial<
    Pick<
      VersionRow,
      'status' | 'tableObject' | 'rows' | 'columns' | 'profile' | 'error' | 'notes' | 'sizeBytes' | 'sha256'
    >
  >,
): Promise<void> => {
  await tx
    .update(datakitVersions)
    .set(outcome)
    .where(and(eq(datakitVersions.datakitId, datakitId), eq(datakitVersions.version, version)));
  await tx
    .update(datakits)
    .set({
      updatedAt: sql`now()`,
      // One that is ready becomes the current one, unless a later one was quicker.
      ...(outcome.status === 'READY' && { version: sql`GREATEST(${datakits.version}, ${version})` }),
    })
    .where(eq(datakits.id, datakitId));
};
