import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { statedReading } from '@quadrax/contract';
import type { Body, Datakit, datakits as routes, Headers, Upload } from '@quadrax/contract';
import { isDatabaseAway, patiently } from '#platform/db';
import type { Tx } from '#platform/db';
import { AppError, notFound } from '#platform/errors';
import type { Caller, Change } from '#platform/http';
import type { StoredObject } from '#platform/objects';
import { createKeep, createKeepVersion } from './datakits.keeping.ts';
import type { KeepDeps } from './datakits.keeping.ts';
import { examineFile, receivePart, sha256Of } from './datakits.parts.ts';
import type { ReadTable } from './datakits.reading.ts';
import { asAppError, baseName, nameFrom } from './datakits.upload.ts';
import { tooLarge } from './data/intake.ts';
import {
  deleteExpired,
  deleteUpload,
  endTurn,
  findUpload,
  insertUpload,
  markComplete,
  moveOffset,
  openUploads,
  releaseUploads,
  takeTurn,
} from './datakits.uploads.store.ts';
import type { UploadRow } from './datakits.uploads.store.ts';
import { demandColumns } from './datakits.versions.ts';

export interface UploadsDeps extends KeepDeps {
  readonly table: ReadTable;
  readonly maxUploadBytes: number;
  /** This process, as others know it. */
  readonly worker: string;
}

export interface UploadsService {
  start(caller: Caller, change: Change, wanted: Body<typeof routes.startUpload>): Promise<Upload>;
  get(tenantId: string, id: string): Promise<Upload>;
  append(
    tenantId: string,
    id: string,
    headers: Headers<typeof routes.appendUpload>,
    incoming: Readable,
  ): Promise<Upload>;
  complete(caller: Caller, change: Change, id: string): Promise<Datakit>;
  cancel(change: Change, id: string): Promise<void>;
}

const chunkBytes = 8 * 1024 * 1024;
const mostOpen = 50;

/** What is wrong with a file itself: the upload ends with it. */
const ofTheFile: ReadonlySet<string> = new Set([
  'EMPTY_FILE',
  'UNSUPPORTED_TYPE',
  'UNREADABLE_FILE',
  'COLUMNS_DIFFER',
  'VIRUS_FOUND',
]);

const uploadView = (row: UploadRow): Upload => ({
  id: row.id,
  status: row.completedAt === null ? 'OPEN' : 'COMPLETE',
  mode: row.mode,
  name: row.name,
  fileName: row.fileName,
  bytes: row.bytes,
  offset: row.offsetBytes,
  chunkBytes,
  ...(row.sha256 !== null && { sha256: row.sha256 }),
  ...(row.datakitId !== null && { datakitId: row.datakitId }),
  ...(row.datakitVersion !== null && { version: row.datakitVersion }),
  expiresAt: row.expiresAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
});

const offsetMismatch = (offset: number): AppError =>
  new AppError('OFFSET_MISMATCH', {
    message: `${offset} bytes of the file are kept. Go on from there.`,
    details: [{ field: 'upload-offset', message: String(offset) }],
    headers: { 'Upload-Offset': String(offset) },
  });

/** Why nobody may write to an upload now. */
const refusedTurn = (row: UploadRow | undefined): AppError => {
  if (!row) return notFound('upload');
  if (row.completedAt === null) return new AppError('UPLOAD_BUSY', { retryAfter: 1 });
  return new AppError('CONFLICT', {
    message: `This upload is complete: it became version ${row.datakitVersion} of the datakit ${row.datakitId}.`,
    headers: { 'Upload-Offset': String(row.offsetBytes) },
  });
};

const dispatchers = { append: 'appended', replace: 'replaced' } as const;

