import type { operations } from '@quadrax/contract';
import { Answer } from '#platform/http';
import type { Handlers } from '#platform/http';
import { createOperationsService } from './operations.service.ts';
import type { OperationsDeps } from './operations.service.ts';
import { insertUsedTicket } from './operations.store.ts';
import { createTickets } from './operations.tickets.ts';

export type { TicketHolder } from './operations.tickets.ts';

/** How the system is, and the way into its events. */
export const createOperations = (deps: OperationsDeps & { readonly secret: string }) => {
  const service = createOperationsService(deps);
  const tickets = createTickets({
    secret: deps.secret,
    use: (id) => deps.db.system((tx) => insertUsedTicket(tx, id)),
  });
  const routes: Handlers<typeof operations> = {
    health: async () => {
      const health = await service.health();
      return new Answer(health, { status: health.status === 'unhealthy' ? 503 : 200 });
    },
    ticket: async ({ caller }) => tickets.issue(caller),
  };
  return { routes, health: service.health, redeemTicket: tickets.redeem };
};
