import type { Body, OpenSession } from '@quadrax/contract';
import type { identity as routes, PageQuery } from '@quadrax/contract';
import type { Database } from '#platform/db';
import { AppError } from '#platform/errors';
import { pageOf } from '#platform/http';
import type { Caller, Client, Cursors } from '#platform/http';
import type { Lockout } from './identity.lockout.ts';
import type { Passwords } from './identity.passwords.ts';
import { accountById, listOpenSessions, replacePassword, revokeSessionsOf } from './identity.store.ts';
import type { SessionRow } from './identity.store.ts';

export interface OwnAccountDeps {
  readonly db: Database;
  readonly cursors: Cursors;
  readonly passwords: Passwords;
  readonly lockout: Lockout;
}

/** What a person does with their own account, once signed in. */
export interface OwnAccount {
  sessions(
    caller: Caller,
    page: PageQuery,
  ): Promise<{ items: OpenSession[]; nextCursor: string | undefined }>;
  /** @throws AppError NOT_FOUND for a session that has ended or is somebody else's, alike. */
  endSession(caller: Caller, id: string): Promise<void>;
  endOtherSessions(caller: Caller): Promise<void>;
  endAllSessions(caller: Caller): Promise<void>;
  changePassword(caller: Caller, form: Body<typeof routes.changePassword>, client: Client): Promise<void>;
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

const wrongField = (field: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { message, details: [{ field, message }] });

export const createOwnAccount = ({ db, cursors, passwords, lockout }: OwnAccountDeps): OwnAccount => ({
  sessions: async ({ accountId, sessionId }, { limit, cursor }) => {
    const after = cursors.read('newest', cursor);
    const rows = await db.system((tx) => listOpenSessions(tx, accountId, limit, after));
    return pageOf(
      rows,
      limit,
      (row) => sessionView(row, sessionId),
      (row) => [row.createdAt.toISOString(), row.id],
      cursors,
    );
  },
  endSession: async ({ accountId }, id) => {
    const ended = await db.system((tx) =>
      revokeSessionsOf(tx, accountId, { only: id }, 'Ended by its owner.'),
    );
    if (ended === 0) throw new AppError('NOT_FOUND');
  },
  endOtherSessions: async ({ accountId, sessionId }) => {
    await db.system((tx) => revokeSessionsOf(tx, accountId, { except: sessionId }, 'Ended by its owner.'));
  },
  endAllSessions: async ({ accountId }) => {
    await db.system((tx) => revokeSessionsOf(tx, accountId, {}, 'Signed out everywhere.'));
  },
  changePassword: async ({ accountId, sessionId }, { currentPassword, newPassword }, { address }) => {
    const account = await db.system((tx) => accountById(tx, accountId));
    if (!account) throw new AppError('UNAUTHENTICATED');
    // A stolen token must not serve to guess the password.
    await lockout.check(account.email, address);
    const right = await passwords.matches(currentPassword, account.passwordHash);
    await lockout.settle(account.email, address, right);
    if (!right) throw wrongField('currentPassword', 'This is not your present password.');
    if (newPassword === currentPassword)
      throw wrongField('newPassword', 'This is your present password. Choose another.');
    const passwordHash = await passwords.hash(newPassword);
    const changed = await db.system(async (tx) => {
      const same = await replacePassword(tx, accountId, account.passwordHash, passwordHash);
      if (same) await revokeSessionsOf(tx, accountId, { except: sessionId }, 'The password was changed.');
      return same;
    });
    if (!changed) throw wrongField('currentPassword', 'The password was changed a moment ago.');
  },
});
