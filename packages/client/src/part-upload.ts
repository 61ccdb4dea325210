import { QuadraxError } from './error.ts';
import type { Datakit, Upload } from './generated/nouns.ts';
import { statedOf } from './reading.ts';
import type { ReadingOptions } from './reading.ts';
import type { UploadProgress } from './upload.ts';

/** Remembers an upload by its file, so that it goes on after the program or the page was gone. */
export interface UploadMemory {
  recall(file: string): string | undefined;
  keep(file: string, id: string): void;
  forget(file: string): void;
}

export interface PartUploadOptions {
  readonly fileName?: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly reading?: ReadingOptions | undefined;
  /** A datakit that gets a version of these rows, beside its own or in their place. */
  readonly into?: { readonly datakitId: string; readonly mode: 'append' | 'replace' } | undefined;
  /** Of the whole file, in hexadecimal. */
  readonly sha256?: string | undefined;
  readonly memory?: UploadMemory | undefined;
  readonly onProgress?: UploadProgress | undefined;
  /** Hears of each call that did not get through and is made again after a pause. */
  readonly onWaiting?: ((reason: QuadraxError) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The calls of the API that it is made of. */
export interface PartCalls {
  start(
    body: {
      fileName: string;
      bytes: number;
      mode: 'create' | 'append' | 'replace';
      name?: string;
      description?: string;
      sha256?: string;
      datakitId?: string;
    } & ReturnType<typeof statedOf>,
  ): Promise<Upload>;
  get(id: string): Promise<Upload>;
  append(id: string, offset: number, part: Blob, signal: AbortSignal | undefined): Promise<Upload>;
  complete(id: string): Promise<Datakit>;
  cancel(id: string): Promise<void>;
  datakit(id: string, version: number): Promise<Datakit>;
}

const firstPauseMs = 500;
const longestPauseMs = 15_000;
/** A line that is away for longer ends the upload; what has arrived waits for the next one. */
const patienceMs = 10 * 60_000;

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason ?? new DOMException('The upload was stopped.', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });

/** What passes by itself: the line, a server that starts anew, a part of ours that is still being written. */
const passes = (error: unknown): error is QuadraxError =>
  error instanceof QuadraxError &&
  (['UNREACHABLE', 'UPLOAD_BUSY', 'OFFSET_MISMATCH', 'UPLOAD_INTERRUPTED', 'RATE_LIMITED'].includes(
    error.code,
  ) ||
    (error.status >= 500 && error.code !== 'NO_SPACE'));

/** The bytes that arrived are not those that were sent: nothing of the part was kept. */
const isGarbled = (error: unknown): error is QuadraxError =>
  error instanceof QuadraxError && error.code === 'DIGEST_MISMATCH';

/** Tries until it is done, or what is wrong will not pass by itself. */
const persist = async <T>(
  attempt: () => Promise<T>,
  { signal, onWaiting }: Pick<PartUploadOptions, 'signal' | 'onWaiting'>,
  again: (error: unknown) => error is QuadraxError = passes,
): Promise<T> => {
  const giveUpAt = performance.now() + patienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (signal?.aborted || !again(error) || performance.now() > giveUpAt) throw error;
      onWaiting?.(error);
      await pause(Math.max(pauseMs, (error.retryAfterSeconds ?? 0) * 1000), signal);
    }
  }
};

/** A part is kept whole or not at all: on a line that breaks, smaller ones get through. */
const smallestPartBytes = 256 * 1024;

const nameOf = (file: Blob, { fileName }: PartUploadOptions): string =>
  fileName ?? (file instanceof File ? file.name : 'data.csv');

/** What a file is known by: the same one, chosen again, goes on where it was. */
export const fileKey = (file: Blob, fileName: string, { into, reading }: PartUploadOptions): string =>
  [
    fileName,
    file.size,
    file instanceof File ? file.lastModified : 0,
    ...(into ? [into.mode, into.datakitId] : []),
    // What was begun is read as was stated then.
    ...Object.entries(statedOf(reading)).flat(),
  ].join('|');

/**
 * Uploads a file in parts. A line that breaks, or a server that starts anew, is waited for; what had arrived is not sent
 * again. Ending it by the signal keeps what has arrived for the next call with the same file and memory.
 */
export const uploadInParts = async (
  calls: PartCalls,
  file: Blob,
  options: PartUploadOptions = {},
): Promise<Datakit> => {
  const { name, description, reading, into, sha256, memory, onProgress, signal } = options;
  const fileName = nameOf(file, options);
  const key = fileKey(file, fileName, options);

  const recalled = async (): Promise<Upload | undefined> => {
    const id = memory?.recall(key);
    if (id === undefined) return undefined;
    return persist(() => calls.get(id), options).catch((error: unknown) => {
      if (error instanceof QuadraxError && error.status === 404) return undefined;
      throw error;
    });
  };

  const started = (): Promise<Upload> => {
    const wanted = {
      fileName,
      bytes: file.size,
      mode: into?.mode ?? ('create' as const),
      ...(into && { datakitId: into.datakitId }),
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(sha256 !== undefined && { sha256 }),
      ...statedOf(reading),
    };
    return persist(() => calls.start(wanted), options);
  };

  const made = ({ datakitId = '', version = 1 }: Upload): Promise<Datakit> =>
    persist(() => calls.datakit(datakitId, version), options);

  let upload = (await recalled()) ?? (await started());
  const { id } = upload;
  memory?.keep(key, id);
  try {
    let partBytes = upload.chunkBytes;
    while (upload.status === 'OPEN' && upload.offset < upload.bytes) {
      onProgress?.(upload.offset, upload.bytes);
      const { offset, chunkBytes } = upload;
      let known = true;
      const send = async (): Promise<Upload> => {
        // Of a part that failed some may have arrived: where to go on is asked for.
        const from: number = known ? offset : (await calls.get(id)).offset;
        if (!known) partBytes = Math.min(chunkBytes, Math.max(smallestPartBytes, partBytes / 2));
        known = false;
        return calls.append(id, from, file.slice(from, from + Math.floor(partBytes)), signal);
      };
      upload = await persist(
        send,
        options,
        (error): error is QuadraxError => passes(error) || isGarbled(error),
      );
      partBytes = Math.min(chunkBytes, partBytes * 2);
    }
    onProgress?.(upload.bytes, upload.bytes);
    const datakit = await persist(async () => {
      const now = await calls.get(id);
      return now.status === 'COMPLETE' ? made(now) : calls.complete(id);
    }, options);
    memory?.forget(key);
    return datakit;
  } catch (error) {
    // What the server has given up cannot go on.
    if (error instanceof QuadraxError && error.status >= 400 && error.status < 500 && !passes(error))
      memory?.forget(key);
    throw error;
  }
};

/**
 * Gives up what the memory knows of an upload of this file, on the server too; nothing where it knows of none. A part
 * that is still being written is waited for.
 */
export const giveUpInParts = async (
  calls: PartCalls,
  file: Blob,
  options: PartUploadOptions = {},
): Promise<void> => {
  const { memory } = options;
  const key = fileKey(file, nameOf(file, options), options);
  const id = memory?.recall(key);
  if (id === undefined) return;
  // First: the same file chosen again begins anew.
  memory?.forget(key);
  await persist(() => calls.cancel(id), options).catch((error: unknown) => {
    // Expired, or ended by the server: there is nothing to give up.
    if (!(error instanceof QuadraxError && error.status === 404)) throw error;
  });
};
