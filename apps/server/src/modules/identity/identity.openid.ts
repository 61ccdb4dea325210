import type { identity as routes, Query, Session } from '@quadrax/contract';
import { emailSchema, identity } from '@quadrax/contract';
import type { Configuration, UserInfoResponse } from 'openid-client';
import type { Database, Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import type { Client, Cookie } from '#platform/http';
import type { Logger } from '#platform/log';
import { createSeal } from '#platform/seal';
import { beginning } from '#platform/text';
import {
  findAccount,
  insertIdentity,
  lockAccount,
  lockAccountOfIdentity,
  lockIdentity,
} from './identity.accounts.store.ts';
import type { AccountRow } from './identity.accounts.store.ts';
import { foundAccount } from './identity.founding.ts';
import type { PublicUrl } from './identity.letters.ts';
import type { Sessions } from './identity.sessions.ts';

export interface OpenIdSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly label: string;
  readonly scopes: string;
  /** Whether whoever the provider lets in gets an account. */
  readonly opensAccounts: boolean;
}

export interface OpenIdDeps {
  readonly db: Database;
  readonly sessions: Sessions;
  readonly settings: OpenIdSettings;
  readonly publicUrl: PublicUrl;
  /** Signs what the browser keeps while it is at the provider. */
  readonly secret: string;
  readonly log: Logger;
}

/** Why somebody who came back was not let in: the sign-in page has words for each. */
type Problem = 'cancelled' | 'failed' | 'unavailable' | 'disabled' | 'no-email' | 'unconfirmed' | 'closed';

interface Return {
  readonly url: string;
  readonly session: Session | undefined;
  readonly cookie: Cookie;
}

/** Sign-in at an OpenID Connect provider: the authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0; RFC 9700). */
export interface OpenIdConnect {
  readonly label: string;
  /** Where the button leads. */
  readonly path: string;
  begin(returnTo: string): Promise<{ url: string; cookie: Cookie }>;
  finish(query: Query<typeof routes.openIdConnectReturn>, client: Client): Promise<Return>;
}

/** What the browser carries there and back. */
interface Journey {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  readonly ends: number;
}

const path = '/api/v1/auth/openid';
const journeySeconds = 600;
const cookieName = 'quadrax_openid';

const carry = (value: string, maxAgeSeconds: number): Cookie => ({
  name: cookieName,
  value,
  path,
  maxAgeSeconds,
  // The way back begins at another site.
  sameSite: 'lax',
});

const problemUrl = (problem: Problem): string => `/sign-in?problem=${problem}`;

/** Somebody the provider knows, who is not let in here. */
class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem);
    this.problem = problem;
  }
}

const namesOf = (claims: UserInfoResponse, email: string): { firstName: string; lastName: string } => {
  const [first = '', ...rest] = (claims.name ?? email.split('@')[0] ?? '').trim().split(/\s+/);
  // Names stand in mails: in one line, as where people give their own.
  const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  const name = (given: string | undefined, otherwise: string): string =>
    beginning(oneLine(given ?? '') || oneLine(otherwise) || '–', 100).toWellFormed();
  return { firstName: name(claims.given_name, first), lastName: name(claims.family_name, rest.join(' ')) };
};

