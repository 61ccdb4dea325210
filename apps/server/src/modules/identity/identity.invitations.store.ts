import type { Role, Sort } from '@quadrax/contract';
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { byText, byTime, keyset } from '#platform/db';
import type { PageRows, SortedPage, Tx } from '#platform/db';
import { accounts, invitations, tenants } from './identity.tables.ts';

export interface InvitationRecord {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  /** Who invited, by name. */
  readonly invitedBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const record = {
  tenantId: invitations.tenantId,
  tenantName: tenants.name,
  id: invitations.id,
  email: invitations.email,
  role: invitations.role,
  invitedBy: sql<string | null>`${accounts.firstName} || ' ' || ${accounts.lastName}`,
  createdAt: invitations.createdAt,
  expiresAt: invitations.expiresAt,
};

const open = and(isNull(invitations.acceptedAt), isNull(invitations.revokedAt));

const select = (tx: Tx) =>
  tx
    .select(record)
    .from(invitations)
    .innerJoin(tenants, eq(tenants.tenantId, invitations.tenantId))
    .leftJoin(accounts, eq(accounts.id, invitations.invitedBy));

const sorted = keyset(
  { createdAt: byTime(invitations.createdAt), email: byText(invitations.email) },
  invitations.id,
);

/** A page of those of a tenant that wait for an answer. */
export const listInvitations = (
  tx: Tx,
  tenantId: string,
  page: SortedPage<Sort<'createdAt' | 'email'>>,
): Promise<PageRows<InvitationRecord>> =>
  sorted(tx, page, and(eq(invitations.tenantId, tenantId), open), (where) => select(tx).where(where));

export const findInvitation = async (
  tx: Tx,
  tenantId: string,
  id: string,
): Promise<InvitationRecord | undefined> => {
  const [row] = await select(tx).where(and(eq(invitations.tenantId, tenantId), eq(invitations.id, id), open));
  return row;
};

/** The invitation that a token opens, held until the transaction ends, and whether the token came by mail. */
export const lockInvitation = async (
  tx: Tx,
  tokenHash: Buffer,
): Promise<(InvitationRecord & { readonly byMail: boolean }) | undefined> => {
  const [held] = await tx
    .select({ tenantId: invitations.tenantId, id: invitations.id, mailHash: invitations.mailHash })
    .from(invitations)
    .where(
      and(
        or(eq(invitations.linkHash, tokenHash), eq(invitations.mailHash, tokenHash)),
        open,
        gt(invitations.expiresAt, sql`now()`),
      ),
    )
    .for('update');
  const invitation = held && (await findInvitation(tx, held.tenantId, held.id));
  return invitation && { ...invitation, byMail: held.mailHash.equals(tokenHash) };
};

/** Makes others who invite this address wait until the transaction ends. */
export const lockInvitations = async (tx: Tx, tenantId: string, email: string): Promise<void> => {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`invite ${tenantId} ${email}`}, 0))`);
};

export const insertInvitation = async (
  tx: Tx,
  invitation: {
    tenantId: string;
    id: string;
    email: string;
    role: Role;
    invitedBy: string;
    linkHash: Buffer;
    mailHash: Buffer;
    expiresAt: Date;
  },
): Promise<void> => {
  await tx.insert(invitations).values(invitation);
};

export const markAccepted = async (tx: Tx, tenantId: string, id: string): Promise<void> => {
  await tx
    .update(invitations)
    .set({ acceptedAt: sql`now()` })
    .where(and(eq(invitations.tenantId, tenantId), eq(invitations.id, id)));
};

/** Withdraws the open invitations of a tenant: the one named, or that of an address. Returns how many. */
export const revokeInvitations = async (
  tx: Tx,
  tenantId: string,
  which: { readonly id: string } | { readonly email: string },
): Promise<number> => {
  const named = 'id' in which ? eq(invitations.id, which.id) : eq(invitations.email, which.email);
  const revoked = await tx
    .update(invitations)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(invitations.tenantId, tenantId), named, open))
    .returning({ id: invitations.id });
  return revoked.length;
};
