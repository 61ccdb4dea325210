import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { routes } from '@quadrax/contract';
import type { Job } from '@quadrax/contract';
import { newModel, populate, quickTraining } from '../builders.ts';
import type { PopulatedTenant } from '../builders.ts';
import type { RawReply, TestClient } from '../client.ts';
import { databaseAt } from '../database.ts';
import { eventually, waitForJob } from '../jobs.ts';
import type { OwnPostgres } from '../own-postgres.ts';
import { startOwnPostgres } from '../own-postgres.ts';
import { allRoutes, requestOf, validRequests } from '../requests.ts';
import { spawnServer } from '../spawn.ts';
import type { SpawnedServer } from '../spawn.ts';

/** How the database goes away: in order, at once, or without a word while its connections stay open. */
export type OutageManner = 'fast' | 'immediate' | 'frozen';

/** One answer during the outage. */
export interface Answered {
  readonly route: string;
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: number;
  readonly milliseconds: number;
}

export interface OutageFigures {
  readonly manner: OutageManner;
  readonly seconds: number;
  /** Every request that was answered while the database was away, those under way when it went included. */
  readonly answers: readonly Answered[];
  readonly slowestMs: number;
  /** The route that took so long, and its status. */
  readonly slowest: string;
  /** From the database's return to the first request served, and to readiness. */
  readonly servedAfterMs: number;
  readonly readyAfterMs: number;
  readonly eventAfterMs: number;
  /** The training that was under way when the database went. */
  readonly job: Job;
  readonly exitCode: number | NodeJS.Signals;
  readonly connectionsLeft: readonly string[];
  /** What the server wrote that tells of a fault of its own. */
  readonly complaints: readonly string[];
}

const timed = async (route: string, send: () => Promise<RawReply>): Promise<Answered> => {
  const started = performance.now();
  const { status, headers, body } = await send();
  return {
    route,
    status,
    code: (body as { code?: string } | undefined)?.code,
    retryAfter: Number(headers.get('retry-after') ?? 0),
    milliseconds: performance.now() - started,
  };
};

const pages = ['/healthz', '/readyz', '/health', '/openapi.json', '/metrics', '/docs'];

/** Every route of the contract once, and the pages beside it. */
const askEverything = async (tenant: PopulatedTenant): Promise<Answered[]> => {
  const requests = validRequests(tenant);
  const answers: Answered[] = [];
  for (const { id, route } of allRoutes)
    answers.push(await timed(id, () => tenant.client.send(route, requestOf(requests, id))));
  for (const page of pages) answers.push(await timed(page, () => tenant.client.request('GET', page)));
  return answers;
};

/** People who go on working: a request each as soon as the last was answered. */
const keepAsking = (client: TestClient): { answers: Answered[]; stop: () => Promise<void> } => {
  const answers: Answered[] = [];
  const ended = new AbortController();
  const person = async (id: string, send: () => Promise<RawReply>): Promise<void> => {
    while (!ended.signal.aborted) {
      answers.push(await timed(id, send));
      await pause(50);
    }
  };
  const people = [
    person('models.list', () => client.send(routes.models.list)),
    person('datakits.list', () => client.send(routes.datakits.list)),
    person('account.sessions', () => client.send(routes.account.sessions)),
    person('models.create', () =>
      client.send(routes.models.create, { body: { name: 'M', type: 'REGRESSION' } }),
    ),
  ];
  return {
    answers,
    stop: async () => {
      ended.abort();
      await Promise.all(people);
    },
  };
};

interface Watching {
  readonly heard: string[];
  close(): void;
}

/** Listens to the tenant's events over a plain WebSocket. */
const watch = async (client: TestClient): Promise<Watching> => {
  const { ticket } = await client.call(routes.operations.ticket);
  const socket = new WebSocket(`${client.url.replace('http', 'ws')}/ws?ticket=${ticket}`);
  const heard: string[] = [];
  socket.addEventListener('message', ({ data }) =>
    heard.push((JSON.parse(String(data)) as { event: string }).event),
  );
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  return { heard, close: () => socket.close() };
};

