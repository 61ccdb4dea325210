import type { Tx } from '#platform/db';
import type { Routine } from '#platform/schedules';

/** Whoever keeps something for a while, and lets go of it when asked. @returns how many things it let go of */
export interface Keepers {
  readonly identity: { forgetSessions(tx: Tx): Promise<number> };
  readonly mail: { forget(tx: Tx, days: number): Promise<number> };
  readonly idempotency: { forget(tx: Tx): Promise<number> };
  readonly uploads: { expire(tx: Tx): Promise<number> };
  readonly datakits: { purge(tx: Tx): Promise<number> };
  readonly models: { purge(tx: Tx): Promise<number>; forgetTraffic(tx: Tx, days: number): Promise<number> };
  readonly calls: { forget(tx: Tx, days: number): Promise<number> };
  readonly objects: { removeDeleted(tx: Tx): Promise<number> };
}

/** For so many days what has a setting of its own is kept. */
export interface Retention {
  readonly mailRetentionDays: number;
  readonly callRetentionDays: number;
  readonly trafficRetentionDays: number;
}

const daysOf = (days: number): string => (days === 1 ? 'a day' : `${days} days`);

/** What is removed when its time is over. Without it, these would grow for as long as the platform is used. */
export const upkeepRoutines = (
  { identity, mail, idempotency, uploads, objects, datakits, models, calls }: Keepers,
  { mailRetentionDays, callRetentionDays, trafficRetentionDays }: Retention,
): readonly Routine[] => [
  {
    name: 'answers',
    about: 'Removes answers kept for repeated requests (Idempotency-Key) after a day.',
    run: async (tx) => ({ removed: await idempotency.forget(tx) }),
  },
  {
    name: 'calls',
    about: `Removes calls that a job answered (Prefer: respond-async), with their answers, after ${daysOf(callRetentionDays)}.`,
    run: async (tx) => ({ removed: await calls.forget(tx, callRetentionDays) }),
  },
  {
    name: 'datakits',
    about: 'Removes datakits for good that were deleted more than 30 days ago.',
    run: async (tx) => ({ removed: await datakits.purge(tx) }),
  },
  {
    name: 'files',
    about: 'Takes files off the disk that belong to nothing any more.',
    run: async (tx) => ({ removed: await objects.removeDeleted(tx) }),
  },
  {
    name: 'mails',
    about: `Removes mails from the outbox after ${daysOf(mailRetentionDays)}.`,
    run: async (tx) => ({ removed: await mail.forget(tx, mailRetentionDays) }),
  },
  {
    name: 'models',
    about: 'Removes models for good that were deleted more than 30 days ago.',
    run: async (tx) => ({ removed: await models.purge(tx) }),
  },
  {
    name: 'sessions',
    about: 'Removes sessions that ended more than 30 days ago.',
    run: async (tx) => ({ removed: await identity.forgetSessions(tx) }),
  },
  {
    name: 'traffic',
    about: `Removes hourly counts of what deployed models were asked after ${daysOf(trafficRetentionDays)}.`,
    run: async (tx) => ({ removed: await models.forgetTraffic(tx, trafficRetentionDays) }),
  },
  {
    name: 'uploads',
    about: 'Gives up uploads of which nothing came for 24 hours.',
    run: async (tx) => ({ removed: await uploads.expire(tx) }),
  },
];
