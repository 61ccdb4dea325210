import { createDecoder, createSigner, createVerifier, TokenError } from 'fast-jwt';
import type { Algorithm } from 'fast-jwt';
import { isUuid } from '#platform/db';
import { AppError } from '#platform/errors';

export interface TokenSettings {
  readonly accessSecret: string;
  readonly refreshSecret: string;
  readonly algorithm: Algorithm;
  readonly issuer: string;
  readonly audience: string;
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
}

interface AccessClaims {
  readonly sub: string;
  readonly sid: string;
  readonly exp: number;
}

interface RefreshClaims {
  readonly sid: string;
  readonly jti: string;
}

/** Access tokens whose signature is remembered to be good. */
const mostRemembered = 5000;

/** Access tokens name an account and a session, and nothing else: role and tenant are looked up, so they never go stale. */
export interface TokenIssuer {
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
  access(accountId: string, sessionId: string): string;
  refresh(sessionId: string, tokenId: string): string;
  /** @throws AppError TOKEN_EXPIRED, UNAUTHENTICATED */
  readAccess(token: string): AccessClaims;
  /** When an access token ends, in ms since 1970; undefined for what is none. */
  expiryOf(token: string): number | undefined;
  /** @throws AppError UNAUTHENTICATED */
  readRefresh(token: string): RefreshClaims;
}

export const createTokens = (settings: TokenSettings): TokenIssuer => {
  const { algorithm, issuer: iss, audience: aud, accessSeconds, refreshSeconds } = settings;
  const signed = { algorithm, iss, aud };
  // The kind of token is in its own audience, besides its own key: one never passes for the other.
  const checked = {
    algorithms: [algorithm],
    allowedIss: iss,
    requiredClaims: ['exp', 'iss', 'aud'],
    cache: false,
  };
  const decoder = createDecoder();
  const decode = (token: string): unknown => {
    try {
      return decoder(token);
    } catch {
      return undefined;
    }
  };
  const refreshAudience = `${aud}/refresh`;
  const signAccess = createSigner({ ...signed, key: settings.accessSecret, expiresIn: accessSeconds * 1000 });
  const signRefresh = createSigner({
    ...signed,
    aud: refreshAudience,
    key: settings.refreshSecret,
    expiresIn: refreshSeconds * 1000,
  });
  const verifyAccess = createVerifier({ ...checked, key: settings.accessSecret, allowedAud: aud });
  const verifyRefresh = createVerifier({
    ...checked,
    key: settings.refreshSecret,
    allowedAud: refreshAudience,
  });
  const id = (value: unknown): string => {
    if (typeof value !== 'string' || !isUuid(value)) throw new AppError('UNAUTHENTICATED');
    return value;
  };
  // By the token itself: to look one up by its digest, as fast-jwt does, costs half of what checking it does.
  const good = new Map<string, AccessClaims>();
  const checkAccess = (token: string): AccessClaims => {
    const claims = verifyAccess(token) as Record<string, unknown>;
    return { sub: id(claims['sub']), sid: id(claims['sid']), exp: Number(claims['exp']) };
  };
  const remember = (token: string, claims: AccessClaims): AccessClaims => {
    if (good.size >= mostRemembered) good.delete(good.keys().next().value ?? '');
    good.set(token, claims);
    return claims;
  };
  return {
    accessSeconds,
    refreshSeconds,
    access: (accountId, sessionId) => signAccess({ sub: accountId, sid: sessionId }),
    refresh: (sessionId, tokenId) => signRefresh({ sid: sessionId, jti: tokenId }),
    readAccess: (token) => {
      const known = good.get(token);
      if (known && known.exp * 1000 > Date.now()) return known;
      good.delete(token);
      try {
        return remember(token, checkAccess(token));
      } catch (error) {
        if (error instanceof TokenError && error.code === TokenError.codes.expired)
          throw new AppError('TOKEN_EXPIRED');
        throw new AppError('UNAUTHENTICATED', { message: 'The access token is not valid.', cause: error });
      }
    },
    expiryOf: (token) => {
      const { exp } = (decode(token) ?? {}) as { exp?: number };
      return exp === undefined ? undefined : exp * 1000;
    },
    readRefresh: (token) => {
      try {
        const claims = verifyRefresh(token) as Record<string, unknown>;
        return { sid: id(claims['sid']), jti: id(claims['jti']) };
      } catch (error) {
        throw new AppError('UNAUTHENTICATED', {
          message: 'The refresh token is not valid. Sign in again.',
          cause: error,
        });
      }
    },
  };
};
