import type { User } from '@quadrax/client';
import { useSyncExternalStore } from 'react';
import { pageSession } from './api.ts';
import type { SessionState } from './page-session.ts';

export const {
  restore: restoreSession,
  begin: beginSession,
  expect: expectSession,
  signOut,
  switchTenant,
  update: updateUser,
  state: sessionState,
  subscribe: onSession,
} = pageSession;

/** The session, followed. */
export const useSession = (): SessionState => useSyncExternalStore(onSession, sessionState);

/** Who is signed in; undefined on the pages before signing in. */
export function useUser(): User | undefined {
  const state = useSession();
  return 'user' in state ? state.user : undefined;
}

/** Whether the signed-in person is an administrator of the whole platform. */
export const useOperator = (): boolean => useUser()?.platformAdministrator === true;

/** Whether the role of the signed-in person may change things; viewers only read. */
export const useMayWrite = (): boolean => useUser()?.role !== 'VIEWER';

/** Whether the signed-in person administers the tenant. */
export const useIsAdministrator = (): boolean => useUser()?.role === 'ADMIN';
