import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SocketAuthentication } from '#platform/events';

const lifeSeconds = 30;

type TicketHolder = Pick<SocketAuthentication, 'tenantId' | 'accountId' | 'sessionId'>;

/** Opens one WebSocket: for clients that cannot send a header with it. */
export interface Tickets {
  issue(holder: TicketHolder): { ticket: string; expiresIn: number };
  /** undefined: forged, expired or used before in this process. */
  redeem(ticket: string): SocketAuthentication | undefined;
}

/** How long a connection that a ticket opened may live before it must come back with a new one. */
const connectionMs = 30 * 60_000;

export const createTickets = (secret: string, now: () => number = Date.now): Tickets => {
  const used = new Map<string, number>();
  const sign = (body: string): Buffer => createHmac('sha256', secret).update('ticket').update(body).digest();
  const dropOld = (): void => {
    for (const [ticket, end] of used) if (end < now()) used.delete(ticket);
  };
  return {
    issue: ({ tenantId, accountId, sessionId }) => {
      const body = [
        tenantId,
        accountId,
        sessionId,
        now() + lifeSeconds * 1000,
        randomBytes(9).toString('base64url'),
      ].join('.');
      return {
        ticket: `${Buffer.from(body).toString('base64url')}.${sign(body).toString('base64url')}`,
        expiresIn: lifeSeconds,
      };
    },
    redeem: (ticket) => {
      const [encoded = '', signature = ''] = ticket.split('.');
      const body = Buffer.from(encoded, 'base64url').toString();
      const given = Buffer.from(signature, 'base64url');
      const right = sign(body);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const [tenantId = '', accountId = '', sessionId = '', end = '0'] = body.split('.');
      dropOld();
      if (Number(end) < now() || used.has(body)) return undefined;
      used.set(body, Number(end));
      return { tenantId, accountId, sessionId, expiresAt: now() + connectionMs };
    },
  };
};
