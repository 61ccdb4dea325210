import type { EventName, EventPayload } from '@quadrax/client';
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { api } from './api.ts';
import { useSession } from './session.ts';

/** Runs `handler` after a gap in which events were not heard; the function it returns ends that. */
export const onMissedEvents = (handler: () => void): (() => void) =>
  api.events.onConnection(({ missed }) => {
    if (missed) handler();
  });

/**
 * Runs `handler` when the connection of events has ended, as the server ends that of whoever's rights have changed.
 * Not at once where there was none yet.
 */
export const onLostConnection = (handler: () => void): (() => void) =>
  api.events.onConnection(({ connected }) => {
    if (!connected) handler();
  });

/** Runs `handler` for each event of that name while the component is shown and someone is signed in. */
export function useEvent<N extends EventName>(name: N, handler: (payload: EventPayload<N>) => void): void {
  const latest = useEffectEvent(handler);
  const signedIn = useSession().status === 'signed-in';
  useEffect(
    () => (signedIn ? api.events.on(name, (payload) => latest(payload)) : undefined),
    [name, signedIn],
  );
}

/** Whether events arrive now. Pages that wait for something ask by themselves while they do not. */
export const useLive = (): boolean => useSyncExternalStore(api.events.onConnection, api.events.connected);
