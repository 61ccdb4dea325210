import { setTimeout as pause } from 'node:timers/promises';
import { createFaults } from '#platform/faults';
import type { FastifyInstance } from 'fastify';
import type { Config, Secrets } from '#config';
import { loadSecrets } from '#config';
import { attachSockets } from '#platform/events';
import type { SocketAuthentication, SocketOptions } from '#platform/events';
import {
  basePath,
  createDeparture,
  createGuard,
  createHttpApp,
  createRateLimiter,
  createReadCache,
  shareRates,
} from '#platform/http';
import { AppError } from '#platform/errors';
import type { Guard } from '#platform/http';
import type { Logger } from '#platform/log';
import type { TicketHolder } from '#modules/operations';
import { createModules } from './modules.ts';
import type { Modules } from './modules.ts';
import { addOperationalPages, loadWebApp } from './pages.ts';
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
  /** It listens there: from now on /readyz says so, and links in mails lead there unless FRONTEND_URL is set. */
  markReady(url: string): void;
  /**
   * Not ready at once, and jobs are handed over; requests are still taken for SHUTDOWN_DRAIN, until every balancer has
   * noticed, and each answer ends its connection.
   */
  drain(): Promise<void>;
  /** Requests under way finish, and everything that was started stops. */
  close(): Promise<void>;
}

const minute = 60_000;
/** A connection opened with an API key, which may have no end of its own, comes back with it now and then. */
const longestKeySocketMs = 12 * 60 * minute;
/** How long one that a ticket opened may live before it must come back with a new one. */
const ticketSocketMs = 30 * minute;

const limitsOf = (config: Config) => ({
  anonymous: { name: 'anonymous', most: config.rateLimitAnonymous, windowMs: minute },
  authenticated: { name: 'authenticated', most: config.rateLimitMax, windowMs: config.rateLimitWindowMs },
  tenant: { name: 'tenant', most: config.rateLimitTenant, windowMs: minute },
  register: { name: 'register', most: config.rateLimitRegister, windowMs: 10 * minute },
  mail: { name: 'mail', most: config.rateLimitMail, windowMs: 60 * minute },
  compute: {
    name: 'compute',
    most: config.computeBurst,
    windowMs: Math.ceil((1000 * config.computeBurst) / config.computeRps),
  },
});

/** Beside an embedded database there is one process, and no balancer that would have to notice. */
const defaultDrainMs = ({ databaseUrl }: Config): number => (databaseUrl === undefined ? 0 : 3000);

/** Who opens a socket, by a token or by a ticket, until when it may stay open, and what it may follow. */
const socketDoors = (
  { identity, operations, readers }: Modules,
  guard: Guard,
): Pick<SocketOptions, 'authenticate' | 'redeemTicket' | 'lookAt'> => {
  const { authenticator } = identity;
  const enter = async (holder: TicketHolder, end: number): Promise<SocketAuthentication | undefined> => {
    const standing = await authenticator.standing(holder);
    if (!standing) return undefined;
    const { tenantId, accountId, credentialId, credential } = holder;
    return {
      tenantId,
      accountId,
      credentialId,
      credential,
      expiresAt: Math.min(end, standing.expiresAt ?? end),
    };
  };
  return {
    lookAt: async (auth, { type, id }) => {
      if (!(await authenticator.standing(auth))) throw new AppError('UNAUTHENTICATED');
      const caller = await authenticator.callerNow(auth);
      const { declaration, handler } = readers[type];
      guard.admit(declaration, caller);
      await handler({ caller, params: { id } } as never);
    },
    redeemTicket: async (ticket) => {
      const holder = await operations.redeemTicket(ticket);
      return holder && enter(holder, Date.now() + ticketSocketMs);
    },
    authenticate: async (token, tenant, from) => {
      const caller = await guard.identify(token, tenant, from).catch((error: unknown) => {
        // Neither that the database is away nor that too many ask says anything against the token: it is tried again.
        if (error instanceof AppError && error.status < 500 && error.code !== 'RATE_LIMITED')
          return undefined;
        throw error;
      });
      return caller && enter(caller, identity.expiryOf(token) ?? Date.now() + longestKeySocketMs);
    },
  };
};

