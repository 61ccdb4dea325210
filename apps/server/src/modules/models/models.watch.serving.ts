import { createTally } from '@quadrax/ml/tabular';
import type { Reference, Schema, Tally } from '@quadrax/ml/tabular';
import type { Database } from '#platform/db';
import type { Logger } from '#platform/log';
import type { Telemetry } from '#platform/telemetry';
import { createGathering } from './models.gathering.serving.ts';
import type { Gathering } from './models.gathering.serving.ts';
import { latencyCell, latencyCells } from './models.latency.ts';
import { addTraffic } from './models.traffic.store.ts';

const flushMs = 3000;

/** A version as it is served here. */
export interface Watchable {
  readonly tenantId: string;
  readonly modelId: string;
  readonly version: number;
  readonly schema: Schema;
  /** Null: it is gathered yet, or the version was trained before references were kept. */
  readonly reference: Reference | null;
  /** It was imported: its first predictions are the reference. */
  readonly imported: boolean;
}

/** Counts what one version is asked. Costs a few additions a request; the database is told later. */
export interface Watched {
  readonly tally: Tally | undefined;
  /** Of a version that was imported, whose rows the tally does not see. */
  readonly seen: Gathering['seen'] | undefined;
  done(ms: number, rows: number, failed: boolean): void;
}

export interface Watch {
  of(version: Watchable): Watched;
  /** Writes what was counted, and counts no more by itself. */
  stop(): Promise<void>;
}

interface Counters {
  readonly of: Watchable;
  /** Rows in the cells of the reference. */
  readonly counts: () => Float64Array | undefined;
  readonly gathering: Gathering | undefined;
  readonly latency: Float64Array;
  requests: number;
  errors: number;
  rows: number;
}

const versionOf = ({ tenantId, modelId, version }: Watchable) => ({ tenantId, modelId, version });

/** What was counted since the last time; the counters begin anew. */
const taken = (counters: Counters) => {
  const { requests, errors, rows, latency } = counters;
  const counts = counters.counts();
  const traffic = {
    requests,
    errors,
    rows,
    latency: [...latency],
    tally: counts ? [...counts] : [],
  };
  counters.requests = counters.errors = counters.rows = 0;
  latency.fill(0);
  counts?.fill(0);
  return traffic;
};

/** Puts back what could not be written. */
const returned = (counters: Counters, traffic: ReturnType<typeof taken>): void => {
  counters.requests += traffic.requests;
  counters.errors += traffic.errors;
  counters.rows += traffic.rows;
  for (const [i, count] of traffic.latency.entries())
    counters.latency[i] = (counters.latency[i] ?? 0) + count;
  const counts = counters.counts();
  if (counts) for (const [i, count] of traffic.tally.entries()) counts[i] = (counts[i] ?? 0) + count;
};

/** Watches the versions that this process serves: counted in the process, written every few seconds. */
export const createWatch = (deps: {
  readonly db: Database;
  readonly log: Logger;
  readonly telemetry: Pick<Telemetry, 'observePredictions'>;
}): Watch => {
  const { db, log, telemetry } = deps;
  const busy = new Set<Counters>();
  let flushing: Promise<void> = Promise.resolve();

  const write = async (counters: Counters): Promise<void> => {
    const { tenantId, modelId, version } = counters.of;
    const failed = (error: unknown): void => {
      busy.add(counters);
      log.warn(
        { action: 'models.watch', err: error },
        'Counts of predictions are kept until the database takes them',
      );
    };
    // What is compared must not keep what is counted from being told.
    await counters.gathering?.write().catch(failed);
    const traffic = taken(counters);
    try {
      await db.tenant(tenantId, (tx) => addTraffic(tx, tenantId, { modelId, version, ...traffic }));
    } catch (error) {
      returned(counters, traffic);
      failed(error);
    }
  };

  const flush = (): Promise<void> => {
    flushing = flushing.then(async () => {
      const now = [...busy];
      busy.clear();
      for (const counters of now) await write(counters);
    });
    return flushing;
  };
  const timer = setInterval(() => void flush(), flushMs).unref();

  return {
    of: (version) => {
      const { modelId, schema, reference, imported } = version;
      const gathering = imported ? createGathering(db, versionOf(version), schema, reference) : undefined;
      const tally = reference && !imported ? createTally(schema, reference) : undefined;
      const latency = new Float64Array(latencyCells);
      const counters: Counters = {
        of: version,
        counts: () => gathering?.counts() ?? tally?.counts,
        gathering,
        latency,
        requests: 0,
        errors: 0,
        rows: 0,
      };
      const measure = telemetry.observePredictions(modelId, version.version);
      return {
        tally,
        seen: gathering?.seen,
        done: (ms, rows, failed) => {
          counters.requests++;
          counters.rows += rows;
          if (failed) counters.errors++;
          const cell = latencyCell(ms);
          latency[cell] = (latency[cell] ?? 0) + 1;
          busy.add(counters);
          measure(ms / 1000, failed);
        },
      };
    },
    stop: async () => {
      clearInterval(timer);
      await flush();
    },
  };
};
