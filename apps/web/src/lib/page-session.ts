import { QuadraxError } from '@quadrax/client';
import type { Session, Tokens, User } from '@quadrax/client';

/**
 * `unknown` until the first refresh has answered; `expired` keeps the user, so that the page can stay. The reason is
 * why the server ended the session, where it says so.
 */
export type SessionState =
  | { status: 'unknown' }
  | { status: 'signed-out'; reason?: string }
  | { status: 'signed-in'; user: User }
  | { status: 'expired'; user: User; reason?: string };

interface Backend {
  refresh(): Promise<Pick<Tokens, 'token' | 'expiresIn'>>;
  /** Who this is in one of their tenants; in none named: at home. */
  me(tenant: string | undefined): Promise<User>;
  /** The tenant that this browser was last in; undefined: home. */
  chosenTenant(): string | undefined;
  chooseTenant(tenant: string | undefined): void;
  /** Ends the session that a token belongs to; the page has forgotten it by then. */
  logout(token: string): Promise<void>;
  /** The same, and every other session of the account. */
  logoutAll(token: string): Promise<void>;
  /** One tab at a time: a refresh token is good for one use, and two tabs share one cookie. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Remembers that a cookie was given, so that a first visit asks nothing. */
  remember(signedIn: boolean): void;
  remembered(): boolean;
  now(): number;
}

/** Whether a call was refused because the account is no member of the tenant that it was made in. */
export const isForeignTenant = (error: unknown): boolean =>
  error instanceof QuadraxError && error.code === 'TENANT_FORBIDDEN';

/** Why the server says that the session has ended; undefined where it does not say. */
const reasonOf = ({ code, details, message }: QuadraxError): string | undefined =>
  code === 'TOKEN_REUSED' ? message : details.find(({ field }) => field === 'session')?.message;

/** How long before its end an access token is renewed, in milliseconds. */
const RENEW_AHEAD = 30_000;

/**
 * The session of a page: access token in memory only, renewed by the HttpOnly cookie, one refresh at a time.
 */
export function createSession(backend: Backend) {
  let state: SessionState = { status: 'unknown' };
  let token: string | undefined;
  let expiresAt = 0;
  let running: Promise<string | undefined> | undefined;
  const listeners = new Set<() => void>();

  const enter = (next: SessionState) => {
    state = next;
    if (next.status !== 'signed-in') token = undefined;
    for (const listener of listeners) listener();
  };
  const hold = (tokens: Pick<Tokens, 'token' | 'expiresIn'>) => {
    token = tokens.token;
    expiresAt = backend.now() + tokens.expiresIn * 1000;
  };
  const end = (error: QuadraxError) => {
    const reason = reasonOf(error);
    backend.remember(false);
    enter({
      ...('user' in state ? { status: 'expired', user: state.user } : { status: 'signed-out' }),
      ...(reason !== undefined && { reason }),
    });
  };

  /** Who this is in the tenant that was chosen; one that no longer lets them in is forgotten. */
  const whoami = async (): Promise<User> => {
    const chosen = backend.chosenTenant();
    try {
      return await backend.me(chosen);
    } catch (error) {
      if (chosen === undefined || !isForeignTenant(error)) throw error;
      backend.chooseTenant(undefined);
      return backend.me(undefined);
    }
  };

  const refresh = (): Promise<string | undefined> => {
    running ??= backend
      .exclusively(async () => {
        hold(await backend.refresh());
        return token;
      })
      .catch((error: unknown) => {
        if (!(error instanceof QuadraxError) || error.status < 400 || error.status >= 500) throw error;
        if (error.status === 429) throw error;
        end(error);
        return undefined;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  return {
    state: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return (): void => {
        listeners.delete(listener);
      };
    },
    /** A token good for a call now; renewed first when it is about to end. Undefined when signed out. */
    async current(): Promise<string | undefined> {
      if (token === undefined || backend.now() < expiresAt - RENEW_AHEAD) return token;
      // While the old one still lives, a failed renewal must not fail the call.
      return refresh().catch((error: unknown) => {
        if (backend.now() < expiresAt) return token;
        throw error;
      });
    },
    /** A token other than the one that was refused. Undefined when the session is over. */
    async renew(refused: string): Promise<string | undefined> {
      if (token !== undefined && token !== refused) return token;
      return refresh();
    },
    /** Takes up a session the cookie remembers. Leaves `unknown` behind, whatever the outcome. */
    async restore(): Promise<void> {
      if (!backend.remembered()) return enter({ status: 'signed-out' });
      const fresh = await refresh();
      if (fresh === undefined)
        return state.status === 'expired' ? enter({ status: 'signed-out' }) : undefined;
      enter({ status: 'signed-in', user: await whoami() });
    },
    /** Takes up what a sign-in answered with, in the tenant that was chosen before. */
    async begin(session: Session): Promise<void> {
      hold(session);
      backend.remember(true);
      const atHome = [undefined, session.user.tenantId].includes(backend.chosenTenant());
      enter({ status: 'signed-in', user: atHome ? session.user : await whoami() });
    },
    /** Somebody goes to sign in elsewhere and comes back with a cookie, which is then to be looked for. */
    expect(): void {
      backend.remember(true);
    },
    /** The account has changed, not who is signed in. */
    update(user: User): void {
      if (state.status === 'signed-in') enter({ status: 'signed-in', user });
    },
    /**
     * Goes into another tenant of the account; undefined: home.
     * @param ready what is to be done before, once it is sure that one is let in
     * @throws QuadraxError TENANT_FORBIDDEN, and everything stays
     */
    async switchTenant(tenant: string | undefined, ready?: () => Promise<void>): Promise<void> {
      const user = await backend.me(tenant);
      await ready?.();
      if (state.status !== 'signed-in') return;
      backend.chooseTenant(tenant);
      enter({ status: 'signed-in', user });
    },
    /** Ends this session, or with it all others of the account. The page forgets it first, and asks nothing more. */
    async signOut({ everywhere = false } = {}): Promise<void> {
      const last = token;
      backend.remember(false);
      enter({ status: 'signed-out' });
      if (last !== undefined) await (everywhere ? backend.logoutAll(last) : backend.logout(last));
    },
  };
}
