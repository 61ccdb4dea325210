import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { routes } from '@quadrax/contract';
import type { Job } from '@quadrax/contract';
import { startBalancer } from '../balancer.ts';
import type { Balancer } from '../balancer.ts';
import { newModel, quickTraining, readyDatakit } from '../builders.ts';
import { register } from '../client.ts';
import type { RawReply, TestClient } from '../client.ts';
import type { TestDatabase } from '../database.ts';
import { eventually, waitForJob } from '../jobs.ts';
import { spawnServer } from '../spawn.ts';
import type { SpawnedServer } from '../spawn.ts';

/** How each replica is ended, one after the other. */
export type ReplicaEnding = 'kill' | 'restart';

export interface ReplicaFigures {
  readonly ending: ReplicaEnding;
  readonly ended: number;
  readonly requests: number;
  /** Answers that no client should see, and connections that broke: status or what broke, and how often. */
  readonly failures: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** Creates that were acknowledged, and of these those that are gone or there twice. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly jobs: readonly Job[];
  /** Versions that trainings made: one each. */
  readonly versions: readonly number[];
  /** Ticks of one schedule, which was due every second, and the longest time between two that were seen to. */
  readonly ticks: { readonly seen: number; readonly longestGapSeconds: number; readonly failed: number };
  readonly exitCodes: readonly (number | NodeJS.Signals)[];
}

export interface ReplicaDrill {
  readonly database: TestDatabase;
  readonly ending: ReplicaEnding;
  /** How often each of the three is ended. */
  readonly rounds: number;
  /** How long each of the four people waits between two requests. */
  readonly paceMs?: number;
}

interface Load {
  readonly acknowledged: Set<string>;
  readonly failures: Record<string, number>;
  requests: number;
  slowestMs: number;
  stop(): Promise<void>;
}

const longestRetryMs = 60_000;

/** Writers and readers as real clients are: a create is repeated with its key until it is answered. */
const startLoad = (clients: readonly TestClient[], paceMs: number): Load => {
  const ended = new AbortController();
  const load: Omit<Load, 'stop'> = { acknowledged: new Set(), failures: {}, requests: 0, slowestMs: 0 };
  const failed = (what: string): void => {
    load.failures[what] = (load.failures[what] ?? 0) + 1;
  };
  const once = async (send: () => Promise<RawReply>): Promise<RawReply | undefined> => {
    const started = performance.now();
    load.requests++;
    try {
      const reply = await send();
      if (reply.status >= 400) failed(String(reply.status));
      return reply;
    } catch {
      failed('broken connection');
      return undefined;
    } finally {
      load.slowestMs = Math.max(load.slowestMs, performance.now() - started);
    }
  };
  const create = async (client: TestClient): Promise<void> => {
    const name = randomUUID();
    const headers = { 'idempotency-key': name };
    const body = { name, type: 'REGRESSION' };
    for (
      const deadline = performance.now() + longestRetryMs;
      performance.now() < deadline;
      await pause(paceMs)
    ) {
      const reply = await once(() => client.send(routes.models.create, { body, headers }));
      if (reply?.status === 201) return void load.acknowledged.add(name);
    }
  };
  const keep = async (doing: () => Promise<unknown>): Promise<void> => {
    for (; !ended.signal.aborted; await pause(paceMs)) await doing();
  };
  const people = clients.flatMap((client) => [
    keep(() => create(client)),
    keep(() => once(() => client.send(routes.models.list))),
  ]);
  const stop = async (): Promise<void> => {
    ended.abort();
    await Promise.all(people);
  };
  return Object.assign(load, { stop });
};

const startTrainings = async (
  client: TestClient,
  count: number,
): Promise<{ models: string[]; jobs: string[] }> => {
  const datakit = await readyDatakit(client);
  const models: string[] = [];
  const jobs: string[] = [];
  for (let i = 0; i < count; i++) {
    const { id } = await newModel(client);
    const job = await client.call(routes.models.train, { params: { id }, body: quickTraining(datakit.id) });
    models.push(id);
    jobs.push(job.id);
  }
  return { models, jobs };
};

/** Every model of a tenant by name, through the API. */
const namesOf = async (client: TestClient): Promise<string[]> => {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, meta } = await client.page(routes.models.list, { query: { limit: 200, cursor } });
    names.push(...items.map(({ name }) => name));
    cursor = meta.nextCursor;
  } while (cursor !== undefined);
  return names;
};

