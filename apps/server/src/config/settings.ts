import { availableParallelism, totalmem } from 'node:os';
import { z } from 'zod';
import { faultPoints } from '#platform/faults';
import { defaultDataDir } from './data-dir.ts';
import { bytes, cron, flag, megabyte, optionalText, setting, text, whole, proxies } from './setting.ts';
import type { Setting } from './setting.ts';
import { limitsSettings } from './settings-limits.ts';
import { mailSettings } from './settings-mail.ts';
import { securitySettings } from './settings-security.ts';

/**
 * Every setting of the product. `.env.example` is checked against this table, so it is the one place to add one.
 */
export const settings = {
  environment: setting(
    ['NODE_ENV', 'ENVIRONMENT', 'QEMLFLOW_ENV'],
    'environment',
    z.enum(['development', 'production', 'test']),
    'production',
    'development adds the cause to error replies.',
  ),
  host: setting(
    ['HOST'],
    'server.host',
    text,
    '127.0.0.1',
    'Address to listen on; 0.0.0.0 for every interface.',
  ),
  port: setting(
    ['PORT'],
    'server.port',
    whole(0, 65_535),
    3001,
    'Port of the API and the web app; 0 takes a free one.',
  ),
  frontendUrl: setting(
    ['FRONTEND_URL'],
    'server.frontend_url',
    z.url().optional(),
    undefined,
    'Where people open the web app, for links in messages.',
  ),
  trustedProxies: setting(
    ['TRUST_PROXY'],
    'server.trust_proxy',
    proxies,
    0,
    'Believe X-Forwarded-For: how many proxies of your own stand in front, or true for one.',
  ),
  dataDir: setting(
    ['QUADRAX_DATA_DIR'],
    'data_dir',
    text,
    defaultDataDir,
    'Folder that holds everything that is kept on disk.',
  ),
  databaseUrl: setting(
    ['DATABASE_URL'],
    'database.url',
    z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    undefined,
    'A PostgreSQL server to use; absent, one is started.',
    true,
  ),
  databaseDirectUrl: setting(
    ['DATABASE_DIRECT_URL'],
    'database.direct_url',
    z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    undefined,
    'The same server without the transaction pooler in front.',
    true,
  ),
  databasePoolSize: setting(
    ['DB_POOL_SIZE'],
    'database.pool_size',
    whole(2, 200),
    10,
    'Connections of this process for requests.',
  ),
  databasePoolTimeoutMs: setting(
    ['DB_POOL_TIMEOUT'],
    'database.pool_timeout',
    whole(100, 600_000),
    5000,
    'How long a request waits for a connection, in ms.',
  ),
  redisUrl: setting(
    ['REDIS_URL'],
    'redis.url',
    z.url({ protocol: /^rediss?$/ }).optional(),
    undefined,
    'A Redis server for cached reads and hints; absent, each process does without.',
    true,
  ),
  cacheEnabled: setting(
    ['CACHE_ENABLED', 'QEMLFLOW_ENABLE_CACHE'],
    'cache.enabled',
    flag,
    true,
    'Whether heavy reads are answered from a cache.',
  ),
  cacheBytes: setting(
    ['CACHE_SIZE', 'QEMLFLOW_CACHE_SIZE'],
    'cache.size',
    bytes,
    32 * megabyte,
    'Memory of this process for cached reads.',
  ),
  maxUploadBytes: setting(
    ['MAX_FILE_SIZE'],
    'uploads.max_file_size',
    bytes,
    100 * megabyte,
    'The largest file that may be uploaded.',
  ),
  storagePath: setting(
    ['STORAGE_BASE_PATH', 'UPLOAD_DIR', 'UPLOAD_PATH'],
    'storage.base_path',
    optionalText,
    undefined,
    'Folder for stored files; absent, `objects` in the data folder.',
  ),
  storageReserveBytes: setting(
    ['STORAGE_RESERVE'],
    'storage.reserve',
    bytes,
    512 * megabyte,
    'Room left free on the disk: uploads stop before the database would.',
  ),
  computeProcesses: setting(
    ['COMPUTE_PROCESSES', 'QEMLFLOW_WORKERS'],
    'performance.cpu.processes',
    whole(1, 256),
    () => Math.max(1, availableParallelism() - 1),
    'Compute processes at once.',
  ),
  computeMemoryMb: setting(
    ['COMPUTE_MEMORY_MB'],
    'performance.memory.compute_mb',
    whole(256, 1_048_576),
    () => Math.max(512, Math.min(8192, Math.floor(totalmem() / megabyte / 4))),
    'Memory one compute process may use, in MB.',
  ),
  upkeepSchedule: setting(
    ['UPKEEP_SCHEDULE'],
    'upkeep.schedule',
    cron,
    '7 * * * *',
    'When what is out of date is removed, as a cron expression in UTC.',
  ),
  callRetentionDays: setting(
    ['CALL_RETENTION_DAYS'],
    'upkeep.call_retention_days',
    whole(1, 36_500),
    7,
    'How long a call that a job answered (Prefer: respond-async) is kept with its answer.',
  ),
  trafficRetentionDays: setting(
    ['TRAFFIC_RETENTION_DAYS'],
    'upkeep.traffic_retention_days',
    // No less than the longest span that may be asked for.
    whole(93, 36_500),
    400,
    'How long the hourly counts of what deployed models were asked are kept.',
  ),
  computeThreads: setting(
    ['COMPUTE_THREADS'],
    'performance.cpu.threads',
    whole(1, 64),
    () => Math.max(1, Math.min(2, availableParallelism() - 1)),
    'Threads of one training on large data; results do not depend on it.',
  ),
  computePriority: setting(
    ['COMPUTE_PRIORITY'],
    'performance.cpu.priority',
    z.enum(['background', 'normal']),
    'background',
    'Whether trainings and the like take only the time that requests leave, or their share of it.',
  ),
  jobsPerTenant: setting(
    ['JOBS_PER_TENANT'],
    'performance.jobs_per_tenant',
    whole(1, 1000),
    2,
    'Jobs of one tenant that run at once, over all processes.',
  ),
  callsWaitingPerTenant: setting(
    ['CALLS_WAITING_PER_TENANT'],
    'performance.calls_waiting_per_tenant',
    whole(1, 100_000),
    100,
    'Calls of one tenant (Prefer: respond-async) that may wait for a job to answer them.',
  ),
  queryTimeoutMs: setting(
    ['QUERY_TIMEOUT_MS'],
    'performance.query_timeout_ms',
    whole(100, 600_000),
    20_000,
    'How long a query of data may take, in ms.',
  ),
  transformTimeoutMs: setting(
    ['TRANSFORM_TIMEOUT_MS'],
    'performance.transform_timeout_ms',
    whole(100, 86_400_000),
    1_800_000,
    'How long the job of a transformation may compute, in ms.',
  ),
  modelTrialMs: setting(
    ['MODEL_TRIAL_MS'],
    'performance.model_trial_ms',
    whole(100, 600_000),
    20_000,
    'How long an imported model may take to load and to answer two rows, in ms.',
  ),
  modelCacheMb: setting(
    ['MODEL_CACHE_MB'],
    'performance.memory.model_cache_mb',
    whole(1, 1_048_576),
    512,
    'Memory of this process for models that are served, by the size of their files, in MB.',
  ),
  websocketPath: setting(
    ['WEBSOCKET_PATH'],
    'server.websocket_path',
    text.startsWith('/'),
    '/ws',
    'Path of the plain WebSocket.',
  ),
  faultPoint: setting(
    ['QUADRAX_FAULT_POINT'],
    'test.fault_point',
    z.enum(faultPoints).optional(),
    undefined,
    'Where a drill ends the process; heeded with NODE_ENV=test only.',
  ),
  shutdownDrainMs: setting(
    ['SHUTDOWN_DRAIN'],
    'server.shutdown_drain',
    whole(0, 20_000).optional(),
    undefined,
    'How long requests are still taken after SIGTERM, in ms; absent, 3000 with DATABASE_URL and 0 without.',
  ),
  logLevel: setting(
    ['LOG_LEVEL', 'QEMLFLOW_LOG_LEVEL'],
    'logging.level',
    z
      .string()
      .toLowerCase()
      .pipe(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])),
    'info',
    'The least severe line that is written.',
  ),
  metricsEnabled: setting(['METRICS_ENABLED'], 'metrics.enabled', flag, true, 'Whether /metrics answers.'),
  ...securitySettings,
  ...limitsSettings,
  ...mailSettings,
} as const satisfies Record<string, Setting<unknown>>;

export type Settings = typeof settings;
export type Config = { readonly [K in keyof Settings]: z.output<Settings[K]['schema']> };
