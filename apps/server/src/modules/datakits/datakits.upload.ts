import type { Readable } from 'node:stream';
import { AppError } from '#platform/errors';
import type { Reach } from '#platform/faults';
import { receive } from '#platform/objects';
import type { ObjectStore, StoredObject } from '#platform/objects';
import { createIntake, IntakeError } from './data/intake.ts';
import type { IntakeResult } from './data/intake.ts';

/** A file that has arrived whole and was found to be a table. */
export interface Arrival {
  /** It lies in the scratch folder, or in the store already. */
  readonly file: string | StoredObject;
  readonly fileName: string;
  readonly intake: IntakeResult;
}

export interface ReceiveOptions {
  readonly objects: ObjectStore;
  readonly maxBytes: number;
  readonly reach: Reach;
}

/** The name of a file, without any path. */
export const baseName = (name: string): string => name.split(/[\\/]/).at(-1)?.trim() ?? '';

/** What a file is called as a datakit, where nobody says otherwise. */
export const nameFrom = (fileName: string): string =>
  baseName(fileName)
    .replace(/\.[^.]{1,8}$/, '')
    .replaceAll(/\p{Cc}/gu, '')
    .trim() || 'Untitled';

export const asAppError = (error: unknown): unknown => {
  if (error instanceof IntakeError)
    return new AppError(error.code, { message: error.message, details: error.details });
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
    return new AppError('NO_SPACE', { cause: error });
  return error;
};

/** Writes an upload to the disk while it is examined. What is refused, or does not arrive whole, leaves nothing. */
export const receiveTable = async (
  stream: Readable,
  fileName: string,
  { objects, maxBytes, reach }: ReceiveOptions,
): Promise<Arrival & { readonly file: string }> => {
  const intake = createIntake({ fileName, maxBytes });
  const write = (chunk: Buffer): void => {
    intake.write(chunk);
    reach('upload.streaming');
  };
  try {
    const { file, found } = await receive(stream, objects, { write, finish: intake.finish });
    return { file, fileName, intake: found };
  } catch (error) {
    throw asAppError(error);
  }
};
