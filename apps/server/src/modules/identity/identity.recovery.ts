import { randomUUID } from 'node:crypto';
import type { Body } from '@quadrax/contract';
import { identity as routes } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import type { Client } from '#platform/http';
import type { Logger } from '#platform/log';
import type { Letter, Mail } from '#platform/mail';
import {
  confirmEmail,
  deleteIdentities,
  findAccount,
  lockAccount,
  setPassword,
} from './identity.accounts.store.ts';
import type { AccountRow } from './identity.accounts.store.ts';
import { auditAs } from './identity.audit.ts';
import { revokeApiKeysOf } from './identity.api-keys.store.ts';
import { orTaken } from './identity.founding.ts';
import {
  emailChangedLetter,
  linkTo,
  passwordChangedLetter,
  resetLetter,
  verificationLetter,
  welcomeLetter,
} from './identity.letters.ts';
import type { PublicUrl } from './identity.letters.ts';
import { hashOfToken, hoursFromNow, newLinkToken } from './identity.link-tokens.ts';
import {
  accountOfLink,
  endAddressChanges,
  endLinks,
  insertLink,
  insertResetRequest,
  recentLinks,
  resetChannel,
  takeResetRequest,
  useLink,
} from './identity.links.store.ts';
import type { ResetRequest } from './identity.links.store.ts';
import type { Passwords } from './identity.passwords.ts';
import { revokeSessionsOf } from './identity.sessions.store.ts';
import { personalOf } from './identity.strength.ts';
import type { Strength } from './identity.strength.ts';
import type { LinkPurpose } from './identity.tables.ts';

export interface RecoveryDeps {
  readonly db: Database;
  readonly mail: Mail;
  readonly passwords: Passwords;
  readonly strength: Strength;
  readonly publicUrl: PublicUrl;
  readonly log: Logger;
  /** Looks callers up anew after a change made here. */
  readonly forget: () => void;
}

