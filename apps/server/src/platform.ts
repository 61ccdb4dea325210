import { join } from 'node:path';
import type { Config, Secrets } from '#config';
import { createBroadcast } from '#platform/broadcast';
import type { Broadcast } from '#platform/broadcast';
import { createCache } from '#platform/cache';
import type { Cache } from '#platform/cache';
import { createComputePool } from '#platform/compute';
import type { ComputePool } from '#platform/compute';
import { announce, forget, installationOf, openDatabase } from '#platform/db';
import type { Database } from '#platform/db';
import { createEventBus } from '#platform/events';
import type { EventBus } from '#platform/events';
import type { Reach } from '#platform/faults';
import { createCursors, createIdempotency } from '#platform/http';
import type { Cursors, Idempotency } from '#platform/http';
import type { Logger } from '#platform/log';
import { createMail } from '#platform/mail';
import type { Mail, SmtpSettings } from '#platform/mail';
import { openObjectStore } from '#platform/objects';
import type { ObjectStore } from '#platform/objects';
import { openRedis } from '#platform/redis';
import type { Redis } from '#platform/redis';
import { createTelemetry } from '#platform/telemetry';
import type { Telemetry } from '#platform/telemetry';

/** What every module may use. */
export interface Platform {
  readonly db: Database;
  /** Absent: not configured. */
  readonly redis: Redis | undefined;
  readonly broadcast: Broadcast;
  /** Absent: switched off. */
  readonly cache: Cache | undefined;
  readonly objects: ObjectStore;
  readonly compute: ComputePool;
  readonly events: EventBus;
  readonly mail: Mail;
  readonly idempotency: Idempotency;
  readonly cursors: Cursors;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  /** This process, as others know it. */
  readonly worker: string;
  readonly reach: Reach;
  /** What a start that fails half-way has begun by then: stopped again backwards. */
  readonly begun: AsyncDisposableStack;
  /** Leaves the installation in order and closes the database. */
  close(): Promise<void>;
}

const smtpOf = (config: Config): SmtpSettings | undefined => {
  const { smtpHost: host, smtpFrom: from } = config;
  if (host === undefined || from === undefined) return undefined;
  return {
    host,
    from,
    port: config.smtpPort,
    user: config.smtpUser,
    password: config.smtpPassword,
    secure: config.smtpSecure,
  };
};

export const openPlatform = async ({
  config,
  secrets,
  log,
  reach,
  runningUrl,
}: {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly log: Logger;
  readonly reach: Reach;
  readonly runningUrl: string | undefined;
}): Promise<Platform> => {
  const telemetry = createTelemetry();
  const db = await openDatabase({
    dataDir: config.dataDir,
    url: config.databaseUrl ?? runningUrl,
    directUrl: config.databaseDirectUrl,
    poolSize: config.databasePoolSize,
    poolTimeoutMs: config.databasePoolTimeoutMs,
    secret: secrets.signing,
    log,
    measure: telemetry.measureQuery,
  });
  const begun = new AsyncDisposableStack();
  begun.defer(() => db.close());
  try {
    const worker = await announce(db);
    const { redisUrl, cacheBytes: bytes } = config;
    const redis =
      redisUrl === undefined
        ? undefined
        : await openRedis({ url: redisUrl, installation: await db.system(installationOf), log });
    begun.defer(async () => redis?.close());
    const broadcast = await createBroadcast(db, redis, log);
    const cache = config.cacheEnabled
      ? await createCache({ listener: db.listener, redis, bytes })
      : undefined;
    if (cache) db.onWritten(cache.outdate);
    const folder = config.storagePath ?? join(config.dataDir, 'objects');
    const objects = await openObjectStore({
      db,
      folder,
      dataDir: config.dataDir,
      reserve: config.storageReserveBytes,
      worker,
    });
    const compute = createComputePool({
      processes: config.computeProcesses,
      memoryMb: config.computeMemoryMb,
      threads: config.computeThreads,
      batch: config.computePriority,
    });
    begun.defer(() => compute.close());
    const events = await createEventBus(db, broadcast);
    const mail = createMail({ db, log, worker, reach, smtp: smtpOf(config) });
    const close = async (): Promise<void> => {
      try {
        await objects.sweep(worker);
        await db.system((tx) => forget(tx, worker));
      } catch (error) {
        log.warn({ action: 'stop.untidy', err: error }, 'What is left is tidied up at the next start');
      }
      await redis?.close();
      await db.close();
    };
    return {
      db,
      redis,
      broadcast,
      cache,
      objects,
      compute,
      events,
      mail,
      idempotency: createIdempotency(db, worker),
      cursors: createCursors(secrets.signing),
      telemetry,
      log,
      worker,
      reach,
      begun,
      close,
    };
  } catch (error) {
    await begun.disposeAsync();
    throw error;
  }
};
