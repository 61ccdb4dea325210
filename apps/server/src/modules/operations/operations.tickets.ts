import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller } from '#platform/http';

const lifeSeconds = 30;

/** Whom a ticket was given to, and by what. */
export type TicketHolder = Pick<Caller, 'tenantId' | 'accountId' | 'credential' | 'credentialId'>;

/** Opens one WebSocket: for clients that cannot send a header with it. */
export interface Tickets {
  issue(holder: TicketHolder): { ticket: string; expiresIn: number };
  /** Whose it was, who may have been signed out since. undefined: forged, expired or used before. */
  redeem(ticket: string): Promise<TicketHolder | undefined>;
}

export interface TicketsDeps {
  readonly secret: string;
  /** Notes that a ticket is used; false if it was before. */
  readonly use: (id: string) => Promise<boolean>;
  readonly now?: () => number;
}

export const createTickets = ({ secret, use, now = Date.now }: TicketsDeps): Tickets => {
  const sign = (body: string): Buffer => createHmac('sha256', secret).update('ticket').update(body).digest();
  return {
    issue: ({ tenantId, accountId, credential, credentialId }) => {
      const body = [
        tenantId,
        accountId,
        credential,
        credentialId,
        now() + lifeSeconds * 1000,
        randomBytes(9).toString('base64url'),
      ].join('.');
      return {
        ticket: `${Buffer.from(body).toString('base64url')}.${sign(body).toString('base64url')}`,
        expiresIn: lifeSeconds,
      };
    },
    redeem: async (ticket) => {
      const [encoded = '', signature = ''] = ticket.split('.');
      const body = Buffer.from(encoded, 'base64url').toString();
      const given = Buffer.from(signature, 'base64url');
      const right = sign(body);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const [tenantId = '', accountId = '', credential, credentialId = '', end = '0', id = ''] =
        body.split('.');
      if (Number(end) < now() || !(await use(id))) return undefined;
      return { tenantId, accountId, credential: credential === 'key' ? 'key' : 'session', credentialId };
    },
  };
};
