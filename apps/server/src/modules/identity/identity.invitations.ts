import { randomUUID } from 'node:crypto';
import type {
  account as accountRoutes,
  Body,
  Invitation,
  Membership,
  Query,
  Reply,
  Session,
  users as userRoutes,
} from '@quadrax/contract';
import { identity as routes } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import { sortedPageOf } from '#platform/http';
import type { Caller, Change, Client, Cursors, ListPage } from '#platform/http';
import type { Mail } from '#platform/mail';
import { findAccount } from './identity.accounts.store.ts';
import { heldAccount, requireAdministrator } from './identity.credentials.ts';
import { accountIn, orTaken } from './identity.founding.ts';
import {
  findInvitation,
  insertInvitation,
  listInvitations,
  lockInvitation,
  lockInvitations,
  markAccepted,
  revokeInvitations,
} from './identity.invitations.store.ts';
import type { InvitationRecord } from './identity.invitations.store.ts';
import { invitationLetter, linkTo } from './identity.letters.ts';
import type { PublicUrl } from './identity.letters.ts';
import { hashOfToken, hoursFromNow, newLinkToken } from './identity.link-tokens.ts';
import { findMember, insertMembership, membershipsOf } from './identity.members.store.ts';
import type { Passwords } from './identity.passwords.ts';
import type { Sessions } from './identity.sessions.ts';
import { personalOf } from './identity.strength.ts';
import type { Strength } from './identity.strength.ts';
import { membershipView } from './identity.views.ts';

export interface InvitationsDeps {
  readonly db: Database;
  readonly cursors: Cursors;
  readonly mail: Mail;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly strength: Strength;
  readonly publicUrl: PublicUrl;
  /** Looks up anew who may do what. */
  readonly forget: () => void;
}

/** How somebody comes into a tenant that is not theirs. */
export interface Invitations {
  list(tenantId: string, query: Query<typeof userRoutes.invitations>): Promise<ListPage<Invitation>>;
  /** @throws AppError CONFLICT for who is a member */
  invite(
    caller: Caller,
    change: Change,
    form: Body<typeof userRoutes.invite>,
  ): Promise<Reply<typeof userRoutes.invite>>;
  /** @throws AppError NOT_FOUND */
  revoke(caller: Caller, change: Change, id: string): Promise<void>;
  /** What a link offers to whoever has it. @throws AppError LINK_INVALID */
  offer(token: string): Promise<Reply<typeof routes.invitation>>;
  /** Opens an account by a link. @throws AppError LINK_INVALID, EMAIL_TAKEN, VALIDATION_FAILED */
  accept(form: Body<typeof routes.acceptInvitation>, client: Client): Promise<Session>;
  /** Takes an account that there is into the tenant. @throws AppError LINK_INVALID, FORBIDDEN */
  join(caller: Caller, change: Change, form: Body<typeof accountRoutes.join>): Promise<Membership>;
}

const goodHours = 7 * 24;

const view = ({ id, email, role, invitedBy, createdAt, expiresAt }: InvitationRecord): Invitation => ({
  id,
  email,
  role,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
  expired: expiresAt.getTime() < Date.now(),
  ...(invitedBy !== null && { invitedBy }),
});

const opened = async (tx: Tx, token: string) => {
  const invitation = await lockInvitation(tx, hashOfToken(token));
  if (!invitation) throw new AppError('LINK_INVALID');
  return invitation;
};

