import { Client, escapeIdentifier } from 'pg';
import type { Logger } from '../log/index.ts';

type Handler = (payload: string) => void;

/**
 * One connection that hears NOTIFY and holds this process's advisory lock. It is made anew when it breaks; whoever
 * caches what it hears about is told of the gap.
 */
export class Listener {
  readonly #connectionString: string;
  readonly #log: Logger;
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #onReconnect = new Set<() => void>();
  #lock: string | undefined;
  #client: Client | undefined;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(connectionString: string, log: Logger) {
    this.#connectionString = connectionString;
    this.#log = log;
  }

  async start(): Promise<void> {
    const client = new Client({
      connectionString: this.#connectionString,
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
      for (const channel of this.#handlers.keys()) await client.query(`LISTEN ${escapeIdentifier(channel)}`);
      if (this.#lock !== undefined) await client.query('SELECT pg_advisory_lock($1)', [this.#lock]);
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    // Closed while it was being made: nobody else will end it.
    if (this.#closed) await client.end();
    else this.#client = client;
  }

  #lost(client: Client): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = undefined;
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

  get connected(): boolean {
    return this.#client !== undefined;
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

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#client?.end();
  }
}
