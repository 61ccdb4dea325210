import { randomUUID } from 'node:crypto';
import type { Database, Tx } from '../db/index.ts';
import { within } from '../deadline/index.ts';
import { AppError } from '../errors/index.ts';
import type { Reach } from '../faults/index.ts';
import type { Logger } from '../log/index.ts';
import { createCourier } from './courier.ts';
import type { Letter } from './letter.ts';
import { deleteOldMails, insertMail, releaseMails, requeueMail } from './outbox.store.ts';
import type { MailRow } from './outbox.tables.ts';
import { openTransport } from './transport.ts';
import type { SmtpSettings } from './transport.ts';

/** A mail to be sent. */
export interface OutgoingMail extends Letter {
  /** The recipient's home tenant. */
  readonly tenantId: string;
  /** What it is for, such as `account.verification`. */
  readonly kind: string;
  /** One address. */
  readonly recipient: string;
}

export interface MailHealth {
  readonly status: 'healthy' | 'degraded' | 'disabled';
  readonly message?: string;
}

/** Mails of this installation: queued with what they tell of, sent by SMTP or kept for an administrator. */
export interface Mail {
  /** Whether there is a mail server. */
  readonly configured: boolean;
  /**
   * Queues a mail in the caller's transaction, of the recipient's tenant or of the system: it goes out when that
   * commits, and never if it does not.
   */
  send(tx: Tx, mail: OutgoingMail): Promise<void>;
  /**
   * Sends a mail of the outbox, whatever became of it before.
   * @returns its row; undefined if there is none
   * @throws AppError NOT_CONFIGURED without a mail server
   */
  resend(tx: Tx, id: string): Promise<MailRow | undefined>;
  /** Lets go of what a dead process had claimed. */
  release(deadWorker: string): Promise<void>;
  /** Removes mails older than so many days that do not wait to be sent. @returns how many */
  forget(tx: Tx, days: number): Promise<number>;
  /** Whether the mail server answers and lets us in, as of the last half minute. */
  check(): Promise<MailHealth>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface MailDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly worker: string;
  readonly reach: Reach;
  /** Absent: mails are kept. */
  readonly smtp: SmtpSettings | undefined;
}

const oneAddress = /^[^\s,;:<>()@"\p{Cc}]+@[^\s,;:<>()@"\p{Cc}]+$/u;

const checkAgainMs = 30_000;
const checkPatienceMs = 1500;

/** The answer of a probe, asked for anew when it is old. A probe that hangs is an answer too. */
const createCheck = (verify: () => Promise<void>): (() => Promise<MailHealth>) => {
  let last: { readonly at: number; readonly answer: Promise<MailHealth> } | undefined;
  const probe = async (): Promise<MailHealth> => {
    const answer = verify().then(
      (): MailHealth => ({ status: 'healthy' }),
      (): MailHealth => ({
        status: 'degraded',
        message: 'The mail server cannot be reached, or lets us in no more. Mails wait.',
      }),
    );
    return within(checkPatienceMs, answer, () => ({
      status: 'degraded',
      message: 'The mail server does not answer in time. Mails wait.',
    }));
  };
  return () => {
    if (!last || performance.now() - last.at > checkAgainMs)
      last = { at: performance.now(), answer: probe() };
    return last.answer;
  };
};

export const createMail = ({ db, log, worker, reach, smtp }: MailDeps): Mail => {
  const transport = smtp && openTransport(smtp);
  const courier = transport && createCourier({ db, log, worker, reach, transport });
  const disabled: MailHealth = {
    status: 'disabled',
    message: 'Not configured: mails are kept in the outbox.',
  };
  return {
    configured: transport !== undefined,
    send: async (tx, { tenantId, kind, recipient, subject, text, html }) => {
      if (!oneAddress.test(recipient)) throw new TypeError('A mail goes to one address.');
      await insertMail(tx, {
        tenantId,
        id: randomUUID(),
        kind,
        recipient,
        subject,
        bodyText: text,
        bodyHtml: html,
        state: transport ? 'waiting' : 'kept',
      });
    },
    resend: async (tx, id) => {
      if (!transport)
        throw new AppError('NOT_CONFIGURED', {
          message:
            'No mail server is configured. Set SMTP_HOST and SMTP_FROM, start the server again, then send the mail.',
        });
      return requeueMail(tx, id);
    },
    release: (deadWorker) => db.system((tx) => releaseMails(tx, deadWorker)),
    forget: deleteOldMails,
    check: transport ? createCheck(transport.verify) : async () => disabled,
    start: async () => courier?.start(),
    stop: async () => courier?.stop(),
  };
};
