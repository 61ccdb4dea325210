import type { Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import type { Caller } from '#platform/http';
import { lockAccount } from './identity.accounts.store.ts';
import type { AccountRow } from './identity.accounts.store.ts';
import { liveApiKey } from './identity.api-keys.store.ts';
import { membershipsOf } from './identity.members.store.ts';
import { liveAccountOf } from './identity.sessions.store.ts';

/*
 * Who calls was looked up when the call came in. By the time of its change the session may have been ended, the key
 * revoked, the role taken away: what acts on them looks again, within the transaction that acts.
 */

type Credential = Pick<Caller, 'credential' | 'credentialId'>;

export const badKey = (): AppError =>
  new AppError('UNAUTHENTICATED', { message: 'The API key is not valid, was revoked or has expired.' });

export const sessionEnded = (): AppError =>
  new AppError('UNAUTHENTICATED', { message: 'The session has ended. Sign in again.' });

/** The account that a credential speaks for. @throws AppError UNAUTHENTICATED for one that is good no more */
export const accountOf = async (tx: Tx, { credential, credentialId }: Credential): Promise<AccountRow> => {
  if (credential === 'key') {
    const found = await liveApiKey(tx, credentialId);
    if (!found) throw badKey();
    return found.account;
  }
  const account = await liveAccountOf(tx, credentialId);
  if (!account) throw sessionEnded();
  return account;
};

/**
 * The caller's own account, held until the transaction ends. Whoever ends its ways in holds it too: what is made by
 * one of them is made before, and ended with it, or not at all.
 * @throws AppError UNAUTHENTICATED
 */
export const heldAccount = async (tx: Tx, caller: Caller): Promise<AccountRow> => {
  await lockAccount(tx, caller.accountId);
  return accountOf(tx, caller);
};

/** @throws AppError UNAUTHENTICATED, FORBIDDEN for who administers the tenant no more */
export const requireAdministrator = async (tx: Tx, caller: Caller): Promise<void> => {
  const { id } = await accountOf(tx, caller);
  const memberships = await membershipsOf(tx, id);
  if (!memberships.some(({ tenantId, role }) => tenantId === caller.tenantId && role === 'ADMIN'))
    throw new AppError('FORBIDDEN');
};
