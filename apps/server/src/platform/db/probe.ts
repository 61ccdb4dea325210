import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { within } from '../deadline/index.ts';

/** The longest that an answer, or the making of a connection to ask on, may take. */
const answerMs = 400;
const connectMs = 1000;

/** What the server did when it was asked: answered, turned us away, was not there, or said nothing in time. */
export type Found = 'here' | 'refuses' | 'gone' | 'silent';

/** Codes of a server that is stopping or starting; with any other error it answers, but not us. */
const stopping = new Set(['57P01', '57P02', '57P03']);

/** Asks the server whether it is there, on a connection kept for that. */
export class Probe {
  readonly #connectionString: string;
  readonly #onLost: () => void;
  #client: Client | undefined;

  constructor(connectionString: string, onLost: () => void) {
    this.#connectionString = connectionString;
    this.#onLost = onLost;
  }

  async ask(): Promise<Found> {
    return this.#client ? this.#askOn(this.#client) : this.#connect();
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  async #connect(): Promise<Found> {
    const socket = new Socket();
    const client = new Client({
      connectionString: this.#connectionString,
      application_name: 'quadrax probe',
      stream: () => socket,
    });
    client.on('error', () => this.#lost(client));
    const found = await foundWithin(connectMs, client.connect());
    // A client that never connected has no other way to be ended.
    if (found === 'here') this.#client = client;
    else socket.destroy();
    return found;
  }

  async #askOn(client: Client): Promise<Found> {
    const found = await foundWithin(answerMs, client.query('SELECT 1'));
    if (found === 'here') return found;
    this.#client = undefined;
    // With a question unanswered the connection is broken off, not closed in order.
    client.end().catch(() => {});
    return found;
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#onLost();
  }
}

const foundWithin = (milliseconds: number, answer: Promise<unknown>): Promise<Found> => {
  const outcome = answer.then(
    (): Found => 'here',
    (error: unknown): Found =>
      error instanceof DatabaseError && !stopping.has(error.code ?? '') ? 'refuses' : 'gone',
  );
  // Where this process was busy the answer may be here already, unread: it is given a turn to be read.
  return within(milliseconds, outcome, () => nextTurn<Found>('silent'));
};
