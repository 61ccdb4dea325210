import type { EventName, EventPayload } from '@quadrax/contract';
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { Socket } from 'socket.io-client';
import { currentToken, onSession, renewToken, sessionState } from './session.ts';

type Handler<N extends EventName> = (payload: EventPayload<N>) => void;

const handlers = new Map<string, Set<(payload: never) => void>>();
const statusListeners = new Set<() => void>();
let socket: Socket | undefined;
let live = false;
let onReconnect: () => void = () => undefined;

const setLive = (next: boolean) => {
  if (live === next) return;
  live = next;
  for (const listener of statusListeners) listener();
};

async function open(): Promise<void> {
  const { io } = await import('socket.io-client');
  if (socket !== undefined || sessionState().status !== 'signed-in') return;
  let used: string | undefined;
  let connectedBefore = false;
  const opened = io({
    path: '/socket.io',
    transports: ['websocket'],
    auth: (give) => {
      currentToken().then(
        (token) => {
          used = token;
          give({ token });
        },
        () => give({}),
      );
    },
  });
  socket = opened;
  opened.on('connect', () => {
    setLive(true);
    // Whatever happened while the line was down was not heard.
    if (connectedBefore) onReconnect();
    connectedBefore = true;
  });
  opened.on('disconnect', (reason) => {
    setLive(false);
    if (reason === 'io server disconnect') void reopen(opened, used);
  });
  opened.on('connect_error', () => {
    setLive(false);
    if (!opened.active) void reopen(opened, used);
  });
  opened.onAny((name: string, payload: unknown) => {
    for (const handler of handlers.get(name) ?? []) handler(payload as never);
  });
}

/** The server closed the line or refused the token: come back with a new one, if the session still lives. */
async function reopen(refused: Socket, used: string | undefined): Promise<void> {
  const token = used === undefined ? await currentToken() : await renewToken(used).catch(() => undefined);
  if (token !== undefined && socket === refused) refused.connect();
}

function close(): void {
  socket?.disconnect();
  socket = undefined;
  setLive(false);
}

/** Keeps the line open while someone is signed in. `missed` runs after a gap in which events were not heard. */
export function startEvents(missed: () => void): () => void {
  onReconnect = missed;
  const follow = () => {
    if (sessionState().status === 'signed-in') void open();
    else close();
  };
  follow();
  const stop = onSession(follow);
  return () => {
    stop();
    close();
  };
}

/** Runs `handler` for each event of that name while the component is shown. */
export function useEvent<N extends EventName>(name: N, handler: Handler<N>): void {
  const latest = useEffectEvent(handler);
  useEffect(() => {
    const listener = (payload: EventPayload<N>) => latest(payload);
    const group = handlers.get(name) ?? new Set();
    handlers.set(name, group);
    group.add(listener);
    return () => {
      group.delete(listener);
    };
  }, [name]);
}

/** Whether events arrive now. Pages that wait for something ask by themselves while they do not. */
export const useLive = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      statusListeners.add(listener);
      return () => statusListeners.delete(listener);
    },
    () => live,
  );
