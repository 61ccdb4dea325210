import { setTimeout as delay } from 'node:timers/promises';
import { bringUp } from './embedded-bring-up.ts';
import { errorText } from './embedded-error.ts';
import { rotateLogWhileRunning } from './embedded-log.ts';
import type { RunningServer, ServerSite, StopPatience } from './embedded-server.ts';
import { stopServer } from './embedded-server.ts';

/** `restarting`: the server died and is being brought back; connections are refused meanwhile. */
export type EmbeddedState = 'running' | 'restarting' | 'stopped';

const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 10_000;
// A server that ran this long has got over whatever ended the one before.
const STABLE_MS = 60_000;
const LOG_CHECK_MS = 5 * 60_000;

/** Keeps one server running until told to stop. */
export class EmbeddedSupervisor {
  readonly #site: ServerSite;
  readonly #onStateChange: (state: EmbeddedState) => void;
  readonly #stopPatience: StopPatience | undefined;
  readonly #stopping = new AbortController();
  readonly #logCheck: NodeJS.Timeout;
  #server: RunningServer;
  #startedAt = Date.now();
  #failures = 0;
  #restart: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(
    site: ServerSite,
    server: RunningServer,
    onStateChange: (state: EmbeddedState) => void,
    stopPatience: StopPatience | undefined,
  ) {
    this.#stopPatience = stopPatience;
    this.#site = { ...site, signal: this.#stopping.signal };
    this.#server = server;
    this.#onStateChange = onStateChange;
    this.#logCheck = setInterval(() => void this.#checkLog(), LOG_CHECK_MS);
    this.#logCheck.unref();
    this.#watch();
  }

  /** The server's process id; another after each restart. */
  get pid(): number {
    return this.#server.pid;
  }

  /** Its port, the same for as long as this supervisor lives. */
  get port(): number {
    return this.#server.port;
  }

  /** Stops the server (or its restart) and returns when its process is gone. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#logCheck);
    await this.#restart;
    await stopServer(this.#site, this.#server, this.#stopPatience);
    this.#onStateChange('stopped');
  }

  #watch(): void {
    const server = this.#server;
    void server.exited.then((ending) => {
      if (this.#stopping.signal.aborted) return;
      this.#site.log.error({ pid: server.pid, ending }, 'PostgreSQL ended unexpectedly; starting it again');
      this.#onStateChange('restarting');
      this.#restart = this.#bringBack();
    });
  }

  async #bringBack(): Promise<void> {
    if (Date.now() - this.#startedAt > STABLE_MS) this.#failures = 0;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS);
      this.#failures += 1;
      try {
        await delay(backoff, undefined, { signal });
        this.#server = await bringUp(this.#site, this.port);
        return this.#announceReturn();
      } catch (error) {
        if (signal.aborted) return;
        this.#site.log.error({ error: errorText(error) }, 'PostgreSQL could not be started again; trying on');
      }
    }
  }

  #announceReturn(): void {
    this.#startedAt = Date.now();
    this.#watch();
    this.#site.log.info({ pid: this.pid, port: this.port }, 'PostgreSQL is back');
    this.#onStateChange('running');
  }

  async #checkLog(): Promise<void> {
    try {
      await rotateLogWhileRunning(this.#site.folder.logFile);
    } catch (error) {
      this.#site.log.warn({ error: errorText(error) }, "PostgreSQL's log could not be rotated");
    }
  }
}
