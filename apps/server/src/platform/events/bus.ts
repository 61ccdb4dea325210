import type { EventName, EventPayload } from '@quadrax/contract';
import { sql } from 'drizzle-orm';
import type { Database, Tx } from '../db/index.ts';

const channel = 'quadrax_events';
/** NOTIFY carries at most 8,000 bytes; a payload above this goes out without its optional result. */
const largest = 7000;

/** One event on its way to every process: `tenant` is the room it is for. */
export interface BusMessage {
  readonly tenant: string;
  readonly event: EventName;
  readonly data: unknown;
}

/**
 * Events cross replicas by NOTIFY: each process hears all of them and hands them to its own connections. Published
 * within a transaction, an event goes out when and only when the transaction commits.
 */
export interface EventBus {
  publish<N extends EventName>(tx: Tx, tenant: string, event: N, data: EventPayload<N>): Promise<void>;
  subscribe(handler: (message: BusMessage) => void): void;
}

const encode = (message: BusMessage): string => {
  const text = JSON.stringify(message);
  if (Buffer.byteLength(text) <= largest) return text;
  const { result: _left, ...rest } = message.data as Record<string, unknown>;
  return JSON.stringify({ ...message, data: rest });
};

export const createEventBus = async (db: Database): Promise<EventBus> => {
  const handlers = new Set<(message: BusMessage) => void>();
  await db.listener.listen(channel, (payload) => {
    const message = JSON.parse(payload) as BusMessage;
    for (const handler of handlers) handler(message);
  });
  return {
    publish: async (tx, tenant, event, data) => {
      await tx.execute(sql`SELECT pg_notify(${channel}, ${encode({ tenant, event, data })})`);
    },
    subscribe: (handler) => {
      handlers.add(handler);
    },
  };
};
