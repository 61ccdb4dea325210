import type { Datakit } from '@quadrax/client';
import { api } from '#lib/api.ts';
import type { SendHooks } from './upload-queue.ts';

/**
 * Uploads a file with progress; a name or description that is empty is left to the server.
 * @throws QuadraxError, or the signal's reason
 */
export const sendFile = (
  file: File,
  { name, description }: { name: string; description: string },
  { signal, progress }: SendHooks,
): Promise<Datakit> =>
  api.datakits.upload(file, {
    name: name === '' ? undefined : name,
    description: description === '' ? undefined : description,
    signal,
    onProgress: progress,
  });
