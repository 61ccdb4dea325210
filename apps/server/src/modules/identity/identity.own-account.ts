import type { account as routes, Body, Membership, OpenSession, Query, User } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError, invalid } from '#platform/errors';
import { sortedPageOf } from '#platform/http';
import type { Caller, Change, Changed, Client, Cursors, ListPage } from '#platform/http';
import { replacePassword, updateAccount } from './identity.accounts.store.ts';
import type { AccountRow } from './identity.accounts.store.ts';
import { membershipIn } from './identity.callers.ts';
import type { Callers } from './identity.callers.ts';
import { accountOf, heldAccount } from './identity.credentials.ts';
import { orTaken } from './identity.founding.ts';
import type { Lockout } from './identity.lockout.ts';
import { membershipsOf } from './identity.members.store.ts';
import type { Passwords } from './identity.passwords.ts';
import type { Recovery } from './identity.recovery.ts';
import { listOpenSessions, revokeSessionsOf } from './identity.sessions.store.ts';
import type { SessionRow } from './identity.sessions.store.ts';
import { personalOf } from './identity.strength.ts';
import type { Strength } from './identity.strength.ts';
import { membershipView, requireUnchanged, userOf } from './identity.views.ts';

export interface OwnAccountDeps {
  readonly db: Database;
  readonly cursors: Cursors;
  readonly callers: Callers;
  readonly passwords: Passwords;
  readonly strength: Strength;
  readonly lockout: Lockout;
  readonly recovery: Recovery;
}

/** What a person does with their own account, once signed in. */
export interface OwnAccount {
  me(caller: Caller): Promise<User>;
  /** @throws AppError TAKEN for a user name that is, PRECONDITION_FAILED */
  updateMe(
    caller: Caller,
    change: Change,
    changes: Body<typeof routes.updateMe>,
    unchangedSince: readonly Date[] | undefined,
  ): Promise<User>;
  memberships(caller: Caller): Promise<Membership[]>;
  sessions(caller: Caller, query: Query<typeof routes.sessions>): Promise<ListPage<OpenSession>>;
  /** @throws AppError NOT_FOUND for a session that has ended or is somebody else's, alike. */
  endSession(caller: Caller, change: Change, id: string): Promise<void>;
  endOtherSessions(caller: Caller, change: Change): Promise<void>;
  endAllSessions(caller: Caller, change: Change): Promise<void>;
  changePassword(
    caller: Caller,
    change: Change,
    form: Body<typeof routes.changePassword>,
    client: Client,
  ): Promise<void>;
  /** @throws AppError CONFLICT where it is confirmed already */
  resendVerification(caller: Caller, change: Change): Promise<void>;
  changeEmail(
    caller: Caller,
    change: Change,
    form: Body<typeof routes.changeEmail>,
    client: Client,
  ): Promise<void>;
}

const sessionView = (row: SessionRow, current: string): OpenSession => ({
  id: row.id,
  current: row.id === current,
  userAgent: row.userAgent,
  address: row.address,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
});

const nothing = { reply: undefined } as const;
const changedMeanwhile = 'The password was changed a moment ago.';

const profileOf = ({ firstName, lastName, username }: AccountRow) => ({ firstName, lastName, username });

