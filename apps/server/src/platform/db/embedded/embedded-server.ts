import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnIdentity } from './embedded-account.ts';
import { explainSpawnFailure } from './embedded-binaries.ts';
import type { ClusterSite } from './embedded-cluster.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import { fileSize, readLogTail, rotateLogBeforeStart } from './embedded-log.ts';
import { readPostmasterFile } from './embedded-postmaster-file.ts';
import { isPostmasterOf, sendSignal } from './embedded-process.ts';
import { serverArguments, serverEnvironment } from './embedded-settings.ts';

/** All a server is started with. */
export interface ServerSite extends ClusterSite {
  readonly password: string;
  readonly fingerprint: string;
  /** Ends a start that takes too long for the caller. */
  readonly signal?: AbortSignal | undefined;
}

/** A postmaster that was started or adopted. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Settles when the process is gone, with how it ended. */
  readonly exited: Promise<string>;
  /** Sends it a signal, and never to a process that inherited its id. */
  signal(name: NodeJS.Signals): Promise<void>;
}

/** How long each way of stopping may take before the next, harder one (milliseconds). */
export interface StopPatience {
  /** Fast shutdown: running statements end, a checkpoint is written. */
  readonly fast: number;
  /** Immediate shutdown: no checkpoint, the next start recovers from the log. */
  readonly immediate: number;
}

/** A server that ended while starting; `obstacle` names what another attempt may find gone. */
export class ServerStartError extends EmbeddedPostgresError {
  readonly obstacle: 'port-taken' | 'predecessor' | undefined;

  constructor(site: ServerSite, ending: string, lines: readonly string[]) {
    const text = lines.join('\n');
    const hint = text.includes('No space left on device')
      ? ' The disk is full: make room and start again.'
      : '';
    super(
      'start-failed',
      `PostgreSQL ${ending} while starting on ${site.folder.pgdata}.${hint} ` +
        `The end of its log (${site.folder.logFile}):\n${lines.slice(-8).join('\n')}`,
    );
    this.obstacle = ServerStartError.#obstacleIn(text);
  }

  static #obstacleIn(text: string): ServerStartError['obstacle'] {
    if (/could not bind|could not create any TCP\/IP sockets/.test(text)) return 'port-taken';
    const predecessor = /pre-existing shared memory block|lock file ".*" (already exists|is empty)/;
    return predecessor.test(text) ? 'predecessor' : undefined;
  }
}

const POLL_MS = 10;
const ADOPTED_POLL_MS = 200;
const PROGRESS_MS = 3000;

/**
 * Starts a postmaster in a session of its own, so that a terminal's Ctrl-C does not reach it, with
 * its log on a file, so that it outlives us. It does not keep our process alive.
 */
async function launch(site: ServerSite, port: number): Promise<RunningServer> {
  const { folder, binaries, account } = site;
  const log = openSync(folder.logFile, 'a', 0o600);
  try {
    const child = spawn(binaries.postgres, serverArguments(folder.pgdata, folder.configFile, port), {
      ...spawnIdentity(account),
      cwd: folder.home,
      env: serverEnvironment(folder.home),
      detached: true,
      stdio: ['ignore', log, log],
    });
    const exited = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`),
      );
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => {
        reject(new EmbeddedPostgresError('start-failed', explainSpawnFailure(binaries.postgres, error)));
      });
    });
    child.unref();
    const signal = async (name: NodeJS.Signals) => void child.kill(name);
    return { pid: child.pid ?? 0, port, exited, signal };
  } finally {
    closeSync(log);
  }
}

/** Follows a postmaster which is not our child, by looking. */
export function followServer(site: ServerSite, pid: number, port: number): RunningServer {
  const exited = new Promise<string>((resolve) => {
    const timer = setInterval(() => {
      void isPostmasterOf(pid, site.folder.pgdata).then((running) => {
        if (running) return;
        clearInterval(timer);
        resolve('ended');
      });
    }, ADOPTED_POLL_MS);
    timer.unref();
  });
  const signal = async (name: NodeJS.Signals) => {
    if (await isPostmasterOf(pid, site.folder.pgdata)) sendSignal(pid, name);
  };
  return { pid, port, exited, signal };
}

/**
 * Waits until the server accepts connections. As long as it lives (recovery after a crash may take
 * minutes) it is waited for, with word of its progress.
 *
 * @param logOffset size of the log file before the server was started
 * @throws ServerStartError if it ends instead; the signal's reason if that fires first.
 */
export async function awaitReady(site: ServerSite, server: RunningServer, logOffset: number): Promise<void> {
  const began = Date.now();
  let nextProgress = began + PROGRESS_MS;
  for (;;) {
    const file = await readPostmasterFile(site.folder);
    if (file?.pid === server.pid && file.status === 'ready') return;
    const ending = await Promise.race([server.exited, delay(POLL_MS, undefined, { signal: site.signal })]);
    if (ending !== undefined) {
      throw new ServerStartError(site, ending, await readLogTail(site.folder.logFile, logOffset));
    }
    if (Date.now() < nextProgress) continue;
    nextProgress += PROGRESS_MS;
    const lastLine = (await readLogTail(site.folder.logFile, logOffset)).at(-1) ?? '';
    const seconds = Math.round((Date.now() - began) / 1000);
    site.log.info(
      { pid: server.pid, seconds, lastLine },
      'PostgreSQL is still starting (recovering after a crash)',
    );
  }
}

/**
 * Starts a server on a port and waits until it accepts connections.
 *
 * @param onLaunched told before the wait, so that a successor finds a server that still recovers
 * @throws ServerStartError if it ends while starting.
 */
export async function startServer(
  site: ServerSite,
  port: number,
  onLaunched: (server: RunningServer) => Promise<void>,
): Promise<RunningServer> {
  await rotateLogBeforeStart(site.folder.logFile);
  const logOffset = await fileSize(site.folder.logFile);
  const server = await launch(site, port);
  try {
    await onLaunched(server);
    await awaitReady(site, server, logOffset);
    return server;
  } catch (error) {
    if (!(error instanceof ServerStartError)) await stopServer(site, server);
    throw error;
  }
}

/** Whether the promise settles within the time; the wait keeps the process alive. */
async function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const timer = new AbortController();
  const timeout = delay(milliseconds, false, { signal: timer.signal }).catch(() => false);
  const settled = await Promise.race([promise.then(() => true), timeout]);
  timer.abort();
  return settled;
}

/** Stops a server: fast, then immediate, then killed. Returns when its process is gone. */
export async function stopServer(
  site: ServerSite,
  server: RunningServer,
  patience: StopPatience = { fast: 30_000, immediate: 10_000 },
): Promise<void> {
  const steps = [
    { signal: 'SIGINT', wait: patience.fast },
    { signal: 'SIGQUIT', wait: patience.immediate },
    { signal: 'SIGKILL', wait: patience.immediate },
  ] as const;
  for (const { signal, wait } of steps) {
    await server.signal(signal);
    if (await settlesWithin(server.exited, wait)) return;
    site.log.warn(
      { pid: server.pid, signal, waitedMs: wait },
      'PostgreSQL is still there after being told to stop',
    );
  }
}
