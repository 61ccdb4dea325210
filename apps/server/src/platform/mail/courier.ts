import type { Database } from '../db/index.ts';
import type { Reach } from '../faults/index.ts';
import type { Logger } from '../log/index.ts';
import { failureOf, waitAfter } from './failure.ts';
import { claimMails, mailChannel, recordFailure, recordSent, releaseMails } from './outbox.store.ts';
import type { MailRow } from './outbox.tables.ts';
import { parallel } from './transport.ts';
import type { Transport } from './transport.ts';

export interface CourierDeps {
  readonly db: Database;
  readonly log: Logger;
  /** This process, as others know it. */
  readonly worker: string;
  readonly reach: Reach;
  readonly transport: Transport;
}

/** Takes what waits in the outbox to the mail server. Every process has one. */
export interface Courier {
  start(): Promise<void>;
  /** Takes nothing more, lets what is under way arrive, and gives back what does not in time. */
  stop(): Promise<void>;
}

/** How often it looks without being called: for retries, and should a call have been missed. */
const lookEveryMs = 2000;
/** An attempt is given up after this … */
const longestAttemptMs = 60_000;
/** … so that a claim outlasts it, and ends by itself only when its process hangs. */
const leaseMs = 2 * longestAttemptMs;
/** What a mail under way is given when the process stops. */
const graceMs = 8000;

export const createCourier = ({ db, log, worker, reach, transport }: CourierDeps): Courier => {
  const underWay = new Set<Promise<void>>();
  const givingUp = new AbortController();
  let stopped = false;
  let looking: Promise<void> | undefined;
  let calledMeanwhile = false;
  let timer: NodeJS.Timeout | undefined;

  const settle = async (mail: MailRow, error: unknown): Promise<void> => {
    if (givingUp.signal.aborted) return db.system((tx) => releaseMails(tx, worker, mail));
    const { reason, permanent } = failureOf(error);
    const retryInMs = permanent ? undefined : waitAfter(mail.attempts);
    await db.system((tx) => recordFailure(tx, mail, reason, retryInMs));
    log.warn(
      { action: 'mail.failed', mail: mail.id, kind: mail.kind, attempts: mail.attempts, retryInMs, reason },
      retryInMs === undefined ? 'A mail could not be sent' : 'A mail could not be sent yet',
    );
  };

  const carry = async (mail: MailRow): Promise<void> => {
    reach('mail.claimed');
    try {
      await transport.deliver(
        mail,
        AbortSignal.any([givingUp.signal, AbortSignal.timeout(longestAttemptMs)]),
      );
    } catch (error) {
      return settle(mail, error);
    }
    reach('mail.accepted');
    await db.system((tx) => recordSent(tx, mail));
    log.info({ action: 'mail.sent', mail: mail.id, kind: mail.kind }, 'A mail was sent');
  };

  const take = (mail: MailRow): void => {
    const work: Promise<void> = carry(mail)
      // The claim ends, and then another process tries: the database is away, so nothing can be said now.
      .catch((error: unknown) =>
        log.warn({ action: 'mail.unsettled', mail: mail.id, err: error }, 'A mail will be tried again'),
      )
      .finally(() => {
        underWay.delete(work);
        call();
      });
    underWay.add(work);
  };

  const look = async (): Promise<void> => {
    do {
      calledMeanwhile = false;
      const room = parallel - underWay.size;
      if (stopped || room === 0) return;
      const mails = await db.system((tx) => claimMails(tx, worker, room, leaseMs));
      mails.forEach(take);
    } while (calledMeanwhile);
  };

  /** Looks now, or once more when the look under way is over. */
  const call = (): void => {
    calledMeanwhile = true;
    looking ??= look()
      .catch((error: unknown) =>
        log.warn({ action: 'mail.outbox_unread', err: error }, 'The outbox will be looked at again'),
      )
      .finally(() => {
        looking = undefined;
        if (calledMeanwhile && !stopped) call();
      });
  };

  return {
    start: async () => {
      await db.listener.listen(mailChannel, call);
      db.listener.onReconnect(call);
      timer = setInterval(call, lookEveryMs).unref();
      call();
    },
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await looking;
      const late = setTimeout(() => givingUp.abort(), graceMs);
      await Promise.all(underWay);
      clearTimeout(late);
      transport.close();
    },
  };
};