/** Files that come in parts, each kept before it is acknowledged; the last makes a datakit or a version of one. */
export const createUploadsService = (deps: UploadsDeps): UploadsService => {
  const { db, objects, worker, maxUploadBytes, table, reach } = deps;
  const [keep, keepVersion] = [createKeep(deps), createKeepVersion(deps)];

  const objectOf = ({ tenantId, objectId }: UploadRow): StoredObject => {
    if (objectId === null) throw new Error('A complete upload has no bytes of its own.');
    return { tenantId, id: objectId, key: objects.keyOf({ tenantId, category: 'uploads', id: objectId }) };
  };

  /** Removes what an upload held, after the transaction that gave it up. */
  const forget = async (row: UploadRow | undefined): Promise<void> => {
    if (row && row.completedAt === null) await objects.removeFile(objectOf(row).key).catch(() => {});
  };

  const giveUp = async (tx: Tx, id: string, turn?: string): Promise<UploadRow | undefined> => {
    const row = await deleteUpload(tx, id, turn);
    if (row?.objectId) await objects.release(tx, [row.objectId]);
    return row;
  };

  /** Lets others write to an upload. While the database is away that is tried on, and nobody waits for it. */
  const leave = async (tenantId: string, id: string, turn: string): Promise<void> => {
    const end = (): Promise<void> => db.tenant(tenantId, (tx) => endTurn(tx, id, turn));
    await end().catch((error: unknown) => {
      if (!isDatabaseAway(error)) throw error;
      patiently(end).catch((err: unknown) =>
        deps.log.warn({ action: 'upload.stuck', upload: id, err }, 'An upload was not let go of'),
      );
    });
  };

  /** Does something as the one writer of an upload, which ends with what is wrong with its file. */
  const inTurn = async <T>(
    tenantId: string,
    id: string,
    work: (row: UploadRow, turn: string) => Promise<T>,
  ): Promise<T> => {
    const turn = randomUUID();
    try {
      const row = await db.tenant(tenantId, async (tx) => {
        const taken = await takeTurn(tx, id, { worker, turn });
        if (!taken) throw refusedTurn(await findUpload(tx, id));
        return taken;
      });
      return await work(row, turn);
    } catch (thrown) {
      const error = asAppError(thrown);
      if (error instanceof AppError && ofTheFile.has(error.code))
        await forget(await db.tenant(tenantId, (tx) => giveUp(tx, id, turn)));
      throw error;
    } finally {
      await leave(tenantId, id, turn);
    }
  };

  /** The change of a kept file, with the word that the upload is complete. */
  const completing = (change: Change, { id, mode }: UploadRow, turn: string): Change => ({
    ...change,
    tenant: (work) =>
      change.tenant(async (tx) => {
        const changed = await work(tx);
        const made = changed.reply as unknown as Datakit;
        if (!(await markComplete(tx, id, turn, { datakitId: made.id, version: made.version })))
          throw new AppError('UPLOAD_BUSY', { retryAfter: 1 });
        const action = mode === 'create' ? 'datakit.created' : (`datakit.${dispatchers[mode]}` as const);
        return { ...changed, action, resource: made.id };
      }),
  });

  return {
    start: async ({ tenantId, accountId }, change, wanted) => {
      const { fileName, bytes, sha256 = null, name, description = '', mode, datakitId = null } = wanted;
      if (bytes > maxUploadBytes) throw asAppError(tooLarge({ fileName, maxBytes: maxUploadBytes }));
      if (datakitId !== null) await table(tenantId, datakitId);
      await deps.scan.require();
      return change.tenant(async (tx) => {
        const open = await openUploads(tx, tenantId);
        if (open.count >= mostOpen)
          throw new AppError('CONFLICT', {
            message: `${mostOpen} uploads are under way already. Complete one, or give one up.`,
          });
        // What was begun is promised room: it must not be found missing when most of the bytes have come.
        await objects.room.require(bytes + open.missing);
        const id = randomUUID();
        const { id: objectId } = await objects.reserve(tx, {
          tenantId,
          category: 'uploads',
          bytes,
          owner: id,
        });
        const row = await insertUpload(tx, {
          tenantId,
          id,
          objectId,
          mode,
          name: name ?? nameFrom(fileName),
          description,
          fileName: baseName(fileName),
          bytes,
          sha256,
          reading: statedReading(wanted) ?? null,
          datakitId,
          createdBy: accountId,
        });
        const after = uploadView(row);
        return { reply: after, after };
      });
    },
    get: (tenantId, id) =>
      db.tenant(tenantId, async (tx) => {
        const row = await findUpload(tx, id);
        if (!row) throw notFound('upload');
        return uploadView(row);
      }),
    append: (tenantId, id, headers, incoming) => {
      // What is refused is still on its way: it is thrown away, so that the client reads the answer.
      incoming.on('error', () => {});
      return inTurn(tenantId, id, async (row, turn) => {
        const offset = headers['upload-offset'];
        if (offset !== row.offsetBytes) throw offsetMismatch(row.offsetBytes);
        const file = await objects.grow(objectOf(row).key, offset);
        const safe = async (to: number): Promise<void> => {
          if (!(await db.tenant(tenantId, (tx) => moveOffset(tx, id, turn, to))))
            throw new AppError('UPLOAD_BUSY', { retryAfter: 1 });
          await objects.room.require(0);
        };
        const digest = sha256Of(headers['content-digest'] ?? headers['repr-digest']);
        try {
          const { fileName, bytes, reading } = row;
          const reached = (): void => reach('upload.part');
          await receivePart({ incoming, file, fileName, reading, offset, bytes, digest, safe, reached });
        } finally {
          await file.close();
        }
        const now = await db.tenant(tenantId, (tx) => findUpload(tx, id));
        return uploadView(now ?? row);
      }).finally(() => incoming.resume());
    },
    complete: (caller, change, id) =>
      inTurn(caller.tenantId, id, async (row, turn) => {
        const { fileName, name, description, mode, datakitId, reading } = row;
        if (row.offsetBytes !== row.bytes) throw offsetMismatch(row.offsetBytes);
        const target =
          datakitId !== null && mode !== 'create' ? await table(caller.tenantId, datakitId) : undefined;
        const object = objectOf(row);
        const path = objects.localPath(object.key);
        const intake = await examineFile(path, {
          fileName,
          maxBytes: maxUploadBytes,
          reading: reading ?? undefined,
        });
        if (row.sha256 !== null && row.sha256 !== intake.sha256) {
          await forget(await db.tenant(caller.tenantId, (tx) => giveUp(tx, id, turn)));
          throw new AppError('DIGEST_MISMATCH', {
            message: `The SHA-256 of the file that arrived is ${intake.sha256}, not ${row.sha256}. Nothing was kept: upload it again.`,
          });
        }
        const arrival = { file: object, fileName, intake };
        const completed = completing(change, row, turn);
        if (!target || mode === 'create') return keep(caller, completed, arrival, { name, description });
        demandColumns(arrival, target.columns);
        const { id: into, version } = target;
        return keepVersion(caller, completed, arrival, { datakitId: into, version, made: dispatchers[mode] });
      }),
    cancel: async (change, id) => {
      let gone: UploadRow | undefined;
      await change.tenant(async (tx) => {
        const row = await findUpload(tx, id);
        gone = row && (await giveUp(tx, id));
        if (!gone) throw row ? new AppError('UPLOAD_BUSY', { retryAfter: 1 }) : notFound('upload');
        return { reply: undefined, before: uploadView(gone) };
      });
      await forget(gone);
    },
  };
};

/** What the upkeep and the recovery of dead processes ask of the uploads. */
export const createUploadKeeping = ({ db, objects }: Pick<UploadsDeps, 'db' | 'objects'>) => ({
  /** Removes uploads whose time is over. */
  expire: async (tx: Tx): Promise<number> => {
    const expired = await deleteExpired(tx);
    await objects.release(tx, expired.objects);
    return expired.removed;
  },
  /** Lets others go on with what a dead process was writing. */
  release: (deadWorker: string): Promise<void> => db.system((tx) => releaseUploads(tx, deadWorker)),
});
