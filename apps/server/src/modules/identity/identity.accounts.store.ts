import type { Sort } from '@quadrax/contract';
import { and, eq, ilike, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { byText, byTime, containing, keyset } from '#platform/db';
import type { PageRows, SortedPage, Tx } from '#platform/db';
import { accounts, externalIdentities, memberships, sessions, tenants } from './identity.tables.ts';

export type AccountRow = typeof accounts.$inferSelect;

export interface NewAccount {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly username?: string | undefined;
  readonly firstName: string;
  readonly lastName: string;
  /** null: it has none yet. */
  readonly passwordHash: string | null;
  readonly platformAdministrator?: boolean;
  readonly homeTenantId: string;
}

export interface NewTenant {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
}

export const insertTenant = async (tx: Tx, { id, name, slug }: NewTenant): Promise<void> => {
  await tx.insert(tenants).values({ tenantId: id, name, slug });
};

export const insertAccount = async (
  tx: Tx,
  { emailVerified, ...account }: NewAccount,
): Promise<AccountRow> => {
  const [row] = await tx
    .insert(accounts)
    .values({ ...account, ...(emailVerified && { emailVerifiedAt: sql`now()` }) })
    .returning();
  if (!row) throw new Error('The account just made is not there.');
  return row;
};

/** By email address or user name. */
export const findAccount = async (tx: Tx, identifier: string): Promise<AccountRow | undefined> => {
  const name = identifier.toLowerCase();
  const [row] = await tx
    .select()
    .from(accounts)
    .where(or(eq(accounts.email, name), eq(sql`lower(${accounts.username})`, name)))
    .limit(1);
  return row;
};

export const accountById = async (tx: Tx, id: string): Promise<AccountRow | undefined> => {
  const [row] = await tx.select().from(accounts).where(eq(accounts.id, id));
  return row;
};

/** The account's row, held until the transaction ends. */
export const lockAccount = async (tx: Tx, id: string): Promise<AccountRow | undefined> => {
  const [row] = await tx.select().from(accounts).where(eq(accounts.id, id)).for('no key update');
  return row;
};

/** Whether an account may still come in by this password; it stays so until the transaction ends. */
export const stillEnters = async (tx: Tx, { id, passwordHash }: AccountRow): Promise<boolean> => {
  const [row] = await tx
    .select({ passwordHash: accounts.passwordHash, disabledAt: accounts.disabledAt })
    .from(accounts)
    .where(eq(accounts.id, id))
    .for('share');
  return row !== undefined && row.passwordHash === passwordHash && row.disabledAt === null;
};

export type AccountChanges = Partial<
  Pick<AccountRow, 'firstName' | 'lastName' | 'username' | 'homeTenantId' | 'platformAdministrator'>
>;

export const updateAccount = async (tx: Tx, id: string, changes: AccountChanges): Promise<void> => {
  if (Object.keys(changes).length > 0) await tx.update(accounts).set(changes).where(eq(accounts.id, id));
};

export const setDisabled = async (tx: Tx, id: string, disabled: boolean): Promise<void> => {
  await tx
    .update(accounts)
    .set({ disabledAt: disabled ? sql`COALESCE(${accounts.disabledAt}, now())` : null })
    .where(eq(accounts.id, id));
};

/** The address is the account's from now on, and known to be its. */
export const confirmEmail = async (tx: Tx, id: string, email: string): Promise<void> => {
  await tx
    .update(accounts)
    .set({ email, emailVerifiedAt: sql`now()` })
    .where(eq(accounts.id, id));
};

/** @returns whether the account still had the password it was to be changed from. */
export const replacePassword = async (
  tx: Tx,
  id: string,
  from: string | null,
  to: string,
): Promise<boolean> => {
  const changed = await tx
    .update(accounts)
    .set({ passwordHash: to })
    .where(
      and(
        eq(accounts.id, id),
        from === null ? isNull(accounts.passwordHash) : eq(accounts.passwordHash, from),
      ),
    )
    .returning({ id: accounts.id });
  return changed.length === 1;
};

export const setPassword = async (tx: Tx, id: string, passwordHash: string): Promise<void> => {
  await tx.update(accounts).set({ passwordHash }).where(eq(accounts.id, id));
};

/** Those that run the platform and may come in, held until the transaction ends. */
export const lockPlatformAdministrators = async (tx: Tx): Promise<string[]> => {
  const rows = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.platformAdministrator, true), isNull(accounts.disabledAt)))
    .orderBy(accounts.id)
    .for('update');
  return rows.map(({ id }) => id);
};

