import type { ServerAccount } from './embedded-account.ts';
import { chooseAccount } from './embedded-account.ts';
import { provideBinaries } from './embedded-binaries.ts';
import { bringUp } from './embedded-bring-up.ts';
import { provideCluster } from './embedded-cluster.ts';
import { HOST, ownerUrl } from './embedded-connection.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import type { EmbeddedFolder } from './embedded-folder.ts';
import { clusterFolder, homeFolder, prepareFolder, replaceFile } from './embedded-folder.ts';
import { lockFolder } from './embedded-lock.ts';
import type { EmbeddedLog } from './embedded-log.ts';
import type { ServerSite, StopPatience } from './embedded-server.ts';
import { renderSettings, settingsFingerprint } from './embedded-settings.ts';
import type { EmbeddedState } from './embedded-supervisor.ts';
import { EmbeddedSupervisor } from './embedded-supervisor.ts';

export { EmbeddedPostgresError } from './embedded-error.ts';
export type { EmbeddedFailure } from './embedded-error.ts';
export type { EmbeddedLog } from './embedded-log.ts';
export type { StopPatience } from './embedded-server.ts';
export type { EmbeddedState } from './embedded-supervisor.ts';

export interface EmbeddedPostgresOptions {
  /** Everything goes under `<dataDir>/postgres/`. */
  readonly dataDir: string;
  readonly log: EmbeddedLog;
  /** False gives up acknowledged rows at a crash for speed (no fsync): for the clusters of tests. Default true. */
  readonly durable?: boolean;
  /** Told after the start, when the server dies, is back, or has been stopped. */
  readonly onStateChange?: (state: EmbeddedState) => void;
  /** How long each way of stopping may take before the next, harder one. Default 30 s and 10 s. */
  readonly stopPatience?: StopPatience;
  /** Ends a start under way (recovery may take minutes); the server it began is stopped again. */
  readonly signal?: AbortSignal;
  /** The folder of the npm package with PostgreSQL's programs, if not the installed one. */
  readonly packageFolder?: string;
}

/** A running server of our own. */
export interface EmbeddedPostgres {
  /** The superuser's connection string to the database `quadrax`; the same across restarts. */
  readonly ownerUrl: string;
  readonly host: string;
  readonly port: number;
  /** The postmaster's process id; another after a restart. */
  readonly pid: number;
  /** Stops the server and gives the folder free. May be called more than once. */
  stop(): Promise<void>;
}

async function prepareSite(
  folder: EmbeddedFolder,
  account: ServerAccount,
  options: EmbeddedPostgresOptions,
): Promise<ServerSite> {
  const { log, durable = true, signal } = options;
  const binaries = await provideBinaries(folder, account, log, options.packageFolder);
  const password = await provideCluster({ folder, account, binaries, durable, log });
  const settings = renderSettings(durable);
  await replaceFile(folder.configFile, settings, 0o644);
  const fingerprint = settingsFingerprint(settings, binaries.version);
  return { folder, account, binaries, durable, log, password, fingerprint, signal };
}

/**
 * Starts PostgreSQL on `<dataDir>/postgres`, or adopts the one a killed predecessor left running
 * there; makes the cluster if there is none. From then on it is kept running: should it die, it is
 * started again on the same port, and pools reconnect. It does not keep this process alive, and it
 * outlives this process unless `stop()` is called.
 *
 * @throws EmbeddedPostgresError with a `reason` and what to do about it; `in-use` while another
 * process supervises the folder. The signal's reason if `signal` fires.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError(
      'unsupported',
      'The embedded PostgreSQL runs on Linux and macOS. On Windows set DATABASE_URL, or use WSL or Docker.',
    );
  }
  const home = homeFolder(options.dataDir);
  const account = chooseAccount(clusterFolder(home));
  const folder = await prepareFolder(home, account);
  const lock = await lockFolder(folder);
  try {
    const site = await prepareSite(folder, account, options);
    const server = await bringUp(site);
    const { onStateChange = () => undefined, stopPatience } = options;
    const supervisor = new EmbeddedSupervisor(site, server, onStateChange, stopPatience);
    return {
      ownerUrl: ownerUrl(server.port, site.password),
      host: HOST,
      port: server.port,
      get pid() {
        return supervisor.pid;
      },
      async stop() {
        await supervisor.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
