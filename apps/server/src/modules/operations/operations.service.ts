import type { ComponentHealth, Health } from '@quadrax/contract';
import type { Database } from '#platform/db';
import { within } from '#platform/deadline';
import type { Jobs } from '#platform/jobs';
import type { Mail } from '#platform/mail';
import type { ObjectStore } from '#platform/objects';
import type { VirusScan } from '#platform/virus-scan';
import type { Redis } from '#platform/redis';

export interface OperationsDeps {
  readonly db: Database;
  readonly redis: Redis | undefined;
  readonly objects: ObjectStore;
  readonly jobs: Jobs;
  readonly mail: Pick<Mail, 'check'>;
  readonly scan: Pick<VirusScan, 'health'>;
  readonly version: string;
  readonly reserveBytes: number;
  /** What is wrong with where links in mails lead; undefined: nothing is known to be. */
  readonly linkProblem: () => string | undefined;
}

export interface OperationsService {
  /** How every component is, as of the last second. */
  health(): Promise<Health>;
}

/** A component that does not answer within this is unhealthy: a health check must not hang with what it checks. */
const patienceMs = 2000;

/** Anyone may ask how we are, as often as they like: what they get may be so old, so that it costs the database nothing. */
const freshMs = 1000;

/** Asks once for all who ask while it is being asked, or within `freshMs`. */
const askedAtMostEvery = (ask: () => Promise<Health>): (() => Promise<Health>) => {
  let last: Promise<Health> | undefined;
  return () => {
    if (!last) {
      last = ask();
      last.finally(() => setTimeout(() => (last = undefined), freshMs).unref()).catch(() => {});
    }
    return last;
  };
};

const late = (): never => {
  throw new Error('It does not answer.');
};

const check = async (probe: () => Promise<Partial<ComponentHealth>>): Promise<ComponentHealth> => {
  const started = performance.now();
  try {
    const found = await within(patienceMs, probe(), late);
    return { status: 'healthy', latencyMs: Math.round((performance.now() - started) * 10) / 10, ...found };
  } catch {
    return { status: 'unhealthy', message: 'It cannot be reached.' };
  }
};

const disabled: ComponentHealth = { status: 'disabled', message: 'Not configured.' };

/** Redis: the product works without it, so that its absence only degrades. */
const checkCache = async (redis: Redis | undefined): Promise<ComponentHealth> => {
  if (!redis)
    return { status: 'disabled', message: 'No Redis is configured: each process caches for itself.' };
  return check(async () =>
    (await redis.run((client) => client.ping())) === undefined
      ? { status: 'degraded', message: 'Redis cannot be reached: each process caches for itself.' }
      : {},
  );
};

const overall = (services: readonly ComponentHealth[]): Health['status'] => {
  if (services.some(({ status }) => status === 'unhealthy')) return 'unhealthy';
  return services.some(({ status }) => status === 'degraded') ? 'degraded' : 'healthy';
};

export const createOperationsService = ({
  db,
  redis,
  objects,
  jobs,
  mail,
  scan,
  version,
  reserveBytes,
  linkProblem,
}: OperationsDeps): OperationsService => ({
  health: askedAtMostEvery(async () => {
    const [database, store, queue, cache, mails, virusScan] = await Promise.all([
      check(async () => {
        await db.ping();
        return db.listener.connected
          ? {}
          : { status: 'degraded', message: 'The listening connection is being made anew.' };
      }),
      check(async () =>
        (await objects.room.free()) < reserveBytes
          ? { status: 'degraded', message: 'The disk is nearly full: uploads are refused.' }
          : {},
      ),
      check(async () => {
        await jobs.counts();
        return {};
      }),
      checkCache(redis),
      // Its answer may be half a minute old, so how long it took says nothing.
      mail.check(),
      scan.health(),
    ]);
    const links = linkProblem();
    const services = {
      database,
      objects: store,
      queue,
      cache,
      redis: cache,
      mail: mails,
      virusScan,
      engine: disabled,
      ...(links !== undefined && { links: { status: 'disabled' as const, message: links } }),
    };
    return {
      status: overall(Object.values(services)),
      timestamp: new Date().toISOString(),
      version,
      services,
    };
  }),
});