export const createOwnAccount = (deps: OwnAccountDeps): OwnAccount => {
  const { db, cursors, callers, passwords, strength, lockout, recovery } = deps;

  /** A stolen token must not serve to guess the password. @throws AppError VALIDATION_FAILED, ACCOUNT_LOCKED */
  const requirePassword = async (
    account: AccountRow,
    field: string,
    password: string,
    { address }: Client,
  ): Promise<void> => {
    await lockout.check(account.email, address);
    const right = await passwords.matches(password, account.passwordHash ?? undefined);
    await lockout.settle(account.email, address, right);
    if (!right) throw invalid(field, 'This is not your present password.');
  };

  /** Makes a change that ends sessions. */
  const ending = async (change: Change, work: (tx: Tx) => Promise<Changed<undefined>>): Promise<void> => {
    await change.system(work);
    callers.forget();
  };

  return {
    me: async (caller) => {
      const found = await callers.identity(caller);
      return userOf(found.account, membershipIn(found, caller.tenantId));
    },
    updateMe: async (caller, change, changes, unchangedSince) => {
      const here = async (tx: Tx, account: AccountRow): Promise<User> => {
        const memberships = await membershipsOf(tx, account.id);
        return userOf(account, membershipIn({ account, memberships }, caller.tenantId));
      };
      const user = await orTaken(() =>
        change.system(async (tx) => {
          const before = await heldAccount(tx, caller);
          requireUnchanged(await here(tx, before), unchangedSince);
          await updateAccount(tx, caller.accountId, changes);
          const after = await accountOf(tx, caller);
          return { reply: await here(tx, after), before: profileOf(before), after: profileOf(after) };
        }),
      );
      callers.forget();
      return user;
    },
    memberships: async (caller) => {
      const { account, memberships } = await callers.identity(caller);
      return memberships.map((one) => membershipView(account, one));
    },
    sessions: ({ accountId, credentialId }, query) =>
      sortedPageOf(
        cursors,
        query,
        (row: SessionRow) => sessionView(row, credentialId),
        (page) => db.system((tx) => listOpenSessions(tx, accountId, page)),
      ),
    endSession: (caller, change, id) =>
      ending(change, async (tx) => {
        const { id: accountId } = await heldAccount(tx, caller);
        const because = 'It was ended on the account page.';
        const ended = await revokeSessionsOf(tx, accountId, { only: id }, because);
        if (ended === 0) throw new AppError('NOT_FOUND');
        return nothing;
      }),
    endOtherSessions: (caller, change) =>
      ending(change, async (tx) => {
        const { id } = await heldAccount(tx, caller);
        const because = 'It was ended on the account page.';
        await revokeSessionsOf(tx, id, { except: caller.credentialId }, because);
        return nothing;
      }),
    endAllSessions: (caller, change) =>
      ending(change, async (tx) => {
        const { id } = await heldAccount(tx, caller);
        await revokeSessionsOf(tx, id, {}, 'You signed out everywhere.');
        return { ...nothing, resource: id };
      }),
    changePassword: async (caller, change, { currentPassword, newPassword }, client) => {
      const { accountId, credentialId } = caller;
      const account = await db.system((tx) => accountOf(tx, caller));
      await requirePassword(account, 'currentPassword', currentPassword, client);
      if (newPassword === currentPassword)
        throw invalid('newPassword', 'This is your present password. Choose another.');
      await strength.require('newPassword', newPassword, personalOf(account));
      const passwordHash = await passwords.hash(newPassword);
      await ending(change, async (tx) => {
        await heldAccount(tx, caller);
        if (!(await replacePassword(tx, accountId, account.passwordHash, passwordHash)))
          throw invalid('currentPassword', changedMeanwhile);
        await revokeSessionsOf(tx, accountId, { except: credentialId }, 'The password was changed.');
        await recovery.passwordChanged(tx, account);
        return { ...nothing, resource: accountId };
      });
    },
    resendVerification: (caller, change) =>
      change.system(async (tx) => {
        const account = await heldAccount(tx, caller);
        if (account.emailVerifiedAt !== null)
          throw new AppError('CONFLICT', { message: 'Your email address is confirmed already.' });
        await recovery.sendVerification(tx, account, account.email);
        return { ...nothing, resource: account.id };
      }),
    changeEmail: async (caller, change, { email, password }, client) => {
      const account = await db.system((tx) => accountOf(tx, caller));
      await requirePassword(account, 'password', password, client);
      // Whether the address is another account's shows to its mailbox alone: the link then does not work.
      await change.system(async (tx) => {
        const held = await heldAccount(tx, caller);
        // A link to an address of the thief’s must not outlive the password that a new one took the place of.
        if (held.passwordHash !== account.passwordHash) throw invalid('password', changedMeanwhile);
        await recovery.sendVerification(tx, held, email);
        return { ...nothing, resource: held.id, before: { email: held.email }, after: { email } };
      });
    },
  };
};
