import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { createDatabase, eventually, testSecret } from '@quadrax/testkit';
import type { TestDatabase } from '@quadrax/testkit';
import { afterEach, beforeEach } from 'vitest';
import { z } from 'zod';
import { createBroadcast } from '#platform/broadcast';
import { announce, forget, missingWorkers, openDatabase } from '#platform/db';
import type { Database, Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import { createEventBus } from '#platform/events';
import type { BusMessage } from '#platform/events';
import { defineJob, findJob, openJobs } from '#platform/jobs';
import type { AnyJobDefinition, JobContext, JobDefinition, JobEnd, Jobs } from '#platform/jobs';
import { createLogger } from '#platform/log';

export type Run = (context: JobContext) => Promise<void>;

/** A kind of job whose effect can be counted: each commit and each end adds a row to a table of its tenant. */
export interface CountedJob {
  readonly definition: JobDefinition<{ name: string }>;
  /** What `run` does from now on. */
  behave(run: Run): void;
  /** Has a revival refuse from now on, with this. */
  refuse(error: Error): void;
  readonly attempts: JobContext[];
  readonly ends: JobEnd[];
}

const mark = (tx: Tx, tenantId: string, name: string): Promise<unknown> =>
  tx.execute(sql`
    INSERT INTO quadrax.datakits (tenant_id, id, name, created_by)
    VALUES (${tenantId}, ${randomUUID()}, ${name}, ${randomUUID()})`);

export interface CountedOptions {
  readonly failCommit?: boolean;
  readonly version?: number;
  readonly upgrade?: (data: unknown, fromVersion: number) => unknown;
}

export const countedJob = (kind: string, options: CountedOptions = {}): CountedJob => {
  const attempts: JobContext[] = [];
  const ends: JobEnd[] = [];
  let behaviour: Run = async () => {};
  let refusal: Error | undefined;
  const definition = defineJob({
    kind,
    version: options.version ?? 1,
    ...(options.upgrade && { upgrade: options.upgrade }),
    payload: z.object({ name: z.string() }),
    run: async ({ name }, context) => {
      attempts.push(context);
      await behaviour(context);
      return async (tx) => {
        await mark(tx, context.tenantId, `effect of ${name}`);
        if (options.failCommit) throw new Error('The commit fails.');
        return { name, attempt: context.attempt };
      };
    },
    ended: async (tx, { tenantId }, { name }, end) => {
      ends.push(end);
      await mark(tx, tenantId, `end of ${name}`);
    },
    revived: async (tx, { tenantId }, { name }) => {
      await mark(tx, tenantId, `revival of ${name}`);
      if (refusal) throw refusal;
    },
  });
  return {
    definition,
    attempts,
    ends,
    behave: (run) => {
      behaviour = run;
    },
    refuse: (error) => {
      refusal = error;
    },
  };
};

/** A process that takes jobs, as far as the database can tell. */
export interface JobWorker {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly id: string;
  readonly heard: BusMessage[];
  /** Queues one job for a tenant. */
  enqueue(job: CountedJob, tenantId: string, name?: string): Promise<string>;
  find(tenantId: string, id: string): ReturnType<typeof findJob>;
  cancel(tenantId: string, id: string): ReturnType<Jobs['cancel']>;
  retry(tenantId: string, id: string): ReturnType<Jobs['retry']>;
  /** Lets go of the lock by which others see that it lives; whatever it is doing goes on. */
  seemDead(): Promise<void>;
  /** Does what every process does for those that died. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

export interface WorkerOptions {
  readonly database: TestDatabase;
  readonly definitions: readonly CountedJob[];
  /** How many jobs of a kind it takes at once; none if absent. */
  readonly concurrency?: number;
  /** Jobs of one tenant that run at once; without one, as many as may be. */
  readonly perTenant?: number;
}

export const openWorker = async ({
  database,
  definitions,
  concurrency,
  perTenant = 1000,
}: WorkerOptions): Promise<JobWorker> => {
  const log = createLogger('silent');
  const db = await openDatabase({
    dataDir: '',
    url: database.url,
    poolSize: 6,
    poolTimeoutMs: 5000,
    secret: testSecret,
    log,
  });
  const id = await announce(db);
  const events = await createEventBus(db, await createBroadcast(db, undefined, log));
  const heard: BusMessage[] = [];
  events.subscribe((message) => heard.push(message));
  const jobs = await openJobs({
    db,
    events,
    log,
    worker: id,
    perTenant,
    reach: () => {},
    definitions: definitions.map(({ definition }) => definition as unknown as AnyJobDefinition),
  });
  if (concurrency !== undefined) await jobs.work(concurrency);
  return {
    db,
    jobs,
    id,
    heard,
    enqueue: ({ definition }, tenantId, name = 'one') =>
      db.tenant(tenantId, (tx) => jobs.enqueue(tx, definition, { tenantId, payload: { name } })),
    find: (tenantId, jobId) => db.tenant(tenantId, (tx) => findJob(tx, jobId)),
    cancel: (tenantId, jobId) => db.tenant(tenantId, (tx) => jobs.cancel(tx, tenantId, jobId)),
    retry: (tenantId, jobId) => db.tenant(tenantId, (tx) => jobs.retry(tx, tenantId, jobId)),
    seemDead: () => db.listener.close(),
    recover: async () => {
      const missing = await db.system(missingWorkers);
      for (const { id: dead } of missing.filter((worker) => worker.id !== id)) {
        await jobs.recover(dead);
        await db.system((tx) => forget(tx, dead));
      }
      await jobs.mend();
    },
    close: async () => {
      // A test that failed has left handlers waiting.
      for (const open of gates.splice(0)) open();
      await jobs.stop();
      await db.close();
    },
  };
};

/** A tenant with nobody in it. */
export const newTenant = async (database: TestDatabase): Promise<string> => {
  const id = randomUUID();
  await database.owner('INSERT INTO auth.tenants (tenant_id, name, slug) VALUES ($1, $2, $2)', [id, id]);
  return id;
};

/** What the jobs of a tenant have done, in order. */
export const effectsOf = async (database: TestDatabase, tenantId: string): Promise<string[]> => {
  const rows = await database.owner<{ name: string }>(
    'SELECT name FROM quadrax.datakits WHERE tenant_id = $1 ORDER BY created_at',
    [tenantId],
  );
  return rows.map(({ name }) => name);
};

const gates: (() => void)[] = [];

/** A place where a handler waits until the test lets it go on, and where the test sees it arrive. */
export const createGate = () => {
  const arrived = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  gates.push(() => opened.resolve());
  return {
    arrived: arrived.promise,
    open: () => opened.resolve(),
    pass: async (): Promise<void> => {
      arrived.resolve();
      await opened.promise;
    },
    /** The same, but an abort ends the wait, as it ends work that minds its signal. */
    passUnless: (signal: AbortSignal): Promise<void> => {
      arrived.resolve();
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        void opened.promise.then(resolve);
      });
    },
  };
};

