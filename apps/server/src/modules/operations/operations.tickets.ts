import { randomBytes } from 'node:crypto';
import type { Caller } from '#platform/http';
import { createSeal } from '#platform/seal';

const lifeSeconds = 30;

/** Whom a ticket was given to, and by what. */
export type TicketHolder = Pick<Caller, 'tenantId' | 'accountId' | 'credential' | 'credentialId'>;

interface Ticket {
  readonly holder: TicketHolder;
  /** In ms since 1970. */
  readonly end: number;
  readonly id: string;
}

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
  const seal = createSeal(secret, 'ticket');
  return {
    issue: ({ tenantId, accountId, credential, credentialId }) => {
      const ticket: Ticket = {
        holder: { tenantId, accountId, credential, credentialId },
        end: now() + lifeSeconds * 1000,
        id: randomBytes(9).toString('base64url'),
      };
      return { ticket: seal.close(ticket), expiresIn: lifeSeconds };
    },
    redeem: async (sealed) => {
      const ticket = seal.open(sealed) as Ticket | undefined;
      if (!ticket || ticket.end < now() || !(await use(ticket.id))) return undefined;
      return ticket.holder;
    },
  };
};
