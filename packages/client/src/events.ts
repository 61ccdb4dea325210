import type { EventName, EventPayload } from '@quadrax/contract';
import type { Socket } from 'socket.io-client';
import type { ClientSession } from './session.ts';

export type { EventName, EventPayload } from '@quadrax/contract';

export interface EventsConnection {
  readonly connected: boolean;
  /** It is back after a gap: what happened meanwhile was not heard. */
  readonly missed: boolean;
}

/** What the server pushes. A connection is held while anyone listens. */
export interface Events {
  /** Listens to an event; the function it returns ends that. */
  on<N extends EventName>(name: N, handler: (payload: EventPayload<N>) => void): () => void;
  /** Whether events arrive at this moment; while they do not, ask. */
  connected(): boolean;
  /** Follows the connection, without asking for one; the function it returns ends that. */
  onConnection(handler: (connection: EventsConnection) => void): () => void;
}

export interface EventsOptions {
  readonly address: string;
  /** Asked each time the connection opens. */
  readonly tenant: () => string | undefined;
  readonly session: Pick<ClientSession, 'token' | 'another'>;
}

type Handler = (payload: never) => void;

interface Listeners {
  wanted(): boolean;
  /** Whether this is the connection that is held. */
  holds(socket: Socket): boolean;
  receive(name: string, payload: unknown): void;
  changed(connection: EventsConnection): void;
}

/** A connection that comes back with a new token where the server ends or refuses it for the old one. */
const connect = async (
  { address, tenant, session }: EventsOptions,
  { wanted, holds, receive, changed }: Listeners,
): Promise<Socket | undefined> => {
  // Loaded only for those who listen.
  const { io } = await import('socket.io-client');
  if (!wanted()) return undefined;
  let sent: string | undefined;
  let before = false;
  let refused = false;
  const socket = io(address, {
    transports: ['websocket'],
    auth: (answer) => {
      session.token().then(
        (token) => {
          sent = token;
          const chosen = tenant();
          answer({ token, ...(chosen !== undefined && { tenant: chosen }) });
        },
        () => answer({}),
      );
    },
  });
  const renewed = async (): Promise<boolean> =>
    sent !== undefined && (await session.another(sent).catch(() => undefined)) !== undefined;
  socket.on('connect', () => {
    changed({ connected: true, missed: before });
    before = true;
    refused = false;
  });
  socket.on('disconnect', (reason) => {
    changed({ connected: false, missed: false });
    // The server ends a connection when its token does: a new one brings a new token.
    if (reason === 'io server disconnect') void renewed().then(() => holds(socket) && socket.connect());
  });
  socket.on('connect_error', () => {
    // Active: it tries again by itself. Where a new token is refused too, another would be no better.
    if (socket.active || refused) return;
    refused = true;
    void renewed().then((again) => again && holds(socket) && socket.connect());
  });
  socket.onAny((name: string, ...payload: unknown[]) => receive(name, payload[0]));
  return socket;
};

export const createEvents = (options: EventsOptions): Events => {
  const handlers = new Map<string, Set<Handler>>();
  const watchers = new Set<(connection: EventsConnection) => void>();
  let socket: Socket | undefined;
  let opening: Promise<void> | undefined;

  const open = async (): Promise<void> => {
    socket = await connect(options, {
      wanted: () => handlers.size > 0,
      holds: (one) => one === socket,
      receive: (name, payload) => {
        for (const handler of handlers.get(name) ?? []) handler(payload as never);
      },
      changed: (connection) => {
        for (const watcher of watchers) watcher(connection);
      },
    });
  };
  const close = (): void => {
    const held = socket;
    socket = undefined;
    held?.disconnect();
  };
  return {
    on: (name, handler) => {
      const known = handlers.get(name) ?? new Set<Handler>();
      handlers.set(name, known.add(handler));
      // Without a connection nothing is lost but time: whoever waits also asks.
      if (!socket)
        opening ??= open()
          .catch(() => {})
          .finally(() => {
            opening = undefined;
            if (handlers.size === 0) close();
          });
      return () => {
        known.delete(handler);
        if (known.size === 0 && handlers.get(name) === known) handlers.delete(name);
        if (handlers.size === 0) close();
      };
    },
    connected: () => socket?.connected ?? false,
    onConnection: (handler) => {
      watchers.add(handler);
      return () => {
        watchers.delete(handler);
      };
    },
  };
};
