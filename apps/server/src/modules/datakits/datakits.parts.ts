import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { StatedReading } from '@quadrax/contract';
import { AppError } from '#platform/errors';
import type { GrowingFile } from '#platform/objects';
import { createIntake } from './data/intake.ts';
import type { IntakeOptions, IntakeResult } from './data/intake.ts';
import { demandStated } from './datakits.upload.ts';

/** How much of a part may be lost with the process: as often the rest of it is put on the disk itself. */
const safeEveryBytes = 8 * 1024 * 1024;
/** Of the beginning of a file this much is looked at when it comes: what is no table is refused at once. */
const lookedAtBytes = 1024 * 1024;

export interface Part {
  readonly incoming: Readable;
  readonly file: GrowingFile;
  readonly fileName: string;
  /** What is stated of how the file is to be read. */
  readonly reading?: StatedReading | null;
  /** Where it begins, and how many bytes the whole file has. */
  readonly offset: number;
  readonly bytes: number;
  /** SHA-256 of the part, in base64: it is kept whole or not at all. */
  readonly digest: string | undefined;
  /** Called with what is safe on the disk. */
  safe(offset: number): Promise<void>;
  /** Called with each piece that was written. */
  reached(): void;
}

const tooMuch = (bytes: number, kept: number): AppError =>
  new AppError('TOO_LARGE', {
    message: `More bytes came than the ${bytes} that were announced. ${kept} bytes of the file are kept: go on from there.`,
  });

/** Looks at the first bytes of a file as they come. @throws IntakeError for what no file may begin with */
const lookAtStart = ({ offset, fileName, bytes, reading }: Part): ((chunk: Buffer) => void) => {
  if (offset > 0) return () => {};
  const intake = createIntake({ fileName, maxBytes: bytes, reading: reading ?? undefined });
  let left = lookedAtBytes;
  return (chunk) => {
    if (left > 0) intake.write(chunk.subarray(0, left));
    left -= chunk.length;
  };
};

/**
 * Writes a part as it comes in. What came before the line broke is kept, unless the part has a digest.
 * @throws AppError TOO_LARGE, DIGEST_MISMATCH, UPLOAD_INTERRUPTED; IntakeError
 */
export const receivePart = async (part: Part): Promise<void> => {
  const { incoming, file, offset, bytes, digest } = part;
  const hash = createHash('sha256');
  const look = lookAtStart(part);
  let [end, safe] = [offset, offset];
  const settle = async (): Promise<void> => {
    safe = await file.flush();
    await part.safe(safe);
  };
  let broken: unknown;
  const pieces = incoming.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  const next = (): Promise<IteratorResult<unknown>> =>
    pieces.next().catch((error: unknown) => {
      broken = error;
      return { done: true, value: undefined };
    });
  for (let piece = await next(); piece.done !== true; piece = await next()) {
    const chunk = piece.value as Buffer;
    end += chunk.length;
    if (end > bytes) throw tooMuch(bytes, safe);
    look(chunk);
    hash.update(chunk);
    await file.write(chunk);
    part.reached();
    if (digest === undefined && end - safe >= safeEveryBytes) await settle();
  }
  if (digest !== undefined && broken !== undefined)
    throw new AppError('UPLOAD_INTERRUPTED', {
      message: 'The part did not arrive whole. Nothing of it was kept: send it again.',
      cause: broken,
    });
  if (digest !== undefined && hash.digest('base64') !== digest)
    throw new AppError('DIGEST_MISMATCH', {
      message: 'The part that arrived is not the one that was sent. Nothing of it was kept: send it again.',
    });
  if (end > safe) await settle();
  if (broken !== undefined)
    throw new AppError('UPLOAD_INTERRUPTED', {
      message: `The part did not arrive whole. ${end} bytes of the file are kept: go on from there.`,
      cause: broken,
    });
};

/** Examines a file that is there whole, as an upload is while it streams. @throws IntakeError */
export const examineFile = async (path: string, options: IntakeOptions): Promise<IntakeResult> => {
  const intake = createIntake(options);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    intake.write(chunk as Buffer);
  const found = intake.finish();
  await demandStated(path, found);
  return found;
};

/** The SHA-256 that a digest field names (RFC 9530), in base64. */
export const sha256Of = (field: string | undefined): string | undefined =>
  field && /sha-256=:([A-Za-z0-9+/]{43}=):/.exec(field)?.[1];