/** What goes by links in mails: confirming an address and choosing a password. */
export interface Recovery {
  /** Sends the link that makes `email` the account's, in the transaction that needs it. */
  sendVerification(tx: Tx, account: AccountRow, email: string): Promise<void>;
  /** Sends a new account the link to its first password. */
  sendWelcome(tx: Tx, account: AccountRow, tenantName: string): Promise<void>;
  /**
   * What a new password ends beside sessions: links that whoever had the old one may still hold, to choose a password
   * or to take the account to another address. The owner is told.
   */
  passwordChanged(tx: Tx, account: AccountRow): Promise<void>;
  /** @throws AppError LINK_INVALID */
  verifyEmail(token: string, client: Client): Promise<{ email: string }>;
  /** Takes the wish down. Whether there is such an account shows neither in the answer nor in its time. */
  forgotPassword(email: string, client: Client): Promise<void>;
  /** @throws AppError LINK_INVALID, VALIDATION_FAILED */
  resetPassword(form: Body<typeof routes.resetPassword>, client: Client): Promise<void>;
  /** Begins to answer those who forgot their passwords. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const hours = { verify: 48, reset: 1, welcome: 7 * 24 } as const;
/** More than these an hour help nobody but who wants to fill a mailbox. */
const mostAnHour = 5;
/** How often requests are looked for without being called. */
const lookEveryMs = 15_000;

export const createRecovery = (deps: RecoveryDeps): Recovery => {
  const { db, mail, passwords, strength, publicUrl, log, forget } = deps;

  const send = (
    tx: Tx,
    account: AccountRow,
    kind: string,
    recipient: string,
    text: Letter,
  ): Promise<void> => {
    const { homeTenantId: tenantId } = account;
    return mail.send(tx, { ...text, tenantId, kind, recipient });
  };

  const link = async (
    tx: Tx,
    account: AccountRow,
    purpose: LinkPurpose,
    email: string,
    good: number,
  ): Promise<string> => {
    const { token, hash } = newLinkToken();
    await insertLink(tx, {
      id: randomUUID(),
      purpose,
      accountId: account.id,
      email,
      tokenHash: hash,
      expiresAt: hoursFromNow(good),
    });
    return linkTo(publicUrl, purpose, token);
  };

  /** Counted under the account's lock: of two that ask at once, the second sees the link of the first. */
  const maySend = async (tx: Tx, purpose: LinkPurpose, { id }: AccountRow): Promise<boolean> => {
    await lockAccount(tx, id);
    return (await recentLinks(tx, purpose, id)) < mostAnHour;
  };

  const passwordChanged: Recovery['passwordChanged'] = async (tx, account) => {
    await endLinks(tx, 'reset', account.id);
    await endAddressChanges(tx, account.id, account.email);
    const { email, firstName } = account;
    await send(tx, account, 'account.password_changed', email, passwordChangedLetter(firstName));
  };

  /** Whoever has the link has the mailbox, which whoever opened the account may not have had: their ways in end. */
  const takeOver = async (tx: Tx, account: AccountRow): Promise<void> => {
    await confirmEmail(tx, account.id, account.email);
    await revokeApiKeysOf(tx, account.id);
    await deleteIdentities(tx, account.id);
  };

  /** In the background, where its time tells nobody anything. */
  const sendReset = async (tx: Tx, { email, ...client }: ResetRequest): Promise<void> => {
    const account = await findAccount(tx, email);
    if (!account || account.email !== email) return;
    if (account.disabledAt === null && (await maySend(tx, 'reset', account))) {
      const url = await link(tx, account, 'reset', account.email, hours.reset);
      await send(tx, account, 'account.password_reset', account.email, resetLetter(account.firstName, url));
    }
    // Anybody may ask.
    await auditAs(tx, account, 'account.password_reset_requested', client, { accountId: undefined });
  };

  const answerOne = (): Promise<boolean> =>
    db.system(async (tx) => {
      const request = await takeResetRequest(tx);
      if (request) await sendReset(tx, request);
      return request !== undefined;
    });

  let answering: Promise<void> = Promise.resolve();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const answerWaiting = async (): Promise<void> => {
    if (!stopping.signal.aborted && (await answerOne())) await answerWaiting();
  };
  const answerAll = (): void => {
    answering = answering
      .then(answerWaiting)
      .catch((error: unknown) =>
        log.warn(
          { action: 'reset.unanswered', err: error },
          'Requests for new passwords will be tried again',
        ),
      );
  };

  return {
    sendVerification: async (tx, account, email) => {
      if (!(await maySend(tx, 'verify', account)))
        throw new AppError('RATE_LIMITED', {
          retryAfter: 3600,
          message: 'Several links were sent within the last hour. Look for them in the mailbox.',
        });
      const url = await link(tx, account, 'verify', email, hours.verify);
      await send(tx, account, 'account.verification', email, verificationLetter(account.firstName, url));
    },
    sendWelcome: async (tx, account, tenantName) => {
      const url = await link(tx, account, 'reset', account.email, hours.welcome);
      const text = welcomeLetter(account.firstName, tenantName, url);
      await send(tx, account, 'account.welcome', account.email, text);
    },
    passwordChanged,
    verifyEmail: async (token, client) => {
      const confirmed = await orTaken(() =>
        db.system(async (tx) => {
          const used = await useLink(tx, 'verify', hashOfToken(token));
          if (!used) throw new AppError('LINK_INVALID');
          const { account } = used;
          await endLinks(tx, 'verify', account.id);
          await confirmEmail(tx, account.id, used.email);
          if (used.email !== account.email) {
            // Links that went to the address before must not choose a password any more.
            await endLinks(tx, 'reset', account.id);
            const text = emailChangedLetter(account.firstName, used.email);
            await send(tx, account, 'account.email_changed', account.email, text);
          }
          await auditAs(tx, account, routes.verifyEmail.audit, client);
          return { email: used.email };
        }),
      );
      forget();
      return confirmed;
    },
    forgotPassword: (email, { address, requestId }) =>
      db.system((tx) => insertResetRequest(tx, randomUUID(), { email, address, requestId })),
    resetPassword: async ({ token, password }, client) => {
      // Before anything that costs: estimating and hashing for whoever sends nonsense would be a gift.
      const person = await db.system((tx) => accountOfLink(tx, 'reset', hashOfToken(token)));
      if (!person) throw new AppError('LINK_INVALID');
      await strength.require('password', password, personalOf(person));
      const passwordHash = await passwords.hash(password);
      await db.system(async (tx) => {
        const used = await useLink(tx, 'reset', hashOfToken(token));
        // A link to an address that is the account's no more was on its way while the address was changed.
        if (!used || used.account.disabledAt !== null || used.email !== used.account.email)
          throw new AppError('LINK_INVALID');
        const { account } = used;
        await setPassword(tx, account.id, passwordHash);
        if (account.emailVerifiedAt === null) await takeOver(tx, account);
        await revokeSessionsOf(tx, account.id, {}, 'The password was chosen anew.');
        await passwordChanged(tx, account);
        await auditAs(tx, account, routes.resetPassword.audit, client);
      });
      forget();
    },
    start: async () => {
      await db.listener.listen(resetChannel, answerAll);
      db.listener.onReconnect(answerAll);
      timer = setInterval(answerAll, lookEveryMs).unref();
      answerAll();
    },
    stop: async () => {
      stopping.abort();
      clearInterval(timer);
      await answering;
    },
  };
};
