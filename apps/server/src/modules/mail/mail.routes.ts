import type { mail } from '@quadrax/contract';
import type { Handlers } from '#platform/http';
import type { MailService } from './mail.service.ts';

export const mailRoutes = (service: MailService): Handlers<typeof mail> => ({
  list: ({ query }) => service.list(query),
  get: ({ change, params }) => service.get(change, params.id),
  send: ({ change, params }) => service.send(change, params.id),
});
