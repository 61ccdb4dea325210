import type { datakits } from '@quadrax/contract';
import { Answer } from '#platform/http';
import type { Handlers } from '#platform/http';
import type { DatakitsService } from './datakits.service.ts';

export const datakitsRoutes = (service: DatakitsService): Handlers<typeof datakits> => ({
  samples: () => service.samples(),
  addSample: ({ caller, change, params }) => service.addSample(caller, change, params.sample),
  upload: ({ caller, change, multipart }) => service.upload(caller, change, multipart),
  list: ({ caller, query }) => service.list(caller.tenantId, query),
  get: ({ caller, params }) => service.get(caller.tenantId, params.id),
  update: ({ change, params, body, unchangedSince }) =>
    service.update(change, params.id, body, unchangedSince),
  remove: ({ change, params }) => service.remove(change, params.id),
  restore: ({ change, params }) => service.restore(change, params.id),
  profile: ({ caller, params }) => service.profile(caller.tenantId, params.id),
  preview: async ({ caller, params, query, client }) => {
    const { preview, total } = await service.preview(caller.tenantId, params.id, query, client.signal);
    return new Answer(preview, { meta: { total } });
  },
  download: ({ caller, params }) => service.download(caller.tenantId, params.id),
});
