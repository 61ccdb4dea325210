/** What each promise of a read costs: the same read without one of them, and a bare Fastify reply. See README.md. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Job, OpenSession, User } from '@quadrax/contract';
import { createLogger, startEmbeddedPostgres } from '../apps/server/src/main.ts';
import { jobSucceeds, register, uploadFile } from './lib/api.ts';
import type { Api } from './lib/api.ts';
import { wireRequest } from './lib/connection.ts';
import { figure, median, quantile, report, say } from './lib/figures.ts';
import type { Figure } from './lib/figures.ts';
import { startLoad } from './lib/load.ts';
import type { LoadResult } from './lib/load.ts';
import { processorSeconds } from './lib/processes.ts';
import { newDataDir, removeDataDir, startServer } from './lib/server.ts';
import type { Variant } from './peers/read-server.ts';

/** What a read can be made without. */
export type Promised = 'token' | 'tenant' | 'rate limit' | 'etag' | 'hooks' | 'telemetry';

const promised: Readonly<Record<Promised, string>> = {
  token: 'token, session and membership',
  tenant: 'transaction of its tenant, row security',
  'rate limit': 'rate limit',
  etag: 'ETag',
  hooks: 'security headers, compression, cookies',
  telemetry: 'metrics and log line',
};

const connections = 8;
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);

interface Target {
  readonly what: string;
  readonly port: number;
  readonly pid: number;
  readonly request: string;
  readonly runs: Run[];
  stop(): void;
}

interface Run extends LoadResult {
  /** Processor time of the server for each request, in µs. */
  readonly cost: number;
}

const run = async ({ port, pid, request }: Target, forSeconds: number): Promise<Run> => {
  const before = await processorSeconds(pid);
  const result = await startLoad({ port, requests: [request], connections, seconds: forSeconds }).result;
  const used = (await processorSeconds(pid)) - before;
  return { ...result, cost: (1e6 * used) / result.latencies.length };
};

const start = async (
  what: string,
  program: string,
  argument: string,
  request: string,
  env: Readonly<Record<string, string>>,
): Promise<Target> => {
  const child = fork(fileURLToPath(new URL(`peers/${program}`, import.meta.url)), [argument], {
    execArgv: ['--max-semi-space-size=16'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`${what}: ended with ${String(code)} instead of starting.`);
  });
  const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
  ended.catch(() => {});
  return { what, port, pid: child.pid ?? 0, request, runs: [], stop: () => child.disconnect() };
};

/** A job that has ended, and the caller that a variant without tokens takes everybody for. */
const prepare = async (api: Api, dataDir: string): Promise<{ job: Job; caller: Variant['caller'] }> => {
  const file = join(dataDir, 'small.csv');
  await writeFile(file, 'a,b\n1,2\n3,4\n');
  const { jobId = '' } = await uploadFile(api, file);
  const job = await jobSucceeds(api, jobId);
  const { id: accountId, tenantId, role } = await api.call<User>('GET', '/auth/me');
  const [session] = await api.call<OpenSession[]>('GET', '/auth/sessions');
  const caller = {
    accountId,
    tenantId,
    role,
    scopes: undefined,
    platformAdministrator: false,
    credential: 'session' as const,
    credentialId: session?.id ?? '',
  };
  return { job, caller };
};

/** Without a factor in common with the ten that take turns. */
const strides = [1, 7, 3, 9];

/** Everybody once, with other neighbours every round: what the one before leaves of the machine tells on the next. */
const inRound = <T>(all: readonly T[], round: number): T[] => {
  const stride = strides[round % strides.length] ?? 1;
  return all.map((_one, i) => all[(i * stride + 3 * round) % all.length] as T);
};

const secret = 'a secret that this benchmark shares with itself';

const measure = async (dataDir: string, databaseUrl: string): Promise<Target[]> => {
  const env = {
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    JWT_SECRET: secret,
    JWT_REFRESH_SECRET: `${secret}, to refresh`,
    QUADRAX_DATA_DIR: dataDir,
    QEMLFLOW_CONFIG_PATH: join(dataDir, 'no-config'),
    DB_POOL_SIZE: '8',
  };
  const server = await startServer(dataDir, { env });
  const targets: Target[] = [];
  try {
    const api = await register(server);
    const { job, caller } = await prepare(api, dataDir);
    const request = wireRequest('GET', `/api/v1/jobs/${job.id}`, { token: api.token }).toString();
    const variant = (what: string, without: readonly Promised[]) =>
      start(what, 'read-server.ts', JSON.stringify({ without, caller } satisfies Variant), request, env);
    const all = Object.keys(promised) as Promised[];
    const reply = JSON.stringify({ success: true, data: job });
    const get = wireRequest('GET', '/', { token: api.token }).toString();
    targets.push(await start('bare Fastify, same reply', 'bare-fastify.ts', reply, get, env));
    targets.push(await variant('all promises', []));
    for (const one of all) targets.push(await variant(`without ${promised[one]}`, [one]));
    targets.push(await variant('without any: the plain query alone', all));
    const { port, pid } = server;
    targets.push({ what: 'the product as it runs', port, pid, request, runs: [], stop: () => {} });
    // The compilers have seen the code of each before anything is counted.
    for (const target of targets) await run(target, 4);
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`);
      for (const target of inRound(targets, round)) target.runs.push(await run(target, seconds));
    }
    return targets;
  } finally {
    for (const target of targets) target.stop();
    await server.stop();
  }
};

const rate = ({ perSecond }: Run): number => perSecond;
const cost = (result: Run): number => result.cost;
const p99 = ({ latencies }: Run): number => quantile(latencies, 0.99);

const figuresOf = ({ what, runs }: Target, whole: Target): Figure[] => {
  const saved = median(whole.runs.map(cost)) - median(runs.map(cost));
  const ratio = median(runs.map(rate)) / median(whole.runs.map(rate));
  return [
    figure(what, 'requests/s', runs.map(rate)),
    figure('  p99', 'ms', runs.map(p99)),
    figure('  processor time of the server', 'µs', runs.map(cost)),
    ...(what === whole.what
      ? []
      : [
          figure('  less than all promises', 'µs', [saved]),
          figure('  requests, over all promises', '×', [ratio]),
        ]),
  ];
};

const dataDir = await newDataDir();
try {
  const postgres = await startEmbeddedPostgres({ dataDir, log: createLogger('silent') });
  try {
    const targets = await measure(dataDir, postgres.ownerUrl);
    const whole = targets[1];
    if (!whole) throw new Error('Nothing was measured.');
    report(
      `One job by its id, ${connections} connections: what each promise costs`,
      targets.flatMap((target) => figuresOf(target, whole)),
    );
  } finally {
    await postgres.stop();
  }
} finally {
  await removeDataDir(dataDir);
}
