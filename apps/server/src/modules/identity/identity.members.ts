import type { Body, Member, Query, users as routes } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import { sortedPageOf } from '#platform/http';
import type { Caller, Change, Cursors, ListPage } from '#platform/http';
import { lockAccount, updateAccount } from './identity.accounts.store.ts';
import { accountOf, requireAdministrator } from './identity.credentials.ts';
import { accountIn, foundTenant, orTaken, workspaceOf } from './identity.founding.ts';
import {
  deleteMembership,
  findMember,
  listMembers,
  lockAdministrators,
  lockMembership,
  membershipsOf,
  updateMembership,
} from './identity.members.store.ts';
import type { MemberRecord } from './identity.members.store.ts';
import type { Passwords } from './identity.passwords.ts';
import type { Recovery } from './identity.recovery.ts';
import { personalOf } from './identity.strength.ts';
import type { Strength } from './identity.strength.ts';
import { requireUnchanged } from './identity.views.ts';

export interface MembersDeps {
  readonly db: Database;
  readonly cursors: Cursors;
  readonly passwords: Passwords;
  readonly strength: Strength;
  readonly recovery: Recovery;
  /** Looks up anew who may do what. */
  readonly forget: () => void;
}

/** Who belongs to a tenant. */
export interface Members {
  list(tenantId: string, query: Query<typeof routes.list>): Promise<ListPage<Member>>;
  get(tenantId: string, id: string): Promise<Member>;
  /** @throws AppError EMAIL_TAKEN, VALIDATION_FAILED */
  create(caller: Caller, change: Change, form: Body<typeof routes.create>): Promise<Member>;
  /** @throws AppError NOT_FOUND, LAST_ADMINISTRATOR, PRECONDITION_FAILED */
  update(
    caller: Caller,
    change: Change,
    id: string,
    changes: Body<typeof routes.update>,
    unchangedSince: readonly Date[] | undefined,
  ): Promise<Member>;
  /** @throws AppError NOT_FOUND, LAST_ADMINISTRATOR */
  remove(caller: Caller, change: Change, accountId: string): Promise<void>;
  /** Goes out of a tenant that need not be the one of the call. @throws AppError NOT_FOUND, LAST_ADMINISTRATOR */
  leave(caller: Caller, change: Change, tenantId: string): Promise<void>;
}

const view = ({ account, role, joinedAt, deactivatedAt, lastSeenAt, updatedAt }: MemberRecord): Member => ({
  id: account.id,
  email: account.email,
  emailVerified: account.emailVerifiedAt !== null,
  firstName: account.firstName,
  lastName: account.lastName,
  role,
  active: deactivatedAt === null && account.disabledAt === null,
  disabled: account.disabledAt !== null,
  joinedAt: joinedAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
  ...(account.username !== null && { username: account.username }),
  ...(lastSeenAt !== null && { lastSeenAt: lastSeenAt.toISOString() }),
});

const memberIn = async (tx: Tx, tenantId: string, id: string): Promise<MemberRecord> => {
  const record = await findMember(tx, tenantId, id);
  if (!record) throw notFound('member');
  return record;
};

/** Somebody else must be able to administer the tenant once this one cannot. */
const requireAnother = (administrators: readonly string[], accountId: string): void => {
  if (administrators.length === 1 && administrators[0] === accountId)
    throw new AppError('LAST_ADMINISTRATOR');
};

/** An account whose home is gone is at home in another of its tenants, or in a new one of its own. */
const rehome = async (tx: Tx, accountId: string, lostTenantId: string): Promise<void> => {
  // Two tenants may let go of the same member at once: the second sees where the first has made them at home.
  const account = await lockAccount(tx, accountId);
  if (account?.homeTenantId !== lostTenantId) return;
  const [next] = await membershipsOf(tx, accountId);
  const homeTenantId = next?.tenantId ?? (await foundTenant(tx, accountId, workspaceOf(account)));
  await updateAccount(tx, accountId, { homeTenantId });
};

export const createMembers = (deps: MembersDeps): Members => {
  const { db, cursors, passwords, strength, recovery, forget } = deps;

  const removing = async (
    change: Change,
    tenantId: string,
    accountId: string,
    requireStanding: (tx: Tx) => Promise<unknown>,
  ): Promise<void> => {
    await change.system(async (tx) => {
      // Before the memberships, as by whoever joins a tenant: else two could wait for each other.
      await lockAccount(tx, accountId);
      const administrators = await lockAdministrators(tx, tenantId);
      await requireStanding(tx);
      const before = view(await memberIn(tx, tenantId, accountId));
      requireAnother(administrators, accountId);
      await deleteMembership(tx, tenantId, accountId);
      await rehome(tx, accountId, tenantId);
      return { reply: undefined, resource: accountId, tenantId, before };
    });
    forget();
  };

  return {
    list: (tenantId, query) => {
      const { search, role, active } = query;
      const filter = { search, role, ...(active !== undefined && { active: active === 'true' }) };
      return sortedPageOf(cursors, query, view, (page) =>
        db.system((tx) => listMembers(tx, tenantId, filter, page)),
      );
    },
    get: async (tenantId, id) => view(await db.system((tx) => memberIn(tx, tenantId, id))),
    create: async (caller, change, { password, role, ...person }) => {
      if (password !== undefined) await strength.require('password', password, personalOf(person));
      const passwordHash = password === undefined ? null : await passwords.hash(password);
      return orTaken(() =>
        change.system(async (tx) => {
          await requireAdministrator(tx, caller);
          const { tenantId } = caller;
          const make = { ...person, passwordHash, emailVerified: false };
          const account = await accountIn(tx, make, { tenantId, role });
          const belongs = await membershipsOf(tx, account.id);
          if (passwordHash === null) await recovery.sendWelcome(tx, account, belongs[0]?.name ?? 'Quadrax');
          else await recovery.sendVerification(tx, account, account.email);
          const after = view(await memberIn(tx, tenantId, account.id));
          return { reply: after, after };
        }),
      );
    },
    update: async (caller, change, id, { role, active }, unchangedSince) => {
      const { tenantId } = caller;
      const member = await change.system(async (tx) => {
        // Of two who take the role from each other, one comes second and has it no more.
        const administrators = await lockAdministrators(tx, tenantId);
        await requireAdministrator(tx, caller);
        await lockMembership(tx, tenantId, id);
        const member = await memberIn(tx, tenantId, id);
        if (active === true && member.account.disabledAt !== null)
          throw new AppError('CONFLICT', {
            message: 'This account is disabled everywhere. A platform administrator can enable it.',
          });
        const before = view(member);
        requireUnchanged(before, unchangedSince);
        const leaves = (role !== undefined && role !== 'ADMIN') || active === false;
        if (leaves) requireAnother(administrators, id);
        await updateMembership(tx, tenantId, id, { role, active });
        const after = view(await memberIn(tx, tenantId, id));
        return { reply: after, before, after };
      });
      forget();
      return member;
    },
    remove: (caller, change, accountId) =>
      removing(change, caller.tenantId, accountId, (tx) => requireAdministrator(tx, caller)),
    leave: (caller, change, tenantId) =>
      removing(change, tenantId, caller.accountId, (tx) => accountOf(tx, caller)),
  };
};