/** What a database that has just come back may still answer. */
const nothingYet = (error: unknown): undefined => {
  if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') throw error;
};

/** What each test of a kind of job begins with. */
export interface JobStage {
  readonly database: TestDatabase;
  readonly job: CountedJob;
  readonly tenantId: string;
}

/** Makes a stage anew before each test of a file, gives it to `set`, and closes the workers after it. */
export const jobStage = (
  kind: string,
  defaults: Pick<WorkerOptions, 'perTenant'>,
  set: (stage: JobStage) => void,
) => {
  let stage: JobStage;
  const workers: JobWorker[] = [];
  beforeEach(async () => {
    const database = await createDatabase();
    stage = { database, job: countedJob(kind), tenantId: await newTenant(database) };
    set(stage);
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close();
    await stage.database.drop();
  });
  return {
    open: async (options: Pick<WorkerOptions, 'concurrency' | 'perTenant'> = {}): Promise<JobWorker> => {
      const { database, job } = stage;
      const opened = await openWorker({ database, definitions: [job], ...defaults, ...options });
      let closed: Promise<void> | undefined;
      // A test may close it itself.
      const worker = { ...opened, close: () => (closed ??= opened.close()) };
      workers.push(worker);
      return worker;
    },
    /** The job once it has ended, however it did. */
    settled: (worker: JobWorker, id: string, tenant = stage.tenantId) =>
      eventually(
        'the job ends',
        () => worker.find(tenant, id).catch(nothingYet),
        (row) => row !== undefined && ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(row.status),
      ),
  };
};
