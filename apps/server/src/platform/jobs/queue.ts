import { sql } from 'drizzle-orm';
import { fromDrizzle, PgBoss } from 'pg-boss';
import { queueSchema } from '../db/index.ts';
import type { Tx } from '../db/index.ts';
import type { Logger } from '../log/index.ts';
import type { Attempt } from './jobs.tables.ts';

/** Missing this long, a worker is taken for hung; a dead one is seen at once by its lock. */
const heartbeatSeconds = 10;
const dayInSeconds = 86_400;

/** The queue carries which attempt to run and nothing else; what the job is stands in our own table. */
export interface JobQueue {
  /** Higher priorities are taken first, and older messages within one. */
  send(tx: Tx, kind: string, attempt: Attempt, priority: number): Promise<void>;
  work(
    kind: string,
    concurrency: number,
    handler: (attempt: Attempt, message: string) => Promise<void>,
  ): Promise<void>;
  /** Takes nothing more; what is being handled goes on. */
  pause(): Promise<void>;
  stop(): Promise<void>;
}

export const openQueue = async (url: string, kinds: readonly string[], log: Logger): Promise<JobQueue> => {
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'quadrax queue',
    schema: queueSchema,
    max: 3,
    migrate: false,
    createSchema: false,
    schedule: false,
    supervise: true,
    monitorIntervalSeconds: 5,
    superviseIntervalSeconds: 5,
    useListenNotify: true,
    // These need the owner's rights, which the running product does not have.
    reindex: false,
    monitorVacuum: false,
  });
  boss.on('error', (error) =>
    log.warn({ action: 'queue.error', reason: error.message }, 'The job queue met an error'),
  );
  await boss.start();
  const existing = new Set((await boss.getQueues([...kinds])).map((queue) => queue.name));
  for (const kind of kinds.filter((name) => !existing.has(name)))
    await boss.createQueue(kind, {
      notify: true,
      heartbeatSeconds,
      // The lease is the heartbeat; this is only the longest that a job may take at all.
      expireInSeconds: dayInSeconds - 1,
      retryLimit: 100,
      deleteAfterSeconds: dayInSeconds,
    });
  const working = new Set<string>();
  return {
    send: async (tx, kind, attempt, priority) => {
      await boss.send(kind, attempt, { db: fromDrizzle(tx, sql), priority });
    },
    work: async (kind, concurrency, handler) => {
      const options = { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 5 };
      for (let i = 0; i < concurrency; i++) {
        const worker: { id?: string } = {};
        worker.id = await boss.work<Attempt>(kind, options, async ([message]) => {
          if (message) await handler(message.data, message.id);
          // Who had something to do looks again at once: word of what came meanwhile went to others too.
          if (worker.id !== undefined) boss.notifyWorker(worker.id);
        });
      }
      working.add(kind);
    },
    pause: async () => {
      for (const kind of working) await boss.offWork(kind, { wait: false });
      working.clear();
    },
    stop: () => boss.stop({ graceful: true, timeout: 10_000, close: true }),
  };
};