const watchState = (
  { telemetry, db, cache }: Platform,
  modules: App['modules'],
  connections: () => number,
): void => {
  telemetry.gauges(async () => {
    const { active, waiting } = db.usage();
    // With the database away the rest of the figures is what an operator needs.
    const [counts, drifts] = await Promise.all([
      modules.jobs.counts().catch(() => []),
      modules.models.readings().catch(() => []),
    ]);
    const hitRates = cache?.hitRates() ?? { all: 0, redis: 0 };
    const gauge = (name: string, help: string, value: number, labels: Record<string, string> = {}) => ({
      name,
      help,
      value,
      labels,
    });
    return [
      gauge('database_connections_active', 'Connections of the request pool in use.', active),
      gauge('database_connections_waiting', 'Requests that wait for a connection.', waiting),
      gauge('cache_hit_rate', 'Share of cached reads that were answered from the cache.', hitRates.all),
      gauge('redis_cache_hit_rate', 'The same of those that asked Redis.', hitRates.redis),
      gauge('websocket_connections', 'Open sockets.', connections()),
      ...drifts,
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
    await platform.begun
      .disposeAsync()
      .catch((failure: unknown) =>
        log.warn({ action: 'stop.untidy', err: failure }, 'Not everything stopped'),
      );
    throw error;
  }
};

const ownMachine: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** People elsewhere cannot follow a link to localhost. */
const linkProblemOf = ({ host, frontendUrl }: Config, url: string): string | undefined =>
  frontendUrl !== undefined || ownMachine.has(host) || !ownMachine.has(new URL(url).hostname)
    ? undefined
    : `Links in mails point to ${url}, which leads nowhere from another machine. Set FRONTEND_URL to where people open Quadrax.`;

const compose = async (
  platform: Platform,
  secrets: Secrets,
  { config, log, work = true }: AppOptions,
): Promise<App> => {
  const { db, compute, telemetry, events, mail, idempotency, broadcast, cache, begun } = platform;
  let ready = false;
  let address = `http://localhost:${config.port}`;
  const publicUrl = (): string => config.frontendUrl ?? address;
  const linkProblem = (): string | undefined => linkProblemOf(config, publicUrl());
  const modules = await createModules(platform, config, secrets, version, publicUrl, linkProblem);
  const { identity, operations, jobs, schedules, later } = modules;
  const limiter = config.rateLimitEnabled ? createRateLimiter() : undefined;
  const stopSharingRates = limiter && shareRates(limiter, broadcast);
  begun.defer(() => stopSharingRates?.());
  const limits = limitsOf(config);
  const guard = createGuard({ authenticator: identity.authenticator, limiter, limits });
  const reads = cache && createReadCache(cache);
  const webApp = loadWebApp();
  const http = await createHttpApp({
    log,
    version,
    environment: config.environment,
    trustedProxies: config.trustedProxies,
    corsOrigins: config.corsOrigins,
    page: webApp.page,
  });
  const departure = createDeparture(http);
  telemetry.watch(http);
  await http.register(async (scope) => modules.bind(scope, { db, guard, idempotency, reads, later }), {
    prefix: basePath,
  });
  const isReady = (): boolean => ready && db.reachable();
  await http.register(async (scope) =>
    modules.bindOutside(scope, { db, guard, idempotency, reads, later }, isReady),
  );
  await addOperationalPages(http, {
    health: operations.health,
    ready: isReady,
    telemetry,
    metricsEnabled: config.metricsEnabled,
  });
  await webApp.addFiles(http);
  const sockets = attachSockets({
    server: http.server,
    bus: events,
    log,
    paths: [...new Set([config.websocketPath, `${basePath}/results/ws`])],
    origins: config.corsOrigins,
    ...socketDoors(modules, guard),
    trustedProxies: config.trustedProxies,
  });
  begun.defer(() => sockets.close());
  identity.onChange((change) => sockets.closeWhere(change));
  watchState(platform, modules, sockets.connections);
  const stopRecovery = await startRecovery(platform, modules);
  begun.defer(stopRecovery);
  begun.defer(() => mail.stop());
  await mail.start();
  await identity.start();
  if (work) {
    await jobs.work(Math.max(2, config.computeProcesses));
    begun.defer(() => schedules.stop());
    await schedules.start();
  }
  await http.ready();

  return {
    http,
    platform,
    modules,
    markReady: (url) => {
      address = url;
      const problem = linkProblem();
      if (problem !== undefined) log.warn({ action: 'mail.links' }, problem);
      ready = true;
    },
    drain: async () => {
      ready = false;
      departure.announce();
      await Promise.all([jobs.handOver(), pause(config.shutdownDrainMs ?? defaultDrainMs(config))]);
    },
    close: async () => {
      ready = false;
      departure.announce();
      await Promise.all([stopRecovery(), schedules.stop()]);
      await sockets.close();
      stopSharingRates?.();
      // Side by side: jobs must be handed over in time even while a slow upload is still coming in. The queue is left
      // last, since what comes in may need it.
      await Promise.all([departure.complete(), jobs.handOver()]);
      await Promise.all([jobs.stop(), mail.stop(), identity.stop()]);
      // Nobody predicts any more: what was counted is written.
      await modules.models.stop();
      await compute.close();
      await platform.close();
    },
  };
};