export const createOpenIdConnect = (deps: OpenIdDeps): OpenIdConnect => {
  const { db, sessions, settings, publicUrl, secret, log } = deps;
  const { issuer, clientId, clientSecret, scopes } = settings;
  const seal = createSeal(secret, 'openid');
  const callback = (): string => new URL(`${path}/callback`, publicUrl()).href;

  let known: Promise<Configuration> | undefined;
  /** What the provider says of itself, asked for when it is first needed and again if that failed. */
  const configuration = (): Promise<Configuration> => {
    const asked = (known ??= (async () => {
      const { allowInsecureRequests, discovery } = await import('openid-client');
      const insecure = new URL(issuer).protocol === 'http:';
      return discovery(new URL(issuer), clientId, clientSecret, undefined, {
        timeout: 5,
        ...(insecure && { execute: [allowInsecureRequests] }),
      });
    })());
    asked.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked;
  };

  /** The account that an address may be linked with. */
  const linkable = async (tx: Tx, claims: UserInfoResponse): Promise<AccountRow> => {
    const { data: email } = emailSchema.safeParse(claims.email);
    if (email === undefined) throw new Refused('no-email');
    const emailVerified = claims.email_verified === true;
    const found = await findAccount(tx, email);
    const account = found && (await lockAccount(tx, found.id));
    if (account) {
      // Both sides must be sure: else whoever registered with another's address first would be let in with them.
      const same = account.email === email && account.emailVerifiedAt !== null;
      if (!emailVerified || !same) throw new Refused('unconfirmed');
      return account;
    }
    if (!settings.opensAccounts) throw new Refused('closed');
    const person = { ...namesOf(claims, email), email, emailVerified, passwordHash: null };
    return foundAccount(tx, person, undefined);
  };

  const enter = (claims: UserInfoResponse, client: Client): Promise<Session> =>
    db.system(async (tx) => {
      const { sub: subject } = claims;
      await lockIdentity(tx, issuer, subject);
      const linked = await lockAccountOfIdentity(tx, issuer, subject);
      const account = linked ?? (await linkable(tx, claims));
      if (account.disabledAt !== null) throw new Refused('disabled');
      if (!linked) await insertIdentity(tx, { issuer, subject, accountId: account.id });
      return sessions.open(tx, account, client, identity.openIdConnectReturn.audit);
    });

  const claimsOf = async (
    query: Query<typeof routes.openIdConnectReturn>,
    { state, nonce, verifier }: Journey,
  ): Promise<UserInfoResponse> => {
    const { authorizationCodeGrant, fetchUserInfo } = await import('openid-client');
    const provider = await configuration();
    const back = new URL(callback());
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) back.searchParams.set(name, value);
    const tokens = await authorizationCodeGrant(provider, back, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const subject = tokens.claims()?.sub ?? '';
    const told = provider.serverMetadata().userinfo_endpoint
      ? await fetchUserInfo(provider, tokens.access_token, subject)
      : {};
    return { ...tokens.claims(), ...told, sub: subject };
  };

  return {
    label: settings.label,
    path,
    begin: async (returnTo) => {
      try {
        const oidc = await import('openid-client');
        const provider = await configuration();
        const journey = {
          state: oidc.randomState(),
          nonce: oidc.randomNonce(),
          verifier: oidc.randomPKCECodeVerifier(),
          returnTo,
          ends: Date.now() + journeySeconds * 1000,
        };
        const url = oidc.buildAuthorizationUrl(provider, {
          redirect_uri: callback(),
          scope: scopes,
          state: journey.state,
          nonce: journey.nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(journey.verifier),
          code_challenge_method: 'S256',
        });
        return { url: url.href, cookie: carry(seal.close(journey), journeySeconds) };
      } catch (error) {
        log.warn(
          { action: 'openid.unavailable', err: error },
          'The OpenID Connect provider cannot be reached',
        );
        return { url: problemUrl('unavailable'), cookie: carry('', 0) };
      }
    },
    finish: async (query, client) => {
      const cookie = carry('', 0);
      const refused = (problem: Problem): Return => ({
        url: problemUrl(problem),
        session: undefined,
        cookie,
      });
      const journey = seal.open(client.cookies[cookieName] ?? '') as Journey | undefined;
      if (query.error !== undefined) return refused('cancelled');
      if (!journey || journey.ends < Date.now() || query.code === undefined) return refused('failed');
      try {
        const session = await enter(await claimsOf(query, journey), client);
        return { url: journey.returnTo, session, cookie };
      } catch (error) {
        if (error instanceof Refused) return refused(error.problem);
        if (error instanceof AppError && error.code === 'TENANT_FORBIDDEN') return refused('disabled');
        log.warn({ action: 'openid.failed', err: error }, 'A sign-in by OpenID Connect failed');
        return refused('failed');
      }
    },
  };
};
