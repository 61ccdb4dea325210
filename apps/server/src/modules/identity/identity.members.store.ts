import type { Role, Sort } from '@quadrax/contract';
import { and, eq, ilike, inArray, isNull, not, or, sql } from 'drizzle-orm';
import { byText, byTime, containing, keyset } from '#platform/db';
import type { PageRows, SortedPage, Tx } from '#platform/db';
import { lastSeen } from './identity.accounts.store.ts';
import type { AccountRow } from './identity.accounts.store.ts';
import { accounts, memberships, tenants } from './identity.tables.ts';

/** A tenant that an account may enter. */
export interface Membership {
  readonly tenantId: string;
  readonly slug: string;
  readonly name: string;
  readonly role: Role;
  /** When the tenant or what the account is in it last changed. */
  readonly updatedAt: Date;
}

const lastChanged = sql<Date>`GREATEST(${memberships.updatedAt}, ${tenants.updatedAt})`.mapWith(
  memberships.updatedAt,
);

/** Where an account may enter, the oldest membership first. */
export const membershipsOf = (tx: Tx, accountId: string): Promise<Membership[]> =>
  tx
    .select({
      tenantId: tenants.tenantId,
      slug: tenants.slug,
      name: tenants.name,
      role: memberships.role,
      updatedAt: lastChanged,
    })
    .from(memberships)
    .innerJoin(tenants, eq(tenants.tenantId, memberships.tenantId))
    .where(and(eq(memberships.accountId, accountId), isNull(memberships.deactivatedAt)))
    .orderBy(memberships.createdAt);

/** @returns whether it is new: a member stays with the role it has. */
export const insertMembership = async (
  tx: Tx,
  membership: { tenantId: string; accountId: string; role: Role },
): Promise<boolean> => {
  const made = await tx
    .insert(memberships)
    .values(membership)
    .onConflictDoNothing()
    .returning({ id: memberships.accountId });
  return made.length === 1;
};

export interface MemberRecord {
  readonly account: AccountRow;
  readonly role: Role;
  readonly joinedAt: Date;
  readonly deactivatedAt: Date | null;
  readonly lastSeenAt: Date | null;
  readonly updatedAt: Date;
}

const member = {
  account: accounts,
  role: memberships.role,
  joinedAt: memberships.createdAt,
  deactivatedAt: memberships.deactivatedAt,
  lastSeenAt: lastSeen,
  updatedAt: sql<Date>`GREATEST(${memberships.updatedAt}, ${accounts.updatedAt})`.mapWith(
    memberships.updatedAt,
  ),
};

export interface MemberFilter {
  readonly search?: string | undefined;
  readonly role?: Role | undefined;
  readonly active?: boolean | undefined;
}

/** Neither deactivated here nor disabled everywhere. */
const mayEnter = sql`(${memberships.deactivatedAt} IS NULL AND ${accounts.disabledAt} IS NULL)`;

const passes = ({ search, role, active }: MemberFilter) => {
  const words = search === undefined ? undefined : containing(search);
  return and(
    words === undefined
      ? undefined
      : or(
          ilike(accounts.email, words),
          ilike(accounts.username, words),
          ilike(sql`${accounts.firstName} || ' ' || ${accounts.lastName}`, words),
        ),
    role && eq(memberships.role, role),
    active === undefined ? undefined : active ? mayEnter : not(mayEnter),
  );
};

const sorted = keyset(
  { joinedAt: byTime(memberships.createdAt), email: byText(accounts.email) },
  memberships.accountId,
);

/** A page of the members of a tenant. */
export const listMembers = (
  tx: Tx,
  tenantId: string,
  filter: MemberFilter,
  page: SortedPage<Sort<'joinedAt' | 'email'>>,
): Promise<PageRows<MemberRecord>> =>
  sorted(tx, page, and(eq(memberships.tenantId, tenantId), passes(filter)), (where) =>
    tx
      .select(member)
      .from(memberships)
      .innerJoin(accounts, eq(accounts.id, memberships.accountId))
      .where(where),
  );

export const findMember = async (
  tx: Tx,
  tenantId: string,
  accountId: string,
): Promise<MemberRecord | undefined> => {
  const [row] = await tx
    .select(member)
    .from(memberships)
    .innerJoin(accounts, eq(accounts.id, memberships.accountId))
    .where(and(eq(memberships.tenantId, tenantId), eq(memberships.accountId, accountId)));
  return row;
};

/** A membership, held until the transaction ends. */
export const lockMembership = async (tx: Tx, tenantId: string, accountId: string): Promise<void> => {
  await tx
    .select({ id: memberships.accountId })
    .from(memberships)
    .where(and(eq(memberships.tenantId, tenantId), eq(memberships.accountId, accountId)))
    .for('update');
};

/** The administrators who may enter a tenant, held until the transaction ends. */
export const lockAdministrators = async (tx: Tx, tenantId: string): Promise<string[]> => {
  const rows = await tx
    .select({ id: memberships.accountId })
    .from(memberships)
    .where(
      and(
        eq(memberships.tenantId, tenantId),
        eq(memberships.role, 'ADMIN'),
        isNull(memberships.deactivatedAt),
        // A join would lock the accounts too.
        inArray(
          memberships.accountId,
          tx.select({ id: accounts.id }).from(accounts).where(isNull(accounts.disabledAt)),
        ),
      ),
    )
    .orderBy(memberships.accountId)
    .for('update');
  return rows.map(({ id }) => id);
};

export const updateMembership = async (
  tx: Tx,
  tenantId: string,
  accountId: string,
  { role, active }: { role?: Role | undefined; active?: boolean | undefined },
): Promise<void> => {
  const changes = {
    ...(role && { role }),
    ...(active !== undefined && {
      deactivatedAt: active ? null : sql`COALESCE(${memberships.deactivatedAt}, now())`,
    }),
  };
  if (Object.keys(changes).length > 0)
    await tx
      .update(memberships)
      .set(changes)
      .where(and(eq(memberships.tenantId, tenantId), eq(memberships.accountId, accountId)));
};

export const deleteMembership = async (tx: Tx, tenantId: string, accountId: string): Promise<void> => {
  await tx
    .delete(memberships)
    .where(and(eq(memberships.tenantId, tenantId), eq(memberships.accountId, accountId)));
};
