import { createClient, QuadraxError } from '@quadrax/client';
import type { QuadraxClient, Tokens } from '@quadrax/client';
import type { Command } from 'commander';
import { currentServer, forgetProfile, profileOf, renewProfile } from './credentials.ts';
import { environment } from './environment.ts';
import { CliError, exitCodes } from './failure.ts';

export interface ConnectionOptions {
  readonly url?: string;
  readonly token?: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

const defaultUrl = 'http://localhost:3001';
/** A token is renewed this long before its end. */
const marginMs = 60_000;
/** How long a server may take for its first word. */
const patienceMs = 5_000;

/** The options of every command that speaks to a server; `json` where its flag takes a value too. */
export const connected = (command: Command, json = '--json'): Command =>
  command
    .option(
      '--url <address>',
      `address of the server (QUADRAX_URL; else of the last sign-in, else ${defaultUrl})`,
    )
    .option('--token <token>', 'access token to use instead of the sign-in (QUADRAX_TOKEN)')
    .option('--tenant <tenant>', 'workspace (tenant) to work in, by id or short name (QUADRAX_TENANT)')
    .option(json, 'print one JSON value');

/** The server's address, without a slash at its end. */
export const serverUrl = ({ url }: Pick<ConnectionOptions, 'url'>): string => {
  const given = url ?? environment['QUADRAX_URL'] ?? currentServer() ?? defaultUrl;
  if (!URL.canParse(given) || !/^https?:/.test(given))
    throw new CliError(`"${given}" is no address of a server. Give one such as ${defaultUrl}.`);
  return given.replace(/\/+$/, '');
};

/** Returns once the server has answered. @throws where nobody answers, at the latest after a few seconds */
export const reachServer = async (url: string): Promise<void> => {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  try {
    // Given to fetch itself: Node forgets the signal of a request that is made beforehand when memory is tidied up.
    const answered: typeof fetch = (request) => fetch(request, { signal: patience.signal });
    await createClient({ baseUrl: url, fetch: answered }).operations.health();
  } catch (error) {
    if (!patience.signal.aborted) throw error;
    throw new CliError(
      `The server at ${url} did not answer within ${patienceMs / 1000} seconds. Check the address and that the server runs.`,
      'UNREACHABLE',
      exitCodes.unreachable,
    );
  } finally {
    clearTimeout(timer);
  }
};

/** What a profile keeps of new tokens. */
export const kept = ({ token, refreshToken, expiresIn }: Tokens) => ({
  token,
  refreshToken,
  endsAt: Date.now() + expiresIn * 1000,
});

const renewed = async (url: string, refreshToken: string): Promise<string> => {
  try {
    const tokens = await createClient({ baseUrl: url }).auth.refresh({ refreshToken });
    renewProfile(url, kept(tokens));
    return tokens.token;
  } catch (error) {
    if (!(error instanceof QuadraxError) || error.status !== 401) throw error;
    // Another command of this person may have renewed it in between.
    const present = profileOf(url);
    if (present && present.refreshToken !== refreshToken) return present.token;
    forgetProfile(url);
    throw error;
  }
};

/** Gives the token of the sign-in kept for a server, renewed where need be, once for all who ask at the same time. */
const tokenFrom = (url: string): (() => Promise<string>) => {
  let renewal: Promise<string> | undefined;
  return async () => {
    const profile = profileOf(url);
    if (!profile)
      throw new CliError(
        `Nobody is signed in at ${url}. Sign in with: quadrax login --url ${url}`,
        'SIGN_IN',
      );
    if (profile.endsAt - marginMs > Date.now()) return profile.token;
    renewal ??= renewed(url, profile.refreshToken).finally(() => {
      renewal = undefined;
    });
    return renewal;
  };
};

/** A client of the server that the options name, signed in. */
export const connect = (options: ConnectionOptions): QuadraxClient => {
  const url = serverUrl(options);
  const token = options.token ?? environment['QUADRAX_TOKEN'] ?? tokenFrom(url);
  return createClient({ baseUrl: url, token, tenant: options.tenant ?? environment['QUADRAX_TENANT'] });
};
