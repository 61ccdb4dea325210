import { availableParallelism, totalmem } from 'node:os';
import { z } from 'zod';
import { faultPoints } from '#platform/faults';
import { defaultDataDir } from './data-dir.ts';

/** One thing that can be set: its names in the environment (the first is ours), its place in YAML, its rule. */
export interface Setting<T> {
  readonly env: readonly string[];
  readonly yaml: string;
  readonly schema: z.ZodType<T>;
  readonly fallback: () => T;
  readonly secret: boolean;
  readonly about: string;
}

const setting = <T>(
  env: readonly string[],
  yaml: string,
  schema: z.ZodType<T>,
  fallback: T | (() => T),
  about: string,
  secret = false,
): Setting<T> => ({
  env,
  yaml,
  schema,
  fallback: typeof fallback === 'function' ? (fallback as () => T) : () => fallback,
  secret,
  about,
});

const text = z.string().trim().min(1);
const optionalText = text.optional();
const whole = (min: number, max: number) => {
  const rule = `Write a whole number from ${min} to ${max}.`;
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule);
};
const flag = z.union([
  z.boolean(),
  z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off']))
    .transform((word) => ['true', '1', 'yes', 'on'].includes(word)),
]);
const list = z.union([
  z.array(text),
  z.string().transform((line) =>
    line
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  ),
]);

const byteUnits: Record<string, number> = {
  '': 1,
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

/** `100MB`, `1.5 GB` or a plain number of bytes. */
const bytes = z.union([
  z.number().int().min(0),
  z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^\d+(\.\d+)?\s*([KMGT]?B)?$/, 'Write a number of bytes, or one with a unit such as 100MB.')
    .transform((amount) => {
      const unit = /[KMGT]?B$/.exec(amount)?.[0] ?? '';
      return Math.round(Number.parseFloat(amount) * (byteUnits[unit] ?? 1));
    }),
]);

const secretText = z.string().min(32, 'Use at least 32 characters.').optional();
const megabyte = 1024 ** 2;

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
  trustProxy: setting(
    ['TRUST_PROXY'],
    'server.trust_proxy',
    flag,
    false,
    'Believe X-Forwarded-For, behind a proxy of your own.',
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
  jwtSecret: setting(
    ['JWT_SECRET'],
    'security.jwt_secret',
    secretText,
    undefined,
    'Signs access tokens; generated beside an embedded database.',
    true,
  ),
  jwtRefreshSecret: setting(
    ['JWT_REFRESH_SECRET'],
    'security.jwt_refresh_secret',
    secretText,
    undefined,
    'Signs refresh tokens; generated beside an embedded database.',
    true,
  ),
  jwtAlgorithm: setting(
    ['JWT_ALGORITHM', 'ALGORITHM'],
    'security.jwt_algorithm',
    z.enum(['HS256', 'HS384', 'HS512']),
    'HS256',
    'How tokens are signed.',
  ),
  jwtIssuer: setting(
    ['JWT_ISSUER'],
    'security.jwt_issuer',
    text,
    'quadrax',
    'Issuer written into tokens and demanded of them.',
  ),
  jwtAudience: setting(
    ['JWT_AUDIENCE'],
    'security.jwt_audience',
    text,
    'quadrax',
    'Audience written into tokens and demanded of them.',
  ),
  accessTokenMinutes: setting(
    ['ACCESS_TOKEN_EXPIRE_MINUTES'],
    'security.access_token_expire_minutes',
    whole(1, 1440),
    30,
    'Life of an access token.',
  ),
  refreshTokenDays: setting(
    ['REFRESH_TOKEN_EXPIRE_DAYS'],
    'security.refresh_token_expire_days',
    whole(1, 365),
    7,
    'Life of a refresh token.',
  ),
  bcryptRounds: setting(
    ['BCRYPT_ROUNDS'],
    'security.bcrypt_rounds',
    whole(4, 16),
    12,
    'Cost of a password hash.',
  ),
  registrationOpen: setting(
    ['REGISTRATION_OPEN'],
    'security.registration_open',
    flag,
    true,
    'Whether anyone may open an account.',
  ),
  corsOrigins: setting(
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    'security.cors_origins',
    list,
    [],
    'Other origins whose pages may call the API.',
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
  rateLimitEnabled: setting(
    ['RATE_LIMIT_ENABLED'],
    'rate_limit.enabled',
    flag,
    true,
    'Whether rates are limited.',
  ),
  rateLimitWindowMs: setting(
    ['RATE_LIMIT_WINDOW_MS'],
    'rate_limit.window_ms',
    whole(1000, 86_400_000),
    60_000,
    'The window of the authenticated limit.',
  ),
  rateLimitMax: setting(
    ['RATE_LIMIT_MAX_REQUESTS'],
    'rate_limit.max_requests',
    whole(1, 10_000_000),
    5000,
    'Requests a token may make in the window.',
  ),
  rateLimitAnonymous: setting(
    ['RATE_LIMIT_ANONYMOUS'],
    'rate_limit.anonymous',
    whole(1, 10_000_000),
    1000,
    'Requests a minute from an address without a token.',
  ),
  rateLimitRegister: setting(
    ['RATE_LIMIT_REGISTER'],
    'rate_limit.register',
    whole(1, 10_000_000),
    100,
    'Accounts an address may open in ten minutes.',
  ),
  computeRps: setting(
    ['RATE_LIMIT_RPS'],
    'rate_limit.rps',
    whole(1, 100_000),
    10,
    'Compute requests a second.',
  ),
  computeBurst: setting(
    ['RATE_LIMIT_BURST'],
    'rate_limit.burst',
    whole(1, 100_000),
    20,
    'Compute requests at once.',
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
} as const satisfies Record<string, Setting<unknown>>;

export type Settings = typeof settings;
export type Config = { readonly [K in keyof Settings]: z.output<Settings[K]['schema']> };
