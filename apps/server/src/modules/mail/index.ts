import { mailRoutes } from './mail.routes.ts';
import { createMailService } from './mail.service.ts';

/** The outbox, as the operator of the platform reads it. */
export const createMailModule = (deps: Parameters<typeof createMailService>[0]) => ({
  routes: mailRoutes(createMailService(deps)),
});
