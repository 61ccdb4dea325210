import { createHash, randomUUID } from 'node:crypto';
import type { Session, Tokens } from '@quadrax/contract';
import { identity } from '@quadrax/contract';
import type { Database, Tx } from '#platform/db';
import { AppError } from '#platform/errors';
import type { Client } from '#platform/http';
import type { AccountRow } from './identity.accounts.store.ts';
import { auditAs } from './identity.audit.ts';
import { membershipIn } from './identity.callers.ts';
import { membershipsOf } from './identity.members.store.ts';
import {
  extendSession,
  insertRefreshToken,
  insertSession,
  liveAccountOf,
  lockRefreshToken,
  markUsed,
  revokeSession,
} from './identity.sessions.store.ts';
import type { TokenIssuer } from './identity.tokens.ts';
import { userOf } from './identity.views.ts';

/** A refresh token that comes again this soon from the same client is a lost answer, not a theft. */
const graceSeconds = 10;

/** Opens sessions and renews their tokens. */
export interface Sessions {
  /**
   * @param action what the audit log says of it
   * @throws AppError TENANT_FORBIDDEN for an account that may enter no tenant
   */
  open(tx: Tx, account: AccountRow, client: Client, action: string): Promise<Session>;
  /** @throws AppError UNAUTHENTICATED, TOKEN_REUSED */
  refresh(refreshToken: string | undefined, client: Client): Promise<Tokens>;
  /** Ends the session of the tokens; one that is over stays so. @throws AppError UNAUTHENTICATED, TOKEN_EXPIRED */
  close(given: GivenTokens, client: Client): Promise<void>;
}

/** What somebody who signs out holds: the access token may have expired. */
export interface GivenTokens {
  readonly token: string | undefined;
  readonly refreshToken: string | undefined;
}

/** What an audit entry says of a session that was opened or closed. */
const about = (sessionId: string) => ({ credentialId: sessionId, resourceId: sessionId });

const clientKey = ({ address, userAgent }: Client): string =>
  createHash('sha256').update(`${address}\n${userAgent}`).digest('hex');

/** Whoever holds a token of the session may know why it ended. */
const ended = (because: string | undefined): AppError =>
  new AppError('UNAUTHENTICATED', {
    message: 'The session has ended. Sign in again.',
    ...(because !== undefined && { details: [{ field: 'session', message: because }] }),
  });

export interface SessionsDeps {
  readonly db: Database;
  readonly tokens: TokenIssuer;
  /** Looks callers up anew after a change made here. */
  readonly forget: () => void;
}

export const createSessions = ({ db, tokens, forget }: SessionsDeps): Sessions => {
  const issue = async (tx: Tx, accountId: string, sessionId: string, client: Client): Promise<Tokens> => {
    const tokenId = randomUUID();
    await insertRefreshToken(tx, { id: tokenId, sessionId, client: clientKey(client) });
    return {
      token: tokens.access(accountId, sessionId),
      refreshToken: tokens.refresh(sessionId, tokenId),
      expiresIn: tokens.accessSeconds,
    };
  };
  const sessionOf = ({ token, refreshToken }: GivenTokens): string => {
    try {
      if (token !== undefined) return tokens.readAccess(token).sid;
    } catch (error) {
      if (refreshToken === undefined) throw error;
    }
    if (refreshToken === undefined) throw new AppError('UNAUTHENTICATED');
    return tokens.readRefresh(refreshToken).sid;
  };
  const sessionEnd = (): Date => new Date(Date.now() + tokens.refreshSeconds * 1000);

  return {
    open: async (tx, account, client, action) => {
      const memberships = await membershipsOf(tx, account.id);
      const home = membershipIn({ account, memberships }, undefined);
      const sessionId = randomUUID();
      await insertSession(tx, {
        id: sessionId,
        accountId: account.id,
        userAgent: client.userAgent,
        address: client.address,
        expiresAt: sessionEnd(),
      });
      const session = { user: userOf(account, home), ...(await issue(tx, account.id, sessionId, client)) };
      const { tenantId } = home;
      await auditAs(tx, account, action, client, { tenantId, ...about(sessionId) });
      return session;
    },
    refresh: async (refreshToken, client) => {
      if (refreshToken === undefined) throw new AppError('UNAUTHENTICATED');
      const { sid, jti } = tokens.readRefresh(refreshToken);
      const outcome = await db.system(async (tx) => {
        const found = await lockRefreshToken(tx, jti, sid);
        if (!found) return { ended: undefined };
        if (found.session.revokedAt !== null) return { ended: found.session.revokedBecause ?? undefined };
        if (found.session.expiresAt.getTime() < Date.now()) return { ended: 'It was not used for too long.' };
        const { session, token } = found;
        const again = token.usedSecondsAgo;
        if (again !== null && (again > graceSeconds || token.client !== clientKey(client))) {
          await revokeSession(tx, session.id, 'A refresh token was used twice.');
          return 'reused';
        }
        await markUsed(tx, token.id, clientKey(client));
        await extendSession(tx, session.id, sessionEnd());
        return issue(tx, session.accountId, session.id, client);
      });
      if (outcome === 'reused') {
        forget();
        throw new AppError('TOKEN_REUSED');
      }
      if ('ended' in outcome) throw ended(outcome.ended);
      return outcome;
    },
    close: async (given, client) => {
      const id = sessionOf(given);
      await db.system(async (tx) => {
        const account = await liveAccountOf(tx, id);
        if (account && (await revokeSession(tx, id, 'You signed out.')))
          await auditAs(tx, account, identity.logout.audit, client, about(id));
      });
      forget();
    },
  };
};
