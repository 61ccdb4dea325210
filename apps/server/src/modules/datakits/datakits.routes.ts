import type { datakits, Upload } from '@quadrax/contract';
import { Answer } from '#platform/http';
import type { Handlers } from '#platform/http';
import type { QueriesService } from './datakits.queries.ts';
import type { DatakitsService } from './datakits.service.ts';
import type { UploadsService } from './datakits.uploads.ts';
import type { VersionsService } from './datakits.versions.ts';

export interface DatakitsServices {
  readonly datakits: DatakitsService;
  readonly uploads: UploadsService;
  readonly versions: VersionsService;
  readonly queries: QueriesService;
}

/** An upload with how far it has come in the head too, for whoever asks with HEAD. */
const atOffset = (upload: Upload): Answer<Upload> =>
  new Answer(upload, {
    headers: { 'Upload-Offset': String(upload.offset), 'Cache-Control': 'no-store' },
  });

export const datakitsRoutes = ({
  datakits: service,
  uploads,
  versions,
  queries,
}: DatakitsServices): Handlers<typeof datakits> => ({
  samples: () => service.samples(),
  addSample: ({ caller, change, params }) => service.addSample(caller, change, params.sample),
  upload: ({ caller, change, multipart }) => service.upload(caller, change, multipart),
  list: ({ caller, query }) => service.list(caller.tenantId, query),
  get: ({ caller, params }) => service.get(caller.tenantId, params.id),
  update: ({ change, params, body, unchangedSince }) =>
    service.update(change, params.id, body, unchangedSince),
  remove: ({ caller, change, params }) => service.remove(caller, change, params.id),
  restore: ({ change, params }) => service.restore(change, params.id),
  profile: ({ caller, params, query }) => service.profile(caller.tenantId, params.id, query.version),
  preview: async ({ caller, params, query, client }) => {
    const { preview, total } = await service.preview(caller.tenantId, params.id, query, client.signal);
    return new Answer(preview, { meta: { total } });
  },
  download: ({ caller, params, query, client }) =>
    service.download(caller.tenantId, params.id, query, client.signal),
  startUpload: async ({ caller, change, body }) => uploads.start(caller, change, body),
  getUpload: async ({ caller, params }) => atOffset(await uploads.get(caller.tenantId, params.id)),
  appendUpload: async ({ caller, params, headers, incoming }) =>
    atOffset(await uploads.append(caller.tenantId, params.id, headers, incoming)),
  completeUpload: ({ caller, change, params }) => uploads.complete(caller, change, params.id),
  cancelUpload: ({ change, params }) => uploads.cancel(change, params.id),
  versions: ({ caller, params, query }) => versions.list(caller.tenantId, params.id, query),
  version: ({ caller, params }) => versions.get(caller.tenantId, params.id, params.version),
  restoreVersion: ({ change, params }) => versions.use(change, params.id, params.version),
  append: ({ caller, change, params, multipart }) =>
    versions.addFile(caller, change, params.id, multipart, 'appended'),
  replace: ({ caller, change, params, multipart }) =>
    versions.addFile(caller, change, params.id, multipart, 'replaced'),
  lineage: ({ caller, params }) => versions.lineage(caller.tenantId, params.id),
  query: ({ caller, params, body, client }) => queries.query(caller.tenantId, params.id, body, client.signal),
  previewTransform: ({ caller, params, body, client }) =>
    queries.preview(caller.tenantId, params.id, body, client.signal),
  transform: ({ caller, change, params, body, client }) =>
    queries.transform(caller, change, params.id, body, client.signal),
});