const versionsOf = async (client: TestClient, models: readonly string[]): Promise<number[]> => {
  const versions: number[] = [];
  for (const id of models)
    versions.push((await client.page(routes.models.versions, { params: { id } })).items.length);
  return versions;
};

/** What became of the ticks; that one is seen to twice the table itself forbids, so it would be one that failed. */
const ticksOf = async (database: TestDatabase): Promise<ReplicaFigures['ticks']> => {
  const [row] = await database.owner<{ seen: number; gap: number; failed: number }>(`
    SELECT count(*)::int AS seen, COALESCE(max(gap), 0)::float8 AS gap,
           (count(*) FILTER (WHERE error IS NOT NULL))::int AS failed
    FROM (SELECT error, EXTRACT(EPOCH FROM due_at - lag(due_at) OVER (ORDER BY due_at)) AS gap
          FROM quadrax.schedule_runs WHERE name = 'answers') AS runs`);
  return { seen: row?.seen ?? 0, longestGapSeconds: row?.gap ?? 0, failed: row?.failed ?? 0 };
};

interface Fleet {
  readonly exitCodes: (number | NodeJS.Signals)[];
  readonly size: number;
  /** Ends one and starts another in its place. */
  replace(at: number, ending: ReplicaEnding): Promise<void>;
  close(): Promise<void>;
}

const startFleet = async (start: () => Promise<SpawnedServer>, balancer: Balancer): Promise<Fleet> => {
  const replicas = await Promise.all([start(), start(), start()]);
  for (const { url } of replicas) balancer.add(url);
  const allReady = (): Promise<unknown> =>
    eventually(
      'all are ready',
      () => balancer.ready().length,
      (count) => count >= replicas.length,
      60_000,
    );
  await allReady();
  const exitCodes: (number | NodeJS.Signals)[] = [];
  return {
    exitCodes,
    size: replicas.length,
    replace: async (at, ending) => {
      const old = replicas[at];
      if (!old) throw new Error(`There is no replica ${at}.`);
      // Killed, it comes anew after; told to stop, its successor is there before, as any rolling update has it.
      if (ending === 'kill') await old.kill();
      const successor = await start();
      balancer.add(successor.url);
      await eventually(
        'it takes part',
        () => balancer.ready(),
        (urls) => urls.includes(successor.url),
        60_000,
      );
      if (ending === 'restart') exitCodes.push(await old.stop());
      replicas[at] = successor;
    },
    close: async () => {
      for (const replica of replicas) await replica.cleanUp();
    },
  };
};

/** Ends three replicas one after the other under load: what did clients see, and is everything there that they were told? */
export const replicaDrill = async ({
  database,
  ending,
  rounds,
  paceMs = 40,
}: ReplicaDrill): Promise<ReplicaFigures> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'quadrax-replicas-'));
  const balancer = await startBalancer();
  const env = { SHUTDOWN_DRAIN: '1500', DB_POOL_SIZE: '5', UPKEEP_SCHEDULE: '* * * * * *' };
  const start = (): Promise<SpawnedServer> => spawnServer({ database, dataDir, env });
  let fleet: Fleet | undefined;
  let load: Load | undefined;
  try {
    fleet = await startFleet(start, balancer);
    const clients = await Promise.all([register(balancer.url), register(balancer.url)]);
    const trainer = await register(balancer.url);
    const trainings = await startTrainings(trainer, 3);
    load = startLoad(clients, paceMs);
    for (let i = 0; i < rounds * fleet.size; i++) await fleet.replace(i % fleet.size, ending);
    await load.stop();
    const jobs: Job[] = [];
    for (const id of trainings.jobs) jobs.push(await waitForJob(trainer, id, 120_000));
    const names = (await Promise.all(clients.map(namesOf))).flat();
    const unique = new Set(names);
    return {
      ending,
      ended: rounds * fleet.size,
      requests: load.requests,
      failures: load.failures,
      slowestMs: load.slowestMs,
      acknowledged: load.acknowledged.size,
      lost: [...load.acknowledged].filter((name) => !unique.has(name)).length,
      duplicates: names.length - unique.size,
      jobs,
      versions: await versionsOf(trainer, trainings.models),
      ticks: await ticksOf(database),
      exitCodes: fleet.exitCodes,
    };
  } finally {
    await load?.stop();
    await fleet?.close();
    await balancer.close();
    await rm(dataDir, { recursive: true, force: true });
  }
};
