import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Cell } from '@quadrax/contract';
import { computeTask, TaskError } from '#platform/compute';
import type { PreviewInput } from './data/preview.ts';
import type { ProfileInput, ProfileOutput } from './data/profile.ts';

export interface ProfiledFile extends ProfileOutput {
  readonly parquetSha256: string;
}

const digestOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

/** Reads an uploaded file, writes it as Parquet, and finds out what its columns hold. */
export const profileTask = computeTask(
  import.meta.url,
  'datakits.profile',
  async (input: ProfileInput, context): Promise<ProfiledFile> => {
    const { profileFile } = await import('./data/profile.ts');
    const { UnreadableFile } = await import('./data/unreadable-file.ts');
    try {
      const output = await profileFile(input, context);
      const { size } = await stat(input.parquet);
      return { ...output, parquetBytes: size, parquetSha256: await digestOf(input.parquet) };
    } catch (error) {
      if (error instanceof UnreadableFile) throw new TaskError('UNREADABLE_FILE', error.message);
      throw error;
    }
  },
);

/** A page of the table's rows. */
export const previewTask = computeTask(
  import.meta.url,
  'datakits.preview',
  async (input: PreviewInput): Promise<{ rows: Cell[][]; total: number }> => {
    const { previewTable } = await import('./data/preview.ts');
    return previewTable(input);
  },
);
