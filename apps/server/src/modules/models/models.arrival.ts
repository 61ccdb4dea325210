import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '#platform/errors';
import type { ObjectStore } from '#platform/objects';
import { contentHeadBytes, foreignContent } from './data/model-content.ts';

/** A model file that has arrived whole; it lies in the scratch folder. */
export interface Arrival {
  readonly file: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ReceiveOptions {
  readonly objects: Pick<ObjectStore, 'scratch' | 'room'>;
  readonly maxUploadBytes: number;
}

/** How often the disk is asked for room while bytes come in. */
const roomEveryBytes = 8 * 1024 ** 2;

/** Writes an upload to the disk; what is no ONNX by its first bytes, or too large, is refused at once. */
export const receiveModel = async (
  stream: Readable,
  fileName: string,
  { objects, maxUploadBytes }: ReceiveOptions,
): Promise<Arrival> => {
  const file = join(objects.scratch, `${randomUUID()}.onnx`);
  const hash = createHash('sha256');
  let bytes = 0;
  let head = Buffer.alloc(0);
  let told = false;
  const tell = (): void => {
    told = true;
    const message = foreignContent(head);
    if (message !== undefined)
      throw new AppError('UNSUPPORTED_TYPE', { message, details: [{ field: 'model', message }] });
  };
  let unasked = roomEveryBytes;
  const examine = async (chunk: Buffer): Promise<Buffer> => {
    bytes += chunk.length;
    if (bytes > maxUploadBytes)
      throw new AppError('TOO_LARGE', {
        message: `The file is larger than the ${Math.floor(maxUploadBytes / 1024 ** 2)} MB that may be uploaded (MAX_FILE_SIZE).`,
      });
    hash.update(chunk);
    if (!told) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= contentHeadBytes) tell();
    }
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
    if (bytes === 0) throw new AppError('EMPTY_FILE');
    if (!told) tell();
    return { file, fileName, bytes, sha256: hash.digest('hex') };
  } catch (error) {
    await rm(file, { force: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new AppError('NO_SPACE', { cause: error });
    throw error;
  }
};
