import { platformAdministrator } from '@quadrax/contract';
import type { platform as routes, Body, PlatformAccount, Query } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import { sortedPageOf } from '#platform/http';
import type { Caller, Change, Cursors, ListPage } from '#platform/http';
import {
  listAccounts,
  lockPlatformAdministrators,
  setDisabled,
  updateAccount,
} from './identity.accounts.store.ts';
import type { AccountRecord } from './identity.accounts.store.ts';
import { accountOf } from './identity.credentials.ts';
import { revokeSessionsOf } from './identity.sessions.store.ts';

/** Every account of the installation, for whoever runs it. */
export interface PlatformAccounts {
  list(query: Query<typeof routes.accounts>): Promise<ListPage<PlatformAccount>>;
  /** @throws AppError FORBIDDEN, NOT_FOUND, LAST_ADMINISTRATOR, CONFLICT */
  update(
    caller: Caller,
    change: Change,
    id: string,
    changes: Body<typeof routes.updateAccount>,
  ): Promise<PlatformAccount>;
}

const view = ({ account, tenants, lastSeenAt }: AccountRecord): PlatformAccount => ({
  id: account.id,
  email: account.email,
  emailVerified: account.emailVerifiedAt !== null,
  firstName: account.firstName,
  lastName: account.lastName,
  administrator: account.platformAdministrator,
  disabled: account.disabledAt !== null,
  tenants,
  createdAt: account.createdAt.toISOString(),
  ...(lastSeenAt !== null && { lastSeenAt: lastSeenAt.toISOString() }),
});

const found = async (tx: Tx, id: string): Promise<PlatformAccount> => {
  const {
    rows: [record],
  } = await listAccounts(tx, { id }, { sort: '-createdAt', limit: 1, after: undefined });
  if (!record) throw notFound('account');
  return view(record);
};

export const createPlatformAccounts = (deps: {
  readonly db: Database;
  readonly cursors: Cursors;
  /** Looks up anew who may do what. */
  readonly forget: () => void;
}): PlatformAccounts => {
  const { db, cursors, forget } = deps;
  return {
    list: (query) => {
      const { search, disabled } = query;
      const filter = { search, ...(disabled !== undefined && { disabled: disabled === 'true' }) };
      return sortedPageOf(cursors, query, view, (page) => db.system((tx) => listAccounts(tx, filter, page)));
    },
    update: async (caller, change, id, { disabled, administrator }) => {
      const account = await change.system(async (tx) => {
        // Of two who disable each other, one comes second and may do so no more.
        const administrators = await lockPlatformAdministrators(tx);
        const { platformAdministrator: stillIs } = await accountOf(tx, caller);
        if (!stillIs) throw new AppError('FORBIDDEN');
        const before = await found(tx, id);
        if (administrator === true && (disabled ?? before.disabled))
          throw new AppError('CONFLICT', {
            message: `A disabled account cannot be made ${platformAdministrator}. Enable it first.`,
          });
        const leaves = disabled === true || administrator === false;
        if (leaves && administrators.length === 1 && administrators[0] === id)
          throw new AppError('LAST_ADMINISTRATOR');
        if (disabled !== undefined) await setDisabled(tx, id, disabled);
        // Let in again, it signs in again.
        if (disabled === true) await revokeSessionsOf(tx, id, {}, 'The account was disabled.');
        if (administrator !== undefined)
          await updateAccount(tx, id, { platformAdministrator: administrator });
        const after = await found(tx, id);
        return { reply: after, before, after };
      });
      forget();
      return account;
    },
  };
};
