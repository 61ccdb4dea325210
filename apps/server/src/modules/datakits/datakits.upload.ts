import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '#platform/errors';
import type { Reach } from '#platform/faults';
import type { ObjectStore, StoredObject } from '#platform/objects';
import { createIntake, IntakeError } from './data/intake.ts';
import type { IntakeResult } from './data/intake.ts';

/** How often the disk is asked for room while bytes come in. */
const roomEveryBytes = 8 * 1024 * 1024;

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
export const receiveFile = async (
  stream: Readable,
  fileName: string,
  options: ReceiveOptions,
): Promise<Arrival & { readonly file: string }> => {
  const { objects, maxBytes, reach } = options;
  const file = join(objects.scratch, `${randomUUID()}.upload`);
  const intake = createIntake({ fileName, maxBytes });
  let unasked = roomEveryBytes;
  const examine = async (chunk: Buffer): Promise<Buffer> => {
    intake.write(chunk);
    reach('upload.streaming');
    unasked += chunk.length;
    if (unasked >= roomEveryBytes) {
      await objects.room.require(unasked);
      unasked = 0;
    }
    return chunk;
  };
  const examiner = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      examine(chunk).then((passed) => done(null, passed), done);
    },
  });
  try {
    await pipeline(stream, examiner, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    return { file, fileName, intake: intake.finish() };
  } catch (error) {
    await rm(file, { force: true });
    throw asAppError(error);
  }
};
