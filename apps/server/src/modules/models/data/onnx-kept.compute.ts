import { readFile, stat } from 'node:fs/promises';
import process from 'node:process';
import { openOnnx } from './onnx-session.compute.ts';
import type { OnnxSession } from './onnx-session.compute.ts';

const megabyte = 1024 ** 2;

/** What the sessions are made of, and where the process stands. */
export interface OnnxSource {
  open(file: string): Promise<OnnxSession>;
  bytes(file: string): Promise<number>;
  /** Bytes that the process takes up. */
  resident(): number;
}

/**
 * Models that a compute process keeps loaded for whoever asks next: files of a quarter of its memory at most, those
 * that were asked last. Where half of the memory is taken, the model that is asked has the process to itself.
 */
export const createOnnxKept = ({ open, bytes, resident }: OnnxSource) => {
  const kept = new Map<string, { readonly session: OnnxSession; readonly bytes: number }>();

  const closeOthers = async (spared: string, room: number): Promise<void> => {
    let total = [...kept.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [file, entry] of kept) {
      if (total <= room) return;
      if (file === spared) continue;
      kept.delete(file);
      total -= entry.bytes;
      await entry.session.close();
    }
  };

  /** The model of a file that is never changed. */
  return async (file: string, memoryMb: number): Promise<OnnxSession> => {
    const known = kept.get(file);
    const size = known?.bytes ?? (await bytes(file));
    const most = memoryMb * megabyte;
    const coming = known ? 0 : size;
    if (resident() + coming > most / 2) await closeOthers(file, 0);
    else await closeOthers(file, most / 4 - coming);
    const session = known?.session ?? (await open(file));
    kept.delete(file);
    kept.set(file, { session, bytes: size });
    return session;
  };
};

export const keptOnnx = createOnnxKept({
  open: async (file) => openOnnx(await readFile(file)),
  bytes: async (file) => (await stat(file)).size,
  resident: () => process.memoryUsage.rss(),
});
