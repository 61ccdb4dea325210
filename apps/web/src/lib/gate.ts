import { redirect } from '@tanstack/react-router';
import { restoreSession, sessionState } from './session.ts';

let restoring: Promise<void> | undefined;

/** Takes up the session once for the whole app. A failure (the server is away) may be tried again. */
export async function knowSession(): Promise<void> {
  if (sessionState().status !== 'unknown') return;
  restoring ??= restoreSession().finally(() => {
    restoring = undefined;
  });
  await restoring;
}

/** Lets signed-in people through; sends others to the sign-in page, which brings them back. */
export async function requireSession(location: { href: string }): Promise<void> {
  await knowSession();
  if (sessionState().status !== 'signed-out') return;
  throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { from: location.href } });
}
