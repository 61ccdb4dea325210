import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileContentTypes } from '@quadrax/contract';
import type { datakits as routes, Query } from '@quadrax/contract';
import type { ComputePool } from '#platform/compute';
import type { Database } from '#platform/db';
import type { FileReply } from '#platform/http';
import type { ObjectStore } from '#platform/objects';
import { safeFileName } from '#platform/text';
import { exportTask } from './datakits.compute.ts';
import { versionIn } from './datakits.reading.ts';
import type { ReadTable } from './datakits.reading.ts';

export interface DownloadDeps {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly compute: ComputePool;
  readonly table: ReadTable;
}

export type Download = (
  tenantId: string,
  id: string,
  query: Query<typeof routes.download>,
  signal: AbortSignal,
) => Promise<FileReply>;

/** The file that was uploaded, byte for byte, or the rows of a version written in another format. */
export const createDownload = ({ db, objects, compute, table }: DownloadDeps): Download => {
  const original = (tenantId: string, id: string, wanted: number | undefined) =>
    db.tenant(tenantId, async (tx) => {
      const { version } = await versionIn(tx, id, wanted);
      return version.originalObject === null
        ? undefined
        : { version, object: await objects.find(tx, version.originalObject) };
    });

  return async (tenantId, id, { format, version: wanted }, signal) => {
    const found = format === 'original' ? await original(tenantId, id, wanted) : undefined;
    if (found) {
      const { version, object } = found;
      return {
        stream: await objects.stream(object.key),
        fileName: version.fileName.toWellFormed(),
        contentType: fileContentTypes[version.format],
        bytes: object.bytes,
      };
    }
    const wantedFormat = format === 'original' ? 'parquet' : format;
    const { parquet, columns, name, version } = await table(tenantId, id, wanted);
    await objects.room.require(0);
    const file = join(objects.scratch, `${randomUUID()}.download`);
    const forget = (): void => void rm(file, { force: true }).catch(() => {});
    try {
      const names = columns.map((column) => column.name);
      const bytes = await compute.run(
        exportTask,
        { parquet, columns: names, format: wantedFormat, file },
        { lane: 'interactive', share: tenantId, signal },
      );
      const stream = createReadStream(file).once('close', forget);
      const stem = wanted === undefined ? name : `${name} v${version}`;
      return {
        stream,
        fileName: safeFileName(stem, wantedFormat, 'datakit'),
        contentType: fileContentTypes[wantedFormat],
        bytes,
      };
    } catch (error) {
      forget();
      throw error;
    }
  };
};
