import { errorOf, unreachable } from './error.ts';
import type { Session } from './generated/nouns.ts';

export interface Tokens {
  readonly token: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** A session kept outside of the client, as that of a page whose tabs share a cookie. */
export interface TokenKeeper {
  /** A token that is good now; undefined: not signed in. */
  current(): Promise<string | undefined>;
  /** Another token than the one that the server refused; undefined: the session is over. */
  renew(refused: string): Promise<string | undefined>;
}

export type TokenSource = string | (() => string | undefined | Promise<string | undefined>) | TokenKeeper;

export interface SessionOptions {
  /** An access token, or what gives or keeps one; it is asked before each call, and again when the server says 401. */
  readonly token?: TokenSource | undefined;
  /** Starts signed in: the first call exchanges it for an access token. */
  readonly refreshToken?: string | undefined;
  /** In a browser on the server's own origin: the refresh token stays in its HttpOnly cookie, out of reach of scripts. */
  readonly cookies?: boolean | undefined;
  /** Told of every change, so that a program can keep the refresh token; undefined: signed out. */
  readonly onTokens?: ((tokens: Tokens | undefined) => void) | undefined;
}

/** Who the client is signed in as, kept in memory. */
export interface ClientSession {
  /** A token that is good now, renewed where need be; undefined: not signed in. */
  token(): Promise<string | undefined>;
  /** Another token than the one that was refused, if there is one. */
  another(refused: string): Promise<string | undefined>;
  adopt(tokens: Tokens): void;
  clear(): void;
  /** Exchanges the refresh token, once for all who ask at the same time. @throws QuadraxError */
  renew(): Promise<Tokens>;
  /** Sends with a token; once more with a new one where the server answers 401. */
  send(attempt: (token: string | undefined) => Promise<Response>): Promise<Response>;
}

interface Wiring extends SessionOptions {
  readonly api: string;
  /** @throws QuadraxError UNREACHABLE */
  readonly dispatch: (request: Request) => Promise<Response>;
}

/** A token is renewed this long before its end, so that it does not end on its way. */
const marginMs = 30_000;

/** A `fetch` that says where no answer came from. */
export const dispatcher =
  (given: typeof fetch | undefined, address: string) =>
  async (request: Request): Promise<Response> => {
    try {
      return await (given ?? globalThis.fetch)(request);
    } catch (error) {
      throw unreachable(address, error);
    }
  };

export const createSession = (options: Wiring): ClientSession => {
  const { token: source, cookies = false, onTokens } = options;
  let held: { token: string; endsAt: number } | undefined;
  let { refreshToken } = options;
  let renewal: Promise<Tokens> | undefined;

  const adopt = (tokens: Tokens): void => {
    held = { token: tokens.token, endsAt: Date.now() + tokens.expiresIn * 1000 };
    // Where a cookie keeps it, scripts do not.
    refreshToken = cookies ? undefined : tokens.refreshToken;
    onTokens?.(tokens);
  };
  const clear = (): void => {
    held = undefined;
    refreshToken = undefined;
    onTokens?.(undefined);
  };
  const exchange = async (): Promise<Tokens> => {
    const body = cookies ? {} : { refreshToken };
    const response = await options.dispatch(
      new Request(`${options.api}/auth/refresh`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        credentials: cookies ? 'same-origin' : 'omit',
        body: JSON.stringify(body),
      }),
    );
    const reply = (await response.json().catch(() => undefined)) as { data: Tokens } | undefined;
    if (!response.ok || !reply) {
      if (response.status === 401) clear();
      throw errorOf(response, reply);
    }
    adopt(reply.data);
    return reply.data;
  };
  const renew = (): Promise<Tokens> => {
    renewal ??= exchange().finally(() => {
      renewal = undefined;
    });
    return renewal;
  };
  const renewable = (): boolean => source === undefined && (refreshToken !== undefined || cookies);
  const token = async (): Promise<string | undefined> => {
    if (typeof source === 'string') return source;
    if (source !== undefined) return typeof source === 'function' ? source() : source.current();
    if (renewable() && (!held || held.endsAt - marginMs < Date.now())) {
      // With cookies nobody knows beforehand whether there is a session: without one the call goes out as it is.
      const renewed = cookies ? await renew().catch(() => undefined) : await renew();
      return renewed?.token;
    }
    return held?.token;
  };
  const another = async (refused: string): Promise<string | undefined> => {
    if (typeof source === 'object') return source.renew(refused);
    if (source !== undefined) {
      const next = typeof source === 'function' ? await source() : undefined;
      return next === refused ? undefined : next;
    }
    if (held && held.token !== refused) return held.token;
    return renewable() ? (await renew().catch(() => undefined))?.token : undefined;
  };
  return {
    token,
    another,
    adopt,
    clear,
    renew,
    send: async (attempt) => {
      const first = await token();
      const response = await attempt(first);
      if (response.status !== 401 || first === undefined) return response;
      const next = await another(first);
      return next === undefined ? response : attempt(next);
    },
  };
};

/** The tokens of a session as sign-in answers it. */
export const tokensOf = ({ token, refreshToken, expiresIn }: Session): Tokens => ({
  token,
  refreshToken,
  expiresIn,
});
