import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../errors/index.ts';

/** As the database says it; a file that is missing is another matter. */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'UNAVAILABLE';

/** Writes what must be written, however long the database is away, unless it is `over` meanwhile. */
export const patiently = async <T>(
  write: () => Promise<T>,
  over: () => boolean = () => false,
): Promise<T> => {
  for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 5000)) {
    try {
      return await write();
    } catch (error) {
      if (over() || !isDatabaseAway(error)) throw error;
      await pause(waitMs);
    }
  }
};
