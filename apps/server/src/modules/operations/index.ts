import type { operations } from '@quadrax/contract';
import type { Handlers } from '#platform/http';
import { createOperationsService } from './operations.service.ts';
import type { OperationsDeps } from './operations.service.ts';
import { createTickets } from './operations.tickets.ts';

/** How the system is, and the way into its events. */
export const createOperations = (deps: OperationsDeps & { readonly secret: string }) => {
  const service = createOperationsService(deps);
  const tickets = createTickets(deps.secret);
  const routes: Handlers<typeof operations> = {
    health: () => service.health(),
    ticket: async ({ caller }) => tickets.issue(caller),
  };
  return { routes, health: service.health, redeemTicket: tickets.redeem };
};
