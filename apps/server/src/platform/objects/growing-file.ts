import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Waits until the bytes of a file, or the names in a folder, are on the disk itself. */
export const flush = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** A file that is written in parts, from where the last part ended. */
export interface GrowingFile {
  write(bytes: Buffer): Promise<void>;
  /** Waits until all that was written is on the disk itself. @returns where the file ends now */
  flush(): Promise<number>;
  close(): Promise<void>;
}

/** Opens a file to go on at a byte; what a writer left beyond it, who was cut off, is written over. */
export const openGrowingFile = async (path: string, offset: number): Promise<GrowingFile> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size } = await handle.stat();
    if (size < offset) throw new Error(`Of the file ${path} ${size} bytes are there, not ${offset}.`);
    await handle.truncate(offset);
    if (size === 0) await flush(dirname(path));
  } catch (error) {
    await handle.close();
    throw error;
  }
  let end = offset;
  return {
    write: async (bytes) => {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, end);
        done += bytesWritten;
        end += bytesWritten;
      }
    },
    flush: async () => {
      await handle.datasync();
      return end;
    },
    close: () => handle.close(),
  };
};
