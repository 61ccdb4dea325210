import { Socket } from 'node:net';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from '../log/index.ts';
import { Probe } from './probe.ts';
import type { Found } from './probe.ts';

/** How often it is considered whether to ask the server. */
const lookEveryMs = 100;
/** Where nothing waits for it, it is asked this often. */
const restMs = 1000;
/** With something waiting this long, and no word from the server on anything else, it is asked at once. */
const quietMs = 200;

/** The server cannot be reached: known already, or found out while something waited for it. */
export class ServerAway extends Error {
  constructor() {
    super('The database server is away.');
    this.name = 'ServerAway';
  }
}

interface Waiting {
  readonly since: number;
  readonly giveUp: (reason: ServerAway) => void;
}

/**
 * Knows whether the database answers, so that nobody waits for one that does not. Found away, every connection is
 * broken off, whoever waits is told, and whoever comes is refused at once until it answers again.
 */
export class Availability {
  readonly #probe: Probe;
  readonly #log: Logger;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<Waiting>();
  readonly #timer: NodeJS.Timeout;
  /** 'here' until found otherwise; 'refuses' engages nobody: the connections there are may still be good. */
  #state: 'here' | 'refuses' | 'away' = 'here';
  #doubted = false;
  #heardAt = performance.now();
  #askedAt = 0;
  #asking: Promise<void> | undefined;
  #closed = false;

  constructor(connectionString: string, log: Logger) {
    this.#log = log;
    this.#probe = new Probe(connectionString, () => this.suspect());
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref();
    this.#askOnce();
  }

  /** Whether requests can be served, by what was found last. Costs nothing. */
  get reachable(): boolean {
    return this.#state === 'here' && !this.#doubted;
  }

  /** @throws ServerAway while the server is known to be away */
  require(): void {
    if (this.#state === 'away') throw new ServerAway();
  }

  /** For the connections of pools: one that is broken off when the server is found away. */
  readonly socket = (): Socket => {
    const socket = new Socket();
    this.#sockets.add(socket);
    return socket.once('close', () => this.#sockets.delete(socket));
  };

  /** The server has said something, so it is there. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** A connection broke or could not be made: finds out whether it was that or the server. */
  suspect(): void {
    this.#doubted = true;
    this.#askOnce();
  }

  /**
   * Runs `work` on a connection of `pool`, which it releases. While it runs, the server is watched.
   * @throws ServerAway at once while the server is away, and when it is found away before there is a connection
   */
  async onConnection<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
    this.require();
    const gone = Promise.withResolvers<never>();
    // Once there is a connection, breaking it off is what tells: nobody looks here any more.
    gone.promise.catch(() => {});
    const waiting = { since: performance.now(), giveUp: gone.reject };
    this.#waiting.add(waiting);
    try {
      return await work(await firstOf(pool.connect(), gone.promise));
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#asking;
    await this.#probe.close();
  }

  #look(): void {
    const now = performance.now();
    const oldest = this.#waiting.values().next().value?.since ?? now;
    const quiet = now - Math.max(oldest, this.#heardAt) > quietMs;
    if (quiet || !this.reachable || now - this.#askedAt > restMs) this.#askOnce();
  }

  #askOnce(): void {
    if (!this.#closed) this.#asking ??= this.#ask();
  }

  async #ask(): Promise<void> {
    const asked = performance.now();
    this.#askedAt = asked;
    const found = await this.#probe.ask();
    this.#asking = undefined;
    if (this.#closed) return;
    // Who got an answer meanwhile knows better than a question that got none.
    this.#conclude(found === 'silent' && this.#heardAt > asked ? 'here' : found);
  }

  #conclude(found: Found): void {
    const before = this.#state;
    this.#state = found === 'here' || found === 'refuses' ? found : 'away';
    if (found === 'here') this.#doubted = false;
    if (this.#state === 'away') this.#breakOff();
    if (this.#state === before) return;
    if (this.#state === 'away')
      this.#log.warn(
        { action: 'db.away' },
        'The database does not answer: requests are refused until it does',
      );
    else if (before === 'away') this.#log.info({ action: 'db.back' }, 'The database answers again');
  }

  #breakOff(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const { giveUp } of this.#waiting) giveUp(new ServerAway());
  }
}

/** The connection, unless whoever wants it gives up first: then it goes back when it comes. */
const firstOf = async (connecting: Promise<PoolClient>, gone: Promise<never>): Promise<PoolClient> => {
  try {
    return await Promise.race([connecting, gone]);
  } catch (error) {
    if (error instanceof ServerAway)
      connecting.then(
        (late) => late.release(),
        () => {},
      );
    throw error;
  }
};