export const hasPlatformAdministrator = async (tx: Tx): Promise<boolean> => {
  const [row] = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(eq(accounts.platformAdministrator, true))
    .limit(1);
  return row !== undefined;
};

/** Makes others who would set the platform up wait until the transaction ends. */
export const lockSetup = async (tx: Tx): Promise<void> => {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('quadrax setup'))`);
};

/**
 * The account that a person is linked with at a provider, held until the transaction ends. It is locked first, as by
 * whoever unlinks it.
 */
export const lockAccountOfIdentity = async (
  tx: Tx,
  issuer: string,
  subject: string,
): Promise<AccountRow | undefined> => {
  const find = () =>
    tx
      .select({ accountId: externalIdentities.accountId })
      .from(externalIdentities)
      .where(and(eq(externalIdentities.issuer, issuer), eq(externalIdentities.subject, subject)));
  const [linked] = await find();
  const account = linked && (await lockAccount(tx, linked.accountId));
  return (await find()).length > 0 ? account : undefined;
};

/** Makes other sign-ins of this person by a provider wait until the transaction ends: the first one links them. */
export const lockIdentity = async (tx: Tx, issuer: string, subject: string): Promise<void> => {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`${issuer} ${subject}`}, 0))`);
};

export const insertIdentity = async (
  tx: Tx,
  identity: { issuer: string; subject: string; accountId: string },
): Promise<void> => {
  await tx.insert(externalIdentities).values(identity).onConflictDoNothing();
};

/** Nobody comes in by a provider any more, until linked anew. */
export const deleteIdentities = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.delete(externalIdentities).where(eq(externalIdentities.accountId, accountId));
};

/** When an account last renewed a session. */
// Written out: of one table alone, drizzle leaves the names of tables away, and `id` would mean the session's.
export const lastSeen = sql<Date | null>`(
  SELECT max(s.last_used_at) FROM auth.sessions s WHERE s.account_id = auth.accounts.id)`.mapWith(
  sessions.lastUsedAt,
);

export interface AccountRecord {
  readonly account: AccountRow;
  readonly lastSeenAt: Date | null;
  readonly tenants: { readonly tenantId: string; readonly name: string }[];
}

const tenantsOf = async (
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, { tenantId: string; name: string }[]>> => {
  const rows =
    ids.length === 0
      ? []
      : await tx
          .select({ accountId: memberships.accountId, tenantId: tenants.tenantId, name: tenants.name })
          .from(memberships)
          .innerJoin(tenants, eq(tenants.tenantId, memberships.tenantId))
          .where(inArray(memberships.accountId, [...ids]))
          .orderBy(memberships.createdAt);
  return Map.groupBy(rows, ({ accountId }) => accountId);
};

const sorted = keyset({ createdAt: byTime(accounts.createdAt), email: byText(accounts.email) }, accounts.id);

/** A page of the accounts that pass. */
export const listAccounts = async (
  tx: Tx,
  filter: { id?: string | undefined; search?: string | undefined; disabled?: boolean | undefined },
  page: SortedPage<Sort<'createdAt' | 'email'>>,
): Promise<PageRows<AccountRecord>> => {
  const words = filter.search === undefined ? undefined : containing(filter.search);
  const passes = and(
    filter.id === undefined ? undefined : eq(accounts.id, filter.id),
    words === undefined
      ? undefined
      : or(
          ilike(accounts.email, words),
          ilike(sql`${accounts.firstName} || ' ' || ${accounts.lastName}`, words),
        ),
    filter.disabled === undefined
      ? undefined
      : filter.disabled
        ? isNotNull(accounts.disabledAt)
        : isNull(accounts.disabledAt),
  );
  const { rows, total } = await sorted(tx, page, passes, (where) =>
    tx.select({ account: accounts, lastSeenAt: lastSeen }).from(accounts).where(where),
  );
  const belongs = await tenantsOf(
    tx,
    rows.map(({ account }) => account.id),
  );
  const records = rows.map(({ account, lastSeenAt }) => ({
    account,
    lastSeenAt,
    tenants: (belongs.get(account.id) ?? []).map(({ tenantId, name }) => ({ tenantId, name })),
  }));
  return { rows: records, total };
};
