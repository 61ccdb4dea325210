import type { EventName, EventPayload } from '@quadrax/contract';
import { sql } from 'drizzle-orm';
import type { Broadcast } from '../broadcast/index.ts';
import type { Database, Tx } from '../db/index.ts';

const channel = 'quadrax_events';
const topic = 'events';
/** NOTIFY carries at most 8,000 bytes; a payload above this goes out without its optional result. */
const largest = 7000;

/** One event on its way to every process, for members of a tenant. */
export interface BusMessage {
  readonly tenant: string;
  /** Whose doing it is, where that is known. */
  readonly account?: string | null | undefined;
  readonly event: EventName;
  readonly data: unknown;
}

/** Events cross replicas: each process hears all of them and hands them to its own connections. */
export interface EventBus {
  /** A fact: goes out by NOTIFY when and only when the transaction commits. */
  publish<N extends EventName>(
    tx: Tx,
    tenant: string,
    event: N,
    data: EventPayload<N>,
    account?: string | null,
  ): Promise<void>;
  /** Something that nobody misses if it is lost, such as progress. Settles when it is under way, and never fails. */
  hint<N extends EventName>(
    tenant: string,
    event: N,
    data: EventPayload<N>,
    account?: string | null,
  ): Promise<void>;
  subscribe(handler: (message: BusMessage) => void): void;
}

const encode = (message: BusMessage): string => {
  const text = JSON.stringify(message);
  if (Buffer.byteLength(text) <= largest) return text;
  const { result: _left, ...rest } = message.data as Record<string, unknown>;
  return JSON.stringify({ ...message, data: rest });
};

export const createEventBus = async (db: Database, broadcast: Broadcast): Promise<EventBus> => {
  const handlers = new Set<(message: BusMessage) => void>();
  const deliver = (message: BusMessage): void => {
    for (const handler of handlers) handler(message);
  };
  await db.listener.listen(channel, (payload) => deliver(JSON.parse(payload) as BusMessage));
  broadcast.subscribe(topic, (data) => deliver(data as BusMessage));
  return {
    publish: async (tx, tenant, event, data, account) => {
      await tx.execute(sql`SELECT pg_notify(${channel}, ${encode({ tenant, event, data, account })})`);
    },
    hint: (tenant, event, data, account) => {
      const message = { tenant, event, data, account };
      deliver(message);
      return broadcast.publish(topic, message);
    },
    subscribe: (handler) => {
      handlers.add(handler);
    },
  };
};
