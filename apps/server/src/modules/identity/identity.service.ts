import { createHmac } from 'node:crypto';
import type { Body, Session } from '@quadrax/contract';
import { identity as routes } from '@quadrax/contract';
import { installationOf } from '#platform/db';
import type { Database } from '#platform/db';
import { AppError } from '#platform/errors';
import type { Client } from '#platform/http';
import type { Logger } from '#platform/log';
import { sameSecret } from '#platform/seal';
import { findAccount, hasPlatformAdministrator, lockSetup, stillEnters } from './identity.accounts.store.ts';
import type { AccountRow } from './identity.accounts.store.ts';
import { auditAs } from './identity.audit.ts';
import { foundAccount, orTaken } from './identity.founding.ts';
import type { Lockout } from './identity.lockout.ts';
import type { Passwords } from './identity.passwords.ts';
import type { Recovery } from './identity.recovery.ts';
import type { Sessions } from './identity.sessions.ts';
import { personalOf } from './identity.strength.ts';
import type { Strength } from './identity.strength.ts';

export interface AccessDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly strength: Strength;
  readonly lockout: Lockout;
  readonly recovery: Recovery;
  readonly registrationOpen: boolean;
  /** Makes the setup link: whoever can read it may set the platform up. */
  readonly secret: string;
}

export type Registration = Body<typeof routes.register>;
export type Login = Body<typeof routes.login>;

/** Ways in: an account of one's own, its password, and the first administrator's link. */
export interface IdentityService {
  register(form: Registration, client: Client): Promise<Session>;
  login(form: Login, client: Client): Promise<Session>;
  /** @throws AppError LINK_INVALID for a wrong token, and once there is an administrator */
  setup(form: Body<typeof routes.setup>, client: Client): Promise<Session>;
  /** What the setup link carries; undefined once there is a platform administrator. */
  setupToken(): Promise<string | undefined>;
  /** An account made by the operator; `administrator` runs the platform. Returns its id. */
  createAccount(form: Registration, options: { administrator: boolean }): Promise<string>;
}

export const createIdentityService = (deps: AccessDeps): IdentityService => {
  const { db, log, sessions, passwords, strength, lockout, recovery, secret } = deps;

  const hashed = async (form: Registration): Promise<string> => {
    await strength.require('password', form.password, personalOf(form));
    return passwords.hash(form.password);
  };

  /** Not waited for: the time of an answer would tell whether there is such an account. */
  const noteRefusal = (account: AccountRow, client: Client): void => {
    db.system((tx) => auditAs(tx, account, 'session.refused', client)).catch((error: unknown) =>
      log.warn({ action: 'audit.unwritten', err: error }, 'A refused sign-in could not be written down'),
    );
  };

  // The same on every process and after every start, and of no use once there is an administrator.
  const tokenFor = (installation: string): string =>
    createHmac('sha256', secret).update(`setup ${installation}`).digest('base64url');

  return {
    register: async (form, client) => {
      if (!deps.registrationOpen) throw new AppError('REGISTRATION_CLOSED');
      const { password: _hashed, organization, ...person } = form;
      const passwordHash = await hashed(form);
      return orTaken(() =>
        db.system(async (tx) => {
          const account = await foundAccount(
            tx,
            { ...person, passwordHash, emailVerified: false },
            organization,
          );
          await recovery.sendVerification(tx, account, account.email);
          return sessions.open(tx, account, client, routes.register.audit);
        }),
      );
    },
    login: async (form, client) => {
      const identifier = form.email ?? form.username ?? '';
      await lockout.check(identifier, client.address);
      const account = await db.system((tx) => findAccount(tx, identifier));
      const same = await passwords.matches(form.password, account?.passwordHash ?? undefined);
      const right = account !== undefined && same;
      await lockout.settle(identifier, client.address, right);
      if (account && !(right && account.disabledAt === null)) noteRefusal(account, client);
      if (!right) throw new AppError('INVALID_CREDENTIALS');
      // Told to nobody but who has the password.
      if (account.disabledAt !== null) throw new AppError('ACCOUNT_DISABLED');
      return db.system(async (tx) => {
        // Hashing takes its time: meanwhile the password may have been changed, which ends all sessions.
        if (!(await stillEnters(tx, account))) throw new AppError('INVALID_CREDENTIALS');
        return sessions.open(tx, account, client, routes.login.audit);
      });
    },
    setup: async (form, client) => {
      const right = await db.system(async (tx) => tokenFor(await installationOf(tx)));
      if (!sameSecret(form.token, right)) throw new AppError('LINK_INVALID');
      const { token: _token, password: _hashed, organization, ...person } = form;
      const passwordHash = await hashed(form);
      return orTaken(() =>
        db.system(async (tx) => {
          await lockSetup(tx);
          if (await hasPlatformAdministrator(tx))
            throw new AppError('LINK_INVALID', { message: 'There is an administrator already. Sign in.' });
          const account = await foundAccount(
            tx,
            { ...person, passwordHash, emailVerified: true, platformAdministrator: true },
            organization,
          );
          return sessions.open(tx, account, client, routes.setup.audit);
        }),
      );
    },
    setupToken: () =>
      db.system(async (tx) =>
        (await hasPlatformAdministrator(tx)) ? undefined : tokenFor(await installationOf(tx)),
      ),
    createAccount: async (form, { administrator }) => {
      const { password: _hashed, organization, ...person } = form;
      const passwordHash = await hashed(form);
      const make = { ...person, passwordHash, emailVerified: true, platformAdministrator: administrator };
      return orTaken(() => db.system(async (tx) => (await foundAccount(tx, make, organization)).id));
    },
  };
};
