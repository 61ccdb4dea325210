import { createFaults } from '#platform/faults';
import type { FastifyInstance } from 'fastify';
import type { Config, Secrets } from '#config';
import { loadSecrets } from '#config';
import { attachSockets } from '#platform/events';
import {
  basePath,
  createGuard,
  createHttpApp,
  createIdempotency,
  createRateLimiter,
  recordAudit,
} from '#platform/http';
import type { BindOptions } from '#platform/http';
import { AppError } from '#platform/errors';
import type { Logger } from '#platform/log';
import { createModules } from './modules.ts';
import { addOperationalPages, addWebApp, pageFor } from './pages.ts';
import { openPlatform } from './platform.ts';
import type { Platform } from './platform.ts';
import { startRecovery } from './recovery.ts';
import { version } from './version.ts';

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  /** The embedded database that another process has open, for a command beside a running server. */
  readonly runningUrl?: string;
  /** Whether this process takes jobs; default true. */
  readonly work?: boolean;
}

/** The whole product in one process, short of a port. */
export interface App {
  readonly http: FastifyInstance;
  readonly platform: Platform;
  readonly modules: Awaited<ReturnType<typeof createModules>>;
  /** From now on /readyz says so. */
  markReady(): void;
  /** Not ready at once; requests under way finish, jobs are handed over, everything that was started stops. */
  close(): Promise<void>;
}

const minute = 60_000;

const limitsOf = (config: Config) => ({
  anonymous: { name: 'anonymous', most: config.rateLimitAnonymous, windowMs: minute },
  authenticated: { name: 'authenticated', most: config.rateLimitMax, windowMs: config.rateLimitWindowMs },
  register: { name: 'register', most: config.rateLimitRegister, windowMs: 10 * minute },
  compute: {
    name: 'compute',
    most: config.computeBurst,
    windowMs: Math.ceil((1000 * config.computeBurst) / config.computeRps),
  },
});

const auditWith =
  ({ db }: Platform): BindOptions['audit'] =>
  ({ tenantId, accountId }, action, resourceId, { address, requestId }) =>
    db.tenant(tenantId, (tx) =>
      recordAudit(tx, { tenantId, accountId, action, resourceId, address, requestId }),
    );

const watchState = (
  { telemetry, db }: Platform,
  modules: App['modules'],
  connections: () => number,
): void => {
  telemetry.gauges(async () => {
    const { active, waiting } = db.usage();
    // With the database away the rest of the figures is what an operator needs.
    const counts = await modules.jobs.counts().catch(() => []);
    const gauge = (name: string, help: string, value: number, labels: Record<string, string> = {}) => ({
      name,
      help,
      value,
      labels,
    });
    return [
      gauge('database_connections_active', 'Connections of the request pool in use.', active),
      gauge('database_connections_waiting', 'Requests that wait for a connection.', waiting),
      gauge('websocket_connections', 'Open sockets.', connections()),
      ...counts.map(({ kind, status, count }) =>
        gauge('jobs', 'Jobs that wait and run.', count, { kind, status }),
      ),
    ];
  });
};

export const createApp = async (options: AppOptions): Promise<App> => {
  const { config, log } = options;
  const secrets = loadSecrets(config);
  const reach = createFaults(config.environment === 'test' ? config.faultPoint : undefined);
  const platform = await openPlatform({ config, secrets, log, reach, runningUrl: options.runningUrl });
  try {
    return await compose(platform, secrets, options);
  } catch (error) {
    await platform.close();
    throw error;
  }
};

const compose = async (
  platform: Platform,
  secrets: Secrets,
  { config, log, work = true }: AppOptions,
): Promise<App> => {
  const { db, compute, worker, telemetry, events } = platform;
  let ready = false;
  const modules = await createModules(platform, config, secrets, version);
  const { identity, operations, jobs } = modules;
  const idempotency = createIdempotency(db, worker);
  const guard = createGuard({
    authenticator: identity.authenticator,
    limiter: config.rateLimitEnabled ? createRateLimiter() : undefined,
    limits: limitsOf(config),
  });
  const http = await createHttpApp({
    log,
    version,
    environment: config.environment,
    trustProxy: config.trustProxy,
    corsOrigins: config.corsOrigins,
    page: pageFor,
  });
  telemetry.watch(http);
  await http.register(
    async (scope) => modules.bind(scope, { guard, idempotency, audit: auditWith(platform) }),
    { prefix: basePath },
  );
  await addOperationalPages(http, {
    health: operations.health,
    ready: () => ready,
    telemetry,
    metricsEnabled: config.metricsEnabled,
  });
  await addWebApp(http);
  const sockets = attachSockets({
    server: http.server,
    bus: events,
    paths: [...new Set([config.websocketPath, `${basePath}/results/ws`])],
    origins: config.corsOrigins,
    redeemTicket: operations.redeemTicket,
    authenticate: async (token, tenant) => {
      const caller = await identity.authenticator.authenticate(token, tenant).catch((error: unknown) => {
        // That the database is away says nothing against the token: the client tries again.
        if (error instanceof AppError && error.status < 500) return undefined;
        throw error;
      });
      if (!caller) return undefined;
      const { tenantId, accountId, sessionId } = caller;
      return { tenantId, accountId, sessionId, expiresAt: identity.expiryOf(token) };
    },
  });
  identity.onChange((change) => sockets.closeWhere(change));
  watchState(platform, modules, sockets.connections);
  const stopRecovery = await startRecovery(platform, jobs, idempotency);
  if (work) await jobs.work(Math.max(2, config.computeProcesses));
  await http.ready();

  return {
    http,
    platform,
    modules,
    markReady: () => {
      ready = true;
    },
    close: async () => {
      ready = false;
      await stopRecovery();
      await sockets.close();
      // Side by side: jobs must be handed over in time even while a slow upload is still coming in.
      await Promise.all([http.close(), jobs.stop()]);
      await compute.close();
      await platform.close();
    },
  };
};
