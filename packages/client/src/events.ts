import type { EventName, EventPayload } from '@quadrax/contract';
import type { Socket } from 'socket.io-client';

export type { EventName, EventPayload } from '@quadrax/contract';

/** What the server pushes. A connection is held while anyone listens. */
export interface Events {
  /** Listens to an event; the function it returns ends that. */
  on<N extends EventName>(name: N, handler: (payload: EventPayload<N>) => void): () => void;
  /** Whether events arrive at this moment; while they do not, ask. */
  connected(): boolean;
}

export interface EventsOptions {
  readonly address: string;
  readonly tenant: string | undefined;
  readonly token: () => Promise<string | undefined>;
}

type Handler = (payload: never) => void;

/** Loaded only for those who listen. */
const connect = async ({ address, tenant, token }: EventsOptions): Promise<Socket> => {
  const { io } = await import('socket.io-client');
  return io(address, {
    transports: ['websocket'],
    auth: (answer) => {
      token().then(
        (value) => answer({ token: value, ...(tenant !== undefined && { tenant }) }),
        () => answer({}),
      );
    },
  });
};

export const createEvents = (options: EventsOptions): Events => {
  const handlers = new Map<string, Set<Handler>>();
  let socket: Socket | undefined;
  let opening: Promise<void> | undefined;

  const open = async (): Promise<void> => {
    const opened = await connect(options);
    if (handlers.size === 0) return void opened.disconnect();
    socket = opened;
    opened.onAny((name: string, ...payload: unknown[]) => {
      for (const handler of handlers.get(name) ?? []) handler(payload[0] as never);
    });
    // The server ends a connection when its token does: a new one brings a new token.
    opened.on('disconnect', (reason) => {
      if (reason === 'io server disconnect' && socket === opened) opened.connect();
    });
  };
  const close = (): void => {
    socket?.disconnect();
    socket = undefined;
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
          });
      return () => {
        known.delete(handler);
        if (known.size === 0 && handlers.get(name) === known) handlers.delete(name);
        if (handlers.size === 0) close();
      };
    },
    connected: () => socket?.connected ?? false,
  };
};
