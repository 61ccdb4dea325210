import type { AddressInfo } from 'node:net';
import process from 'node:process';
import type { Config } from '#config';
import type { Logger } from '#platform/log';
import { createApp } from './app.ts';
import type { App, AppOptions } from './app.ts';

export { ConfigError, configFromEnvironment, loadConfig, loadSecrets, maskConfig, settings } from '#config';
export type { Config } from '#config';
export {
  asOwner,
  EmbeddedPostgresError,
  RolesError,
  migrateDown,
  migrateUp,
  migrationStatus,
  poolerLogins,
  startEmbeddedPostgres,
} from '#platform/db';
export { createLogger } from '#platform/log';
export { createApp } from './app.ts';
export type { App, AppOptions } from './app.ts';
export { openApiDocument } from './openapi.ts';
export { version } from './version.ts';

/** A server that answers. */
export interface Running {
  readonly app: App;
  readonly url: string;
  /** Stops as a service manager wants it: balancers get the time to notice. */
  stop(): Promise<void>;
  /** Stops without that time. */
  close(): Promise<void>;
}

const addressOf = (app: App, config: Config): string => {
  const { port } = app.http.server.address() as AddressInfo;
  const host = ['127.0.0.1', '0.0.0.0', '::'].includes(config.host) ? 'localhost' : config.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
};

/** Starts everything and listens. */
export const startServer = async (options: AppOptions): Promise<Running> => {
  const app = await createApp(options);
  try {
    await app.http.listen({ host: options.config.host, port: options.config.port });
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = addressOf(app, options.config);
  app.markReady(url);
  const stop = async (): Promise<void> => {
    await app.drain();
    await app.close();
  };
  return { app, url, stop, close: app.close };
};

/** Whatever hangs, a process that was told to stop is gone after this. */
const longestStopMs = 25_000;

/** How often a program that npm started looks whether its shell is still there. */
const parentLookMs = 500;

/** npm starts programs by a shell, which dies of the signals that npm hands on, and hands on none. */
const onShellGone = (stop: () => void): void => {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), parentLookMs).unref();
};

/**
 * Stops in order, once: at Ctrl-C by `close`, at a service manager's word by `stop`, which may take its time. A Ctrl-C
 * after that does not wait.
 */
export const stopOnSignal = (
  { close, stop = close }: { readonly close: () => Promise<void>; readonly stop?: () => Promise<void> },
  log: Logger,
): void => {
  let stopping = false;
  const end = (signal: NodeJS.Signals): void => {
    if (stopping) {
      if (signal === 'SIGINT') process.exit(130);
      return;
    }
    stopping = true;
    log.info({ action: 'stopping', signal }, 'Stopping');
    setTimeout(() => process.exit(1), longestStopMs).unref();
    const ending = signal === 'SIGTERM' ? stop() : close();
    ending.then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ action: 'stop.failed', err: error }, 'Stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  onShellGone(() => end('SIGTERM'));
};
