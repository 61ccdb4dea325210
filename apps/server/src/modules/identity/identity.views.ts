import type { Membership as MembershipView, User } from '@quadrax/contract';
import { AppError } from '#platform/errors';
import type { AccountRow } from './identity.accounts.store.ts';
import type { Membership } from './identity.members.store.ts';

/** An account as its owner sees it, in one of its tenants. */
export const userOf = (account: AccountRow, membership: Membership): User => ({
  id: account.id,
  email: account.email,
  emailVerified: account.emailVerifiedAt !== null,
  firstName: account.firstName,
  lastName: account.lastName,
  role: membership.role,
  tenantId: membership.tenantId,
  tenantName: membership.name,
  platformAdministrator: account.platformAdministrator,
  updatedAt: new Date(Math.max(account.updatedAt.getTime(), membership.updatedAt.getTime())).toISOString(),
  ...(account.username !== null && { username: account.username }),
});

/** A tenant as one of those that an account belongs to. */
export const membershipView = (
  { homeTenantId }: AccountRow,
  { tenantId, name, slug, role }: Membership,
): MembershipView => ({ tenantId, name, slug, role, home: tenantId === homeTenantId });

/** @throws AppError PRECONDITION_FAILED for what is not as If-Match had it */
export const requireUnchanged = (
  { updatedAt }: { readonly updatedAt: string },
  unchangedSince: readonly Date[] | undefined,
): void => {
  if (unchangedSince && !unchangedSince.some((since) => since.getTime() === Date.parse(updatedAt)))
    throw new AppError('PRECONDITION_FAILED');
};
