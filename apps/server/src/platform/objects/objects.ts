import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { installationOf } from '../db/index.ts';
import type { Database, Tx } from '../db/index.ts';
import { createDiskRoom } from './disk-room.ts';
import type { DiskRoom } from './disk-room.ts';
import { flush, openGrowingFile } from './growing-file.ts';
import type { GrowingFile } from './growing-file.ts';
import { objects } from './objects.tables.ts';
import type { ObjectCategory } from './objects.tables.ts';

/** Bytes that are in the store, but that nobody sees until `commit`. */
export interface StoredObject {
  readonly tenantId: string;
  readonly id: string;
  readonly key: string;
}

export interface NewObject {
  readonly tenantId: string;
  readonly category: ObjectCategory;
  /** A file in the scratch folder; it is moved. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Reservation {
  readonly tenantId: string;
  readonly category: ObjectCategory;
  readonly bytes: number;
  readonly owner: string;
}

/** Files removed at once, so that nobody waits for the rest. */
const mostRemoved = 1000;

/**
 * The store of everything that is not a row. Bytes go in pending and become visible with the transaction that
 * commits them; what a dead process left pending is swept. A folder now; S3 is another flydrive driver.
 */
export interface ObjectStore {
  readonly room: DiskRoom;
  /** A folder of this process for files that are being written. */
  readonly scratch: string;
  put(object: NewObject): Promise<StoredObject>;
  commit(tx: Tx, object: StoredObject): Promise<void>;
  discard(object: StoredObject): Promise<void>;
  /**
   * Makes room for an object that comes in parts. It waits for `owner`, which is no process: the death of one leaves
   * it alone. All its bytes count from now on.
   */
  reserve(tx: Tx, object: Reservation): Promise<StoredObject>;
  /** Opens such an object to go on at a byte. */
  grow(key: string, offset: number): Promise<GrowingFile>;
  /** Makes an object visible that came in parts. */
  complete(
    tx: Tx,
    object: StoredObject,
    what: { readonly bytes: number; readonly sha256: string },
  ): Promise<void>;
  /** Gives objects up within a transaction; `removeDeleted` takes their files away once it has committed. */
  release(tx: Tx, ids: readonly string[]): Promise<void>;
  /** Removes the files of what was given up, by whomever. @returns how many */
  removeDeleted(tx: Tx): Promise<number>;
  /** @throws if there is no such object of this tenant. */
  find(tx: Tx, id: string): Promise<{ key: string; bytes: number; sha256: string }>;
  keyOf(object: {
    readonly tenantId: string;
    readonly category: ObjectCategory;
    readonly id: string;
  }): string;
  /** Removes the file of an object that was given up. */
  removeFile(key: string): Promise<void>;
  stream(key: string): Promise<Readable>;
  /** A path that a compute process can read. */
  localPath(key: string): string;
  /** Removes what a dead process left half done. */
  sweep(deadWriter: string): Promise<void>;
}

const installationFile = 'installation';
const privateFolder = 0o700;

/** The folder's name for the database it belongs to; two that differ must not be mixed. */
const proveSameInstallation = async (db: Database, folder: string): Promise<void> => {
  const id = await db.system(installationOf);
  const file = join(folder, installationFile);
  // Written beside and linked: two first starts at once agree, and one that is killed leaves no empty file.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, id);
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(draft);
  if ((await readFile(file, 'utf8')).trim() !== id)
    throw new Error(
      `The folder ${folder} holds the files of another installation. Processes that share a database must share the files: set STORAGE_BASE_PATH to the folder that belongs to this database.`,
    );
};

export interface ObjectStoreOptions {
  readonly db: Database;
  readonly folder: string;
  readonly dataDir: string;
  readonly reserve: number;
  readonly worker: string;
}

export const openObjectStore = async ({
  db,
  folder,
  dataDir,
  reserve,
  worker,
}: ObjectStoreOptions): Promise<ObjectStore> => {
  const scratchOf = (writer: string): string => join(folder, '.scratch', writer);
  // What people upload is no matter of the machine's other users.
  await mkdir(folder, { recursive: true });
  await chmod(folder, privateFolder);
  await mkdir(scratchOf(worker), { recursive: true });
  await proveSameInstallation(db, folder);
  // Others may have taken this process for dead while its connection was away, and tidied up after it.
  let left = false;
  db.listener.onReconnect(() => {
    if (!left) void mkdir(scratchOf(worker), { recursive: true }).catch(() => {});
  });
  const disk = new Disk(new FSDriver({ location: folder, visibility: 'private' }));
  const keyOf: ObjectStore['keyOf'] = ({ tenantId, category, id }) => `${tenantId}/${category}/${id}`;
  const pathOf = (key: string): string => join(folder, key);
  const markPending = (
    { tenantId, category, bytes, sha256 }: NewObject,
    id: string,
    key: string,
  ): Promise<unknown> =>
    db.tenant(tenantId, (tx) =>
      tx
        .insert(objects)
        .values({ tenantId, id, category, key, state: 'pending', bytes, sha256, writer: worker }),
    );
  const discard: ObjectStore['discard'] = async ({ tenantId, id, key }) => {
    // The row first: if what was thought to have failed was committed after all, the bytes stay.
    const rows = await db.tenant(tenantId, (tx) =>
      tx
        .update(objects)
        .set({ state: 'deleted', bytes: 0 })
        .where(and(eq(objects.id, id), eq(objects.state, 'pending')))
        .returning({ id: objects.id }),
    );
    if (rows.length > 0) await disk.delete(key);
  };
  return {
    room: createDiskRoom([folder, dataDir], reserve),
    scratch: scratchOf(worker),
    put: async (object) => {
      const id = randomUUID();
      const key = keyOf({ ...object, id });
      await flush(object.file);
      await markPending(object, id, key);
      const stored = { tenantId: object.tenantId, id, key };
      try {
        await disk.moveFromFs(object.file, key);
        await flush(dirname(pathOf(key)));
      } catch (error) {
        // Its bytes would count until this process ends. If they cannot be given up now, they are swept then.
        await discard(stored).catch(() => {});
        throw error;
      }
      return stored;
    },
    commit: async (tx, { tenantId, id }) => {
      const rows = await tx
        .update(objects)
        .set({ state: 'stored' })
        .where(and(eq(objects.tenantId, tenantId), eq(objects.id, id), eq(objects.state, 'pending')))
        .returning({ id: objects.id });
      if (rows.length !== 1) throw new Error(`The object ${id} is no longer waiting to be committed.`);
    },
    discard,
    reserve: async (tx, { tenantId, category, bytes, owner }) => {
      const id = randomUUID();
      const key = keyOf({ tenantId, category, id });
      const values = { tenantId, id, category, key, bytes, sha256: '', writer: owner };
      await tx.insert(objects).values({ ...values, state: 'pending' });
      return { tenantId, id, key };
    },
    grow: (key, offset) => openGrowingFile(pathOf(key), offset),
    complete: async (tx, { id }, { bytes, sha256 }) => {
      const rows = await tx
        .update(objects)
        .set({ state: 'stored', bytes, sha256 })
        .where(and(eq(objects.id, id), eq(objects.state, 'pending')))
        .returning({ id: objects.id });
      if (rows.length !== 1) throw new Error(`The object ${id} is no longer waiting to be completed.`);
    },
    release: async (tx, ids) => {
      if (ids.length === 0) return;
      await tx
        .update(objects)
        .set({ state: 'deleted', bytes: 0 })
        .where(inArray(objects.id, [...ids]));
    },
    removeDeleted: async (tx) => {
      const gone = await tx
        .select({ id: objects.id, key: objects.key })
        .from(objects)
        .where(eq(objects.state, 'deleted'))
        .limit(mostRemoved)
        .for('update', { skipLocked: true });
      // The file first: a row without a file is found again, a file without a row never.
      for (const { key } of gone) await disk.delete(key);
      if (gone.length > 0)
        await tx.delete(objects).where(
          inArray(
            objects.id,
            gone.map(({ id }) => id),
          ),
        );
      return gone.length;
    },
    find: async (tx, id) => {
      const [row] = await tx
        .select({ key: objects.key, bytes: objects.bytes, sha256: objects.sha256 })
        .from(objects)
        .where(and(eq(objects.id, id), eq(objects.state, 'stored')));
      if (!row) throw new Error(`The stored object ${id} is missing.`);
      return row;
    },
    keyOf,
    removeFile: (key) => disk.delete(key),
    stream: (key) => disk.getStream(key),
    localPath: pathOf,
    sweep: async (deadWriter) => {
      left ||= deadWriter === worker;
      await rm(scratchOf(deadWriter), { recursive: true, force: true });
      const halfDone = await db.system((tx) =>
        tx
          .update(objects)
          .set({ state: 'deleted', bytes: 0 })
          .where(and(eq(objects.writer, deadWriter), sql`${objects.state} <> 'stored'`))
          .returning({ key: objects.key, id: objects.id }),
      );
      for (const { key, id } of halfDone) {
        await disk.delete(key);
        await db.system((tx) =>
          tx.delete(objects).where(and(eq(objects.id, id), eq(objects.state, 'deleted'))),
        );
      }
    },
  };
};
