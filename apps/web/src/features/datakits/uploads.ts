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

async function look({ id, file }: UploadItem): Promise<void> {
  const bytes = new Uint8Array(await file.slice(0, LOOK_BYTES).arrayBuffer());
  queue.setLook(id, quickLook(bytes, file.size <= LOOK_BYTES));
}

export const { commit: commitUpload, pause: pauseUpload, remove: removeUpload, rename: renameUpload } = queue;

/** The files being imported, followed. */
export const useUploads = (): readonly UploadItem[] => useSyncExternalStore(queue.subscribe, queue.items);
