import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import { receiveModel } from './models.arrival.ts';

const megabyte = 1024 ** 2;

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quadrax-arrival-'));
});
afterEach(() => rm(scratch, { recursive: true }));

/** A file that is ONNX by its first bytes, a megabyte at a time. */
const upload = (megabytes: number) =>
  Readable.from(
    Array.from({ length: megabytes }, () => {
      const piece = Buffer.alloc(megabyte, 1);
      piece.set([8, 8, 0x12, 4]);
      return piece;
    }),
  );

/** A disk that has room for so many megabytes beyond its reserve, and what it was asked for. */
const diskOf = (megabytes: number) => {
  const asked: number[] = [];
  let left = megabytes * megabyte;
  const require = async (bytes: number): Promise<void> => {
    asked.push(bytes / megabyte);
    if (bytes > left) throw new AppError('NO_SPACE');
    left -= bytes;
  };
  const objects = { scratch, room: { require, free: async () => left, spare: async () => left } };
  return { asked, options: { objects, maxUploadBytes: 100 * megabyte } };
};

it('a model asks for room before its first byte is written, and again every 8 MB', async () => {
  const { asked, options } = diskOf(1000);
  const arrival = await receiveModel(upload(20), 'large.onnx', options);
  expect(arrival).toMatchObject({ fileName: 'large.onnx', bytes: 20 * megabyte });
  expect(asked).toEqual([9, 8, 8]);
});

it('a model that the disk has no room for stops on the way, and leaves nothing', async () => {
  const { asked, options } = diskOf(18);
  await expect(receiveModel(upload(60), 'large.onnx', options)).rejects.toMatchObject({ code: 'NO_SPACE' });
  expect(asked).toEqual([9, 8, 8]);
  expect(await readdir(scratch)).toEqual([]);
});
