import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Database } from '../db/index.ts';
import type { Logger } from '../log/index.ts';
import type { Redis } from '../redis/index.ts';
import { createFrames, framesOf } from './frames.ts';

const channel = 'quadrax_hints';
/** What waits beyond this while the database is slow is dropped: a hint that comes late is worth nothing. */
const mostWaiting = 1000;

interface Message {
  readonly from: string;
  readonly topic: string;
  readonly data: unknown;
}

/**
 * Hints between the processes of an installation: they belong to no transaction and may be lost. They go through Redis
 * while it is there, else by NOTIFY; every process hears both, so that those who disagree about Redis still talk.
 */
export interface Broadcast {
  /** Tells all other processes; settles when it is under way, and never fails. */
  publish(topic: string, data: unknown): Promise<void>;
  /** Hears what other processes publish. */
  subscribe(topic: string, handler: (data: unknown) => void): void;
}

/** Sends by NOTIFY, all that has gathered meanwhile in one transaction. */
const createNotifier = (db: Database): ((frames: readonly string[]) => Promise<void>) => {
  let waiting: string[] = [];
  let sending: Promise<void> | undefined;
  const send = async (): Promise<void> => {
    // What is published in this turn goes together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const frames = waiting;
      waiting = [];
      await db
        .system(async (tx) => {
          // Nobody is promised a hint: it need not wait for the disk.
          await tx.execute(sql`SET LOCAL synchronous_commit = off`);
          await tx.execute(
            sql`SELECT pg_notify(${channel}, frame) FROM unnest(${sql.param(frames)}::text[]) WITH ORDINALITY AS f(frame, i) ORDER BY i`,
          );
        })
        .catch(() => {});
    }
    sending = undefined;
  };
  return (frames) => {
    if (waiting.length + frames.length <= mostWaiting) waiting.push(...frames);
    return (sending ??= send());
  };
};

export const createBroadcast = async (
  db: Database,
  redis: Redis | undefined,
  log: Logger,
): Promise<Broadcast> => {
  const self = randomUUID();
  const topics = new Map<string, Set<(data: unknown) => void>>();
  const hear = (text: string | undefined): void => {
    if (text === undefined) return;
    try {
      const { from, topic, data } = JSON.parse(text) as Message;
      if (from === self) return;
      for (const handler of topics.get(topic) ?? []) handler(data);
    } catch (error) {
      // Of another version of the program, or of somebody else on the same Redis: thrown on, it would end the process.
      log.warn({ action: 'hint.unreadable', err: error }, 'A hint of another process could not be read');
    }
  };
  const frames = createFrames();
  await db.listener.listen(channel, (frame) => hear(frames.add(frame)));
  db.listener.onReconnect(() => frames.clear());
  const redisChannel = redis?.key('hints') ?? '';
  redis?.subscribe(redisChannel, hear);
  const notify = createNotifier(db);
  let sequence = 0;
  return {
    publish: async (topic, data) => {
      const text = JSON.stringify({ from: self, topic, data } satisfies Message);
      // One that Redis took and did not confirm may have arrived: sent again it would count twice.
      if (redis?.connected) await redis.run((client) => client.publish(redisChannel, text));
      else await notify(framesOf(`${self}/${++sequence}`, text));
    },
    subscribe: (topic, handler) => {
      const handlers = topics.get(topic) ?? new Set();
      topics.set(topic, handlers.add(handler));
    },
  };
};
