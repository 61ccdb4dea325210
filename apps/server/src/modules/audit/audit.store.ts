import type { AuditFilter, Sort } from '@quadrax/contract';
import { and, asc, eq, getTableColumns, gt, gte, ilike, like, lte, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { byNumber, containing, literal } from '#platform/db';
import type { NumberedPage, PageRows, Tx } from '#platform/db';
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

const numbered = byNumber(auditLog.id);

/** A page of the entries, in the order of the chain or against it. */
export const listEntries = (
  tx: Tx,
  filter: AuditFilter,
  page: NumberedPage<Sort<'id'>>,
): Promise<PageRows<AuditRow>> => numbered(tx, page, fits(filter), (where) => select(tx, where));

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
