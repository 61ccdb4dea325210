import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../errors/index.ts';
import type { ObjectStore } from './objects.ts';

/** How often the disk is asked for room while bytes come in. */
const roomEveryBytes = 8 * 1024 ** 2;

/** Looks at what arrives: `write` at each piece before it is written, `finish` at the whole. Both refuse by throwing. */
export interface Examination<T> {
  write(chunk: Buffer): void;
  finish(): T;
}

/** A file that has arrived whole in the scratch folder, and what was found in it. */
export interface Received<T> {
  readonly file: string;
  readonly found: T;
}

/**
 * Writes what arrives to the scratch folder while it is examined. What is refused, or does not arrive whole, leaves
 * nothing.
 * @throws AppError NO_SPACE, and whatever the examination throws
 */
export const receive = async <T>(
  stream: Readable,
  { scratch, room }: Pick<ObjectStore, 'scratch' | 'room'>,
  examination: Examination<T>,
): Promise<Received<T>> => {
  const file = join(scratch, `${randomUUID()}.upload`);
  let unasked = roomEveryBytes;
  const examine = async (chunk: Buffer): Promise<Buffer> => {
    examination.write(chunk);
    unasked += chunk.length;
    if (unasked >= roomEveryBytes) {
      await room.require(unasked);
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
    return { file, found: examination.finish() };
  } catch (error) {
    await rm(file, { force: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new AppError('NO_SPACE', { cause: error });
    throw error;
  }
};
