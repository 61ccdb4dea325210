import { join } from 'node:path';
import type { Config, Secrets } from '#config';
import { createComputePool } from '#platform/compute';
import type { ComputePool } from '#platform/compute';
import { announce, forget, openDatabase } from '#platform/db';
import type { Database } from '#platform/db';
import { createEventBus } from '#platform/events';
import type { EventBus } from '#platform/events';
import type { Reach } from '#platform/faults';
import { createCursors } from '#platform/http';
import type { Cursors } from '#platform/http';
import type { Logger } from '#platform/log';
import { openObjectStore } from '#platform/objects';
import type { ObjectStore } from '#platform/objects';
import { createTelemetry } from '#platform/telemetry';
import type { Telemetry } from '#platform/telemetry';

/** What every module may use. */
export interface Platform {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly compute: ComputePool;
  readonly events: EventBus;
  readonly cursors: Cursors;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  /** This process, as others know it. */
  readonly worker: string;
  readonly reach: Reach;
  /** Leaves the installation in order and closes the database. */
  close(): Promise<void>;
}

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
  try {
    const worker = await announce(db);
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
    });
    const events = await createEventBus(db);
    const close = async (): Promise<void> => {
      try {
        await objects.sweep(worker);
        await db.system((tx) => forget(tx, worker));
      } catch (error) {
        log.warn({ action: 'stop.untidy', err: error }, 'What is left is tidied up at the next start');
      }
      await db.close();
    };
    return {
      db,
      objects,
      compute,
      events,
      cursors: createCursors(secrets.signing),
      telemetry,
      log,
      worker,
      reach,
      close,
    };
  } catch (error) {
    await db.close();
    throw error;
  }
};