/** A training that is running, and will for some seconds. */
const startTraining = async ({ client, datakit }: PopulatedTenant): Promise<string> => {
  const model = await newModel(client);
  const body = { ...quickTraining(datakit.id), algorithm: 'auto' };
  const { id } = await client.call(routes.models.train, { params: { id: model.id }, body });
  await eventually(
    'the training runs',
    () => client.call(routes.jobs.get, { params: { id } }),
    ({ status }) => status === 'RUNNING',
  );
  return id;
};

const takeAway = async (postgres: OwnPostgres, manner: OutageManner): Promise<() => Promise<void>> => {
  if (manner === 'frozen') {
    const thaw = postgres.freeze();
    return async () => thaw();
  }
  await postgres.stop(manner);
  return () => postgres.start();
};

const since = (started: number): number => performance.now() - started;

const drill = async (
  server: SpawnedServer,
  postgres: OwnPostgres,
  { manner, seconds }: { manner: OutageManner; seconds: number },
) => {
  const tenant = await populate(await server.register(), server.database);
  const { client } = tenant;
  const events = await watch(client);
  const jobId = await startTraining(tenant);
  const people = keepAsking(client);
  await eventually(
    'everyone was served',
    () => people.answers.length,
    (count) => count >= 8,
  );
  const goneAt = performance.now();
  const served = people.answers.length;
  const bringBack = await takeAway(postgres, manner);
  let back = false;
  try {
    await eventually(
      'the outage is noticed',
      () => people.answers.at(-1)?.status,
      (status) => status === 503,
    );
    const walked = await askEverything(tenant);
    await pause(Math.max(0, seconds * 1000 - since(goneAt)));
    const during = people.answers.slice(served);
    back = true;
    await bringBack();
    const returned = performance.now();
    const models = () => client.request('GET', '/api/models');
    await eventually('it serves again', models, ({ status }) => status === 200);
    const servedAfterMs = since(returned);
    await eventually(
      'it is ready',
      () => client.request('GET', '/readyz'),
      ({ status }) => status === 200,
    );
    const readyAfterMs = since(returned);
    await people.stop();
    events.heard.length = 0;
    const job = await waitForJob(client, jobId, 60_000);
    await eventually(
      'events flow',
      () => events.heard.length,
      (count) => count > 0,
      10_000,
    );
    const eventAfterMs = since(returned);
    const answers = [...during.filter(({ status }) => status !== 200 && status !== 201), ...walked];
    const last = [...during, ...walked].reduce((a, b) => (b.milliseconds > a.milliseconds ? b : a));
    const slowest = `${last.route} ${last.status}`;
    const slowestMs = last.milliseconds;
    return { manner, seconds, answers, slowestMs, slowest, servedAfterMs, readyAfterMs, eventAfterMs, job };
  } finally {
    if (!back) await bringBack();
    await people.stop();
    events.close();
  }
};

const isComplaint = (line: string): boolean =>
  /unhandled|uncaught|"level":"fatal"|MaxListeners/i.test(line) ||
  (line.includes('"level":"error"') && !line.includes('"code":"UNAVAILABLE"'));

/**
 * Takes a database away from a running server for some seconds and gives it back: what did people see meanwhile, and
 * how soon was all well?
 */
export const outage = async (how: { manner: OutageManner; seconds: number }): Promise<OutageFigures> => {
  const postgres = await startOwnPostgres();
  const dataDir = await mkdtemp(join(tmpdir(), 'quadrax-outage-'));
  const database = databaseAt(postgres.url);
  try {
    const server = await spawnServer({ database, dataDir });
    try {
      const seen = await drill(server, postgres, how);
      const exitCode = await server.stop();
      const connectionsLeft = await database.connections();
      const complaints = server.output().split('\n').filter(isComplaint);
      return { ...seen, exitCode, connectionsLeft, complaints };
    } finally {
      await server.cleanUp();
    }
  } finally {
    await database.leave();
    await postgres.remove();
    await rm(dataDir, { recursive: true, force: true });
  }
};
