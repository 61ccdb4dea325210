import type { Datakit } from '@quadrax/client';
import type { UploadMemory } from '@quadrax/client';
import { api } from '#lib/api.ts';
import type { StatedReading } from '@quadrax/contract';
import type { SendHooks, UploadFields } from './upload-queue.ts';

/** Larger files go in parts, which may be interrupted. */
export const PARTS_FROM_BYTES = 8 * 1024 * 1024;

const remembered = (file: string): string => `quadrax.upload.${file}`;

/** What is under way, by its file: the same file dropped again goes on, also after the page was closed. */
const memory: UploadMemory = {
  recall: (file) => localStorage.getItem(remembered(file)) ?? undefined,
  keep: (file, id) => localStorage.setItem(remembered(file), id),
  forget: (file) => localStorage.removeItem(remembered(file)),
};

/** Gives up an upload in parts of this file, if there is one; what the server keeps of it goes too. */
export const giveUpFile = (file: File, reading: StatedReading): Promise<void> =>
  api.datakits.giveUpInParts(file, { memory, reading });

/** Rows for a datakit that is there, beside its own or in their place. */
export type Into = {
  readonly datakitId: string;
  readonly mode: 'append' | 'replace';
};

/** Uploads a file as the next version of a datakit. @throws QuadraxError, or the signal's reason */
export const sendVersion = (
  file: File,
  into: Into,
  reading: StatedReading,
  { signal, progress, waits }: SendHooks,
): Promise<Datakit> =>
  api.datakits.uploadInParts(file, {
    into,
    reading,
    memory,
    signal,
    onProgress: progress,
    onWaiting: waits,
  });

/**
 * Uploads a file with progress; a name or description that is empty is left to the server.
 * @throws QuadraxError, or the signal's reason
 */
export const sendFile = (
  file: File,
  { name, description, reading }: UploadFields,
  { signal, progress, waits }: SendHooks,
): Promise<Datakit> => {
  const options = {
    name: name === '' ? undefined : name,
    description: description === '' ? undefined : description,
    reading,
    signal,
    onProgress: progress,
  };
  return file.size > PARTS_FROM_BYTES
    ? api.datakits.uploadInParts(file, { ...options, memory, onWaiting: waits })
    : api.datakits.upload(file, options);
};
