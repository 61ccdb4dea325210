import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError } from '#platform/errors';
import { receive } from '#platform/objects';
import type { Examination, ObjectStore } from '#platform/objects';
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

/** Refuses what is no ONNX by its first bytes. */
const checkHead = (head: Buffer): void => {
  const message = foreignContent(head);
  if (message !== undefined)
    throw new AppError('UNSUPPORTED_TYPE', { message, details: [{ field: 'model', message }] });
};

const examination = (maxBytes: number): Examination<Pick<Arrival, 'bytes' | 'sha256'>> => {
  const hash = createHash('sha256');
  let bytes = 0;
  /** The first bytes, until there are enough to tell by. */
  let head: Buffer | undefined = Buffer.alloc(0);
  return {
    write: (chunk) => {
      bytes += chunk.length;
      if (bytes > maxBytes)
        throw new AppError('TOO_LARGE', {
          message: `The file is larger than the ${Math.floor(maxBytes / 1024 ** 2)} MB that may be uploaded (MAX_FILE_SIZE).`,
        });
      hash.update(chunk);
      if (!head) return;
      head = Buffer.concat([head, chunk]);
      if (head.length < contentHeadBytes) return;
      checkHead(head);
      head = undefined;
    },
    finish: () => {
      if (bytes === 0) throw new AppError('EMPTY_FILE');
      if (head) checkHead(head);
      return { bytes, sha256: hash.digest('hex') };
    },
  };
};

/** Writes an upload to the disk; what is no ONNX by its first bytes, or too large, is refused at once. */
export const receiveModel = async (
  stream: Readable,
  fileName: string,
  { objects, maxUploadBytes }: ReceiveOptions,
): Promise<Arrival> => {
  const { file, found } = await receive(stream, objects, examination(maxUploadBytes));
  return { file, fileName, ...found };
};
