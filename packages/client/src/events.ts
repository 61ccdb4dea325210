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
  readonly tenant: string | undefined;
  readonly session: Pick<ClientSession, 'token' | 'another'>;
}

type Handler = (payload: never) => void;

interface Listeners {
  wanted(): boolean;
  receive(name: string, payload: unknown): void;
  changed(connection: EventsConnection): void;
}

/** A connection that comes back with a new token where the server ends or refuses it for the old one. */
const connect = async (
  { address, tenant, session }: EventsOptions,
  { wanted, receive, changed }: Listeners,
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
          answer({ token, ...(tenant !== undefined && { tenant }) });
        },
        () => answer({}),
      );
    },
  });
  let closed = false;
  const renewed = async (): Promise<boolean> =>
    sent !== undefined && (await session.another(sent).catch(() => undefined)) !== undefined;
  socket.on('connect', () => {
    changed({ connected: true, missed: before });
    before = true;
    refused = false;
  });
  socket.on('disconnect', (reason) => {
    changed({ connected: false, missed: false });
    closed = reason === 'io client disconnect';
    if (reason === 'io server disconnect') void renewed().then(() => closed || socket.connect());
  });
  socket.on('connect_error', () => {
    // Active: it tries again by itself. A token that is refused too is not worth a third.
    if (socket.active || refused) return;
    refused = true;
    void renewed().then((again) => again && !closed && socket.connect());
  });
  socket.onAny((name: string, ...payload: unknown[]) => receive(name, payload[0]));
  return socket;
};