export const createInvitations = (deps: InvitationsDeps): Invitations => {
  const { db, cursors, mail, sessions, passwords, strength, publicUrl, forget } = deps;

  const insert = async (
    tx: Tx,
    { tenantId, accountId }: Caller,
    { email, role }: Body<typeof userRoutes.invite>,
  ): Promise<{ record: InvitationRecord; link: string }> => {
    const [id, byLink, byMail] = [randomUUID(), newLinkToken(), newLinkToken()];
    await lockInvitations(tx, tenantId, email);
    await revokeInvitations(tx, tenantId, { email });
    await insertInvitation(tx, {
      tenantId,
      id,
      email,
      role,
      invitedBy: accountId,
      linkHash: byLink.hash,
      mailHash: byMail.hash,
      expiresAt: hoursFromNow(goodHours),
    });
    const record = await findInvitation(tx, tenantId, id);
    if (!record) throw new Error('The invitation just made is not there.');
    const { tenantName, invitedBy } = record;
    const text = invitationLetter(
      { tenantName, role, invitedBy: invitedBy ?? 'An administrator' },
      linkTo(publicUrl, 'invitation', byMail.token),
    );
    await mail.send(tx, { ...text, tenantId, kind: 'invitation', recipient: email });
    return { record, link: linkTo(publicUrl, 'invitation', byLink.token) };
  };

  return {
    list: (tenantId, query) =>
      sortedPageOf(cursors, query, view, (page) => db.system((tx) => listInvitations(tx, tenantId, page))),
    invite: (caller, change, form) =>
      change.system(async (tx) => {
        await requireAdministrator(tx, caller);
        const account = await findAccount(tx, form.email);
        if (account && (await findMember(tx, caller.tenantId, account.id)))
          throw new AppError('CONFLICT', { message: `${form.email} is a member of this workspace.` });
        const { record, link } = await insert(tx, caller, form);
        const after = view(record);
        return { reply: { ...after, link, mailed: mail.configured }, after };
      }),
    revoke: (caller, change, id) =>
      change.system(async (tx) => {
        await requireAdministrator(tx, caller);
        const { tenantId } = caller;
        const record = await findInvitation(tx, tenantId, id);
        if (!record || (await revokeInvitations(tx, tenantId, { id })) === 0) throw notFound('invitation');
        return { reply: undefined, before: view(record) };
      }),
    offer: (token) =>
      db.system(async (tx) => {
        const { email, tenantName, role, invitedBy } = await opened(tx, token);
        const accountExists = (await findAccount(tx, email)) !== undefined;
        return { email, tenantName, role, accountExists, ...(invitedBy !== null && { invitedBy }) };
      }),
    accept: async (form, client) => {
      const { email } = await db.system((tx) => opened(tx, form.token));
      await strength.require('password', form.password, personalOf({ ...form, email }));
      const passwordHash = await passwords.hash(form.password);
      return orTaken(() =>
        db.system(async (tx) => {
          const { tenantId, id, role, byMail } = await opened(tx, form.token);
          const { firstName, lastName } = form;
          // A link that was handed over says nothing of the mailbox.
          const person = { email, firstName, lastName, passwordHash, emailVerified: byMail };
          const account = await accountIn(tx, person, { tenantId, role });
          await markAccepted(tx, tenantId, id);
          return sessions.open(tx, account, client, routes.acceptInvitation.audit);
        }),
      );
    },
    join: async (caller, change, { token }) => {
      const membership = await change.system(async (tx) => {
        const account = await heldAccount(tx, caller);
        const { id: accountId } = account;
        const invitation = await opened(tx, token);
        if (account.email !== invitation.email)
          throw new AppError('FORBIDDEN', {
            message: `This invitation is for ${invitation.email}. Sign in with that account.`,
          });
        const { tenantId, id, role } = invitation;
        await insertMembership(tx, { tenantId, accountId, role });
        await markAccepted(tx, tenantId, id);
        const joined = (await membershipsOf(tx, accountId)).find((one) => one.tenantId === tenantId);
        if (!joined)
          throw new AppError('FORBIDDEN', {
            message: 'Your membership of this workspace is switched off. Ask its administrator.',
          });
        return {
          reply: membershipView(account, joined),
          resource: id,
          tenantId,
          after: { role: joined.role },
        };
      });
      forget();
      return membership;
    },
  };
};
