import { Client, escapeIdentifier } from 'pg';
import type { Logger } from '../log/index.ts';

type Handler = (payload: string) => void;

/** How often the connection is asked for a sign of life, and how long it may take to answer before it is in doubt. */
export interface Pulse {
  readonly everyMs: number;
  readonly timeoutMs: number;
}

/** Within a second it must be known that nothing is heard any more: so long a role that was taken away may still count. */
const usualPulse: Pulse = { everyMs: 500, timeoutMs: 400 };
/** How long the server may take to let a connection in. */
const connectMs = 5000;

/** A session of the database server, told apart from a later one with the same process id. */
interface Session extends Record<string, unknown> {
  readonly pid: number;
  readonly since: string;
}

/**
 * One connection that hears NOTIFY and holds this process's advisory lock. It is made anew when it breaks, or when it
 * is silently dead; whoever caches what it hears about is told of the gap.
 */
export class Listener {
  readonly #connectionString: string;
  readonly #log: Logger;
  readonly #pulse: Pulse;
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #onReconnect = new Set<() => void>();
  #lock: string | undefined;
  #client: Client | undefined;
  /** Asked, and silent for too long. */
  #doubted: Client | undefined;
  #answers = 0;
  /** Asks whether the server lets anyone in while the other is in doubt. */
  #probe: Client | undefined;
  #session: Session | undefined;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  #nextLook: NodeJS.Timeout | undefined;

  constructor(connectionString: string, log: Logger, pulse = usualPulse) {
    this.#connectionString = connectionString;
    this.#log = log;
    this.#pulse = pulse;
  }

  async start(): Promise<void> {
    const client = new Client({
      connectionString: this.#connectionString,
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
      application_name: 'quadrax listener',
    });
    client.on('notification', ({ channel, payload }) => {
      for (const handler of this.#handlers.get(channel) ?? []) handler(payload ?? '');
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    try {
      await client.connect();
      this.#lookAgain(client);
      await this.#succeed(client);
      for (const channel of this.#handlers.keys()) await client.query(`LISTEN ${escapeIdentifier(channel)}`);
      if (this.#lock !== undefined) await client.query('SELECT pg_advisory_lock($1)', [this.#lock]);
    } catch (error) {
      clearTimeout(this.#nextLook);
      await client.end().catch(() => {});
      throw error;
    }
    // Closed while it was being made: nobody else will end it.
    if (this.#closed) {
      clearTimeout(this.#nextLook);
      await client.end();
    } else this.#client = client;
  }

  /** Ends the session before, which the server may take for alive long after its connection died: it has the lock. */
  async #succeed(client: Client): Promise<void> {
    if (this.#session)
      await client.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2',
        [this.#session.pid, this.#session.since],
      );
    const { rows } = await client.query<Session>(
      'SELECT pid, backend_start::text AS since FROM pg_stat_activity WHERE pid = pg_backend_pid()',
    );
    this.#session = rows[0];
  }

  /** A connection may die with no word of it: a firewall that forgets, a cable that is pulled. So it is asked. */
  #lookAgain(client: Client, waitMs = this.#pulse.everyMs): void {
    this.#nextLook = setTimeout(() => {
      // One that is still being made may wait for the lock of the one before.
      const patienceMs = this.#client === client ? this.#pulse.timeoutMs : connectMs;
      let late = false;
      const silence = setTimeout(() => {
        late = true;
        void this.#doubt(client);
      }, patienceMs);
      client
        .query('SELECT 1')
        .then(() => {
          this.#answers++;
          // What was said before a prompt answer was heard before it. A late one may itself be from before.
          if (!late && this.#doubted === client) this.#doubted = undefined;
          if (!this.#closed) this.#lookAgain(client, late ? 0 : this.#pulse.everyMs);
        })
        // That it broke is told by its events.
        .catch(() => {})
        .finally(() => clearTimeout(silence));
    }, waitMs).unref();
  }

  /**
   * From now on nobody relies on it. It is not given up, and the lock with it, while the server or this process may only
   * be slow: that is so as long as the server does not let another one in either.
   */
  async #doubt(client: Client): Promise<void> {
    this.#doubted = client;
    const before = this.#answers;
    const probe = new Client({
      connectionString: this.#connectionString,
      connectionTimeoutMillis: connectMs,
      application_name: 'quadrax probe',
    });
    probe.on('error', () => {});
    this.#probe = probe;
    await probe.connect().catch(() => {});
    if (this.#answers === before) client.connection.stream.destroy();
    await probe.end().catch(() => {});
  }

  #lost(client: Client): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = undefined;
    clearTimeout(this.#nextLook);
    this.#log.warn({ action: 'db.listener_lost' }, 'The listening connection broke; connecting again');
    this.#reconnect(100);
  }

  #reconnect(waitMs: number): void {
    this.#retry = setTimeout(() => {
      if (this.#closed) return;
      this.start().then(
        () => {
          if (this.#closed) return;
          for (const handler of this.#onReconnect) handler();
        },
        () => this.#reconnect(Math.min(waitMs * 2, 2000)),
      );
    }, waitMs);
  }

  /** Whether what is said now is heard: else nobody may answer from what was heard before. */
  get connected(): boolean {
    return this.#client !== undefined && this.#doubted !== this.#client;
  }

  /** Hears a channel from now on, over reconnections too. */
  async listen(channel: string, handler: Handler): Promise<void> {
    const handlers = this.#handlers.get(channel);
    if (handlers) {
      handlers.add(handler);
      return;
    }
    this.#handlers.set(channel, new Set([handler]));
    await this.#client?.query(`LISTEN ${escapeIdentifier(channel)}`);
  }

  /** Told after each gap in which notifications were missed. */
  onReconnect(handler: () => void): void {
    this.#onReconnect.add(handler);
  }

  /** Holds an advisory lock for as long as this process and its connection live. */
  async hold(lock: string): Promise<void> {
    this.#lock = lock;
    await this.#client?.query('SELECT pg_advisory_lock($1)', [lock]);
  }

  /** Does something under a further advisory lock, unless somebody else has it. @returns whether it was done */
  async under(lock: string, work: () => Promise<void>): Promise<boolean> {
    const client = this.#client;
    if (!client) return false;
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [lock]);
    if (rows[0]?.mine !== true) return false;
    try {
      await work();
      return true;
    } finally {
      // Where the connection broke meanwhile, the lock went with it.
      await client.query('SELECT pg_advisory_unlock($1)', [lock]).catch(() => {});
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#nextLook);
    this.#probe?.connection.stream.destroy();
    const client = this.#client;
    if (!client) return;
    // One that is silently dead does not say goodbye.
    const impatience = setTimeout(() => client.connection.stream.destroy(), this.#pulse.timeoutMs);
    await client.end();
    clearTimeout(impatience);
  }
}
