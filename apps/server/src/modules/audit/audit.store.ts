import type { AuditFilter } from '@quadrax/contract';
import { and, asc, desc, eq, getTableColumns, gt, gte, ilike, like, lt, lte, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { containing, literal, readPage } from '#platform/db';
import type { PageRows, Tx } from '#platform/db';
import { auditLog, people } from './audit.tables.ts';

/** An entry, and its actor if still a member of the tenant. */
export interface AuditRow extends Readonly<typeof auditLog.$inferSelect> {
  readonly name: string | null;
  readonly email: string | null;
}

const mentions = (text: string): SQL | undefined => {
  const pattern = containing(text);
  const { action, address, requestId, before, after } = auditLog;
  return or(
    ...[action, address, requestId, people.name, people.email].map((column) => ilike(column, pattern)),
    ...[before, after].map((state) => sql`${state}::text ILIKE ${pattern}`),
  );
};

const fits = ({ action, actor, resource, from, to, search }: AuditFilter): SQL | undefined =>
  and(
    action === undefined
      ? undefined
      : or(eq(auditLog.action, action), like(auditLog.action, `${literal(action)}.%`)),
    actor === undefined ? undefined : eq(auditLog.accountId, actor),
    resource === undefined ? undefined : eq(auditLog.resourceId, resource),
    from === undefined ? undefined : gte(auditLog.at, new Date(from)),
    to === undefined ? undefined : lte(auditLog.at, new Date(to)),
    search === undefined || search === '' ? undefined : mentions(search),
  );

const select = (tx: Tx, where: SQL | undefined) =>
  tx
    .select({ ...getTableColumns(auditLog), name: people.name, email: people.email })
    .from(auditLog)
    .leftJoin(people, eq(people.accountId, auditLog.accountId))
    .where(where);

/** A page of the newest entries below a number. */
export const newestEntries = (
  tx: Tx,
  filter: AuditFilter,
  limit: number,
  below: number | undefined,
): Promise<PageRows<AuditRow>> =>
  readPage(tx, {
    select: (where) => select(tx, where),
    where: fits(filter),
    beyond: below === undefined ? undefined : lt(auditLog.id, below),
    orderBy: [desc(auditLog.id)],
    limit,
  });

/** The oldest `limit` entries above a number. */
export const entriesAfter = (
  tx: Tx,
  filter: AuditFilter,
  limit: number,
  above: number,
): Promise<AuditRow[]> =>
  select(tx, and(fits(filter), gt(auditLog.id, above)))
    .orderBy(asc(auditLog.id))
    .limit(limit);
