import { copyFile, open, rename, stat, truncate } from 'node:fs/promises';

/** The part of a pino logger this folder uses. */
export interface EmbeddedLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Above this size a log file gives way to a fresh one; one older generation is kept. */
export const LOG_FILE_LIMIT_BYTES = 8 * 1024 * 1024;

const TAIL_BYTES = 4096;

/** The size of a file in bytes; 0 if it does not exist. */
export async function fileSize(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Moves an overlong log aside (`<file>.1`). Only while no server writes to it. */
export async function rotateLogBeforeStart(path: string): Promise<void> {
  if ((await fileSize(path)) > LOG_FILE_LIMIT_BYTES) await rename(path, `${path}.1`);
}

/**
 * Copies an overlong log aside (`<file>.1`) and empties it while the server writes on: the server
 * holds it open for appending, so its next line lands at the new beginning.
 */
export async function rotateLogWhileRunning(path: string): Promise<void> {
  if ((await fileSize(path)) <= LOG_FILE_LIMIT_BYTES) return;
  await copyFile(path, `${path}.1`);
  await truncate(path, 0);
}

/** The last lines (at most 4 KiB) written to the log after byte `offset`. */
export async function readLogTail(path: string, offset: number): Promise<string[]> {
  const size = await fileSize(path);
  const from = Math.max(size < offset ? 0 : offset, size - TAIL_BYTES);
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return [];
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, from);
    const text = buffer.toString('utf8', 0, bytesRead);
    return text.split('\n').filter((line) => line.trim() !== '');
  } finally {
    await file.close();
  }
}
