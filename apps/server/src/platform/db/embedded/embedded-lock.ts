import { rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { EmbeddedFolder } from './embedded-folder.ts';
import { readIfPresent, replaceFile } from './embedded-folder.ts';
import { EmbeddedPostgresError, errorText } from './embedded-error.ts';

const SQLITE_BUSY = 5;

/** The right to supervise one folder. */
export interface FolderLock {
  release(): Promise<void>;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

async function refusal(folder: EmbeddedFolder, error: unknown): Promise<EmbeddedPostgresError> {
  if (!isBusy(error)) {
    return new EmbeddedPostgresError(
      'unreachable-folder',
      `The lock file ${folder.lockFile} cannot be taken: ${errorText(error)}. ` +
        'Put the data folder on a local file system that supports file locks.',
      { cause: error },
    );
  }
  const holder = await readIfPresent(folder.lockRecord).catch(() => undefined);
  const pid = /"pid":(\d+)/.exec(holder ?? '')?.[1] ?? 'unknown';
  return new EmbeddedPostgresError(
    'in-use',
    `Another Quadrax is using this folder, pid ${pid}: ${folder.home}. ` +
      'Stop it first, or give this one another data folder.',
  );
}

/**
 * Takes the folder for this process. The lock is the kernel's own file lock, held through an open
 * SQLite transaction (Node has no flock of its own): it is taken atomically, it also counts between
 * containers that share the folder, and it ends with its process, however that ends. No file of
 * ours may open the lock file besides: POSIX drops a process's locks when it closes any descriptor.
 *
 * @throws EmbeddedPostgresError `in-use` while another supervisor, of this process too, holds it.
 */
export async function lockFolder(folder: EmbeddedFolder): Promise<FolderLock> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(folder.lockFile);
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    throw await refusal(folder, error);
  }
  const held = database;
  await replaceFile(folder.lockRecord, JSON.stringify({ pid: process.pid }), 0o600);
  return {
    async release() {
      if (!held.isOpen) return;
      await rm(folder.lockRecord, { force: true });
      if (held.isOpen) held.close();
    },
  };
}
