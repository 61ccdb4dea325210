import type { StatedReading } from '@quadrax/contract';
import { useSyncExternalStore } from 'react';
import { failureOf } from '#lib/failure.ts';
import { LOOK_BYTES, quickLook } from './quick-look.ts';
import { giveUpFile, sendFile } from './send-file.ts';
import { createUploadQueue, type UploadItem } from './upload-queue.ts';

/** What is wrong with a file itself: sent again it is refused again. */
const ofTheFile: ReadonlySet<string> = new Set([
  'EMPTY_FILE',
  'TOO_LARGE',
  'UNSUPPORTED_TYPE',
  'UNREADABLE_FILE',
]);

let added = 0;

const queue = createUploadQueue({
  send: sendFile,
  giveUp: giveUpFile,
  explain: (error) => {
    const { message, details, code } = failureOf(error);
    return { message, details, final: code !== undefined && ofTheFile.has(code) };
  },
  now: () => performance.now(),
  newId: () => `upload-${(added += 1)}`,
});

/** Puts files on the list and looks at their beginnings. */
export function addFiles(files: readonly File[]): void {
  const known = new Set(queue.items().map((item) => item.id));
  queue.add(files);
  for (const item of queue.items()) {
    if (!known.has(item.id)) void look(item);
  }
}

async function look({ id, file, reading }: UploadItem): Promise<void> {
  const bytes = new Uint8Array(await file.slice(0, LOOK_BYTES).arrayBuffer());
  const found = quickLook(bytes, file.size <= LOOK_BYTES, reading);
  // Another way may have been stated meanwhile, whose look comes by itself.
  if (queue.items().find((item) => item.id === id)?.reading === reading) queue.setLook(id, found);
}

/** States how a file is read, and looks at it so. */
export function readUpload(id: string, reading: StatedReading): void {
  queue.read(id, reading);
  const item = queue.items().find((one) => one.id === id);
  if (item) void look(item);
}

export const { commit: commitUpload, pause: pauseUpload, remove: removeUpload, rename: renameUpload } = queue;

/** The files being imported, followed. */
export const useUploads = (): readonly UploadItem[] => useSyncExternalStore(queue.subscribe, queue.items);
