import { statfs } from 'node:fs/promises';
import { AppError } from '../errors/index.ts';

/** Guards the room that the database needs for its own log: uploads stop before it is touched. */
export interface DiskRoom {
  /** @throws AppError NO_SPACE if writing `bytes` more would go below the reserve. */
  require(bytes: number): Promise<void>;
  free(): Promise<number>;
  /** What is free above the reserve, in bytes; 0 where nothing is. */
  spare(): Promise<number>;
}

/** The least free of the file systems that `folders` lie on, against a reserve in bytes. */
export const createDiskRoom = (folders: readonly string[], reserve: number): DiskRoom => {
  const free = async (): Promise<number> => {
    const systems = await Promise.all(folders.map((folder) => statfs(folder)));
    return Math.min(...systems.map(({ bavail, bsize }) => bavail * bsize));
  };
  return {
    free,
    spare: async () => Math.max(0, (await free()) - reserve),
    require: async (bytes) => {
      if ((await free()) - bytes < reserve) throw new AppError('NO_SPACE');
    },
  };
};
