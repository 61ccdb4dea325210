import type { datakits } from '@quadrax/contract';
import { Answer } from '#platform/http';
import type { Handlers } from '#platform/http';
import type { DatakitsService } from './datakits.service.ts';

export const datakitsRoutes = (service: DatakitsService): Handlers<typeof datakits> => ({
  samples: () => service.samples(),
  addSample: ({ caller, params }) => service.addSample(caller, params.sample),
  upload: ({ caller, multipart }) => service.upload(caller, multipart),
  list: ({ caller, query }) => service.list(caller.tenantId, query),
  get: ({ caller, params }) => service.get(caller.tenantId, params.id),
  update: ({ caller, params, body, unchangedSince }) =>
    service.update(caller.tenantId, params.id, body, unchangedSince),
  remove: ({ caller, params }) => service.remove(caller.tenantId, params.id),
  restore: ({ caller, params }) => service.restore(caller.tenantId, params.id),
  profile: ({ caller, params }) => service.profile(caller.tenantId, params.id),
  preview: async ({ caller, params, query, client }) => {
    const { preview, total } = await service.preview(caller.tenantId, params.id, query, client.signal);
    return new Answer(preview, { meta: { total } });
  },
  download: ({ caller, params }) => service.download(caller.tenantId, params.id),
});
