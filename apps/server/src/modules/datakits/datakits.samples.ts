import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sampleSchema } from '@quadrax/contract';
import type { Sample } from '@quadrax/contract';
import { notFound } from '#platform/errors';

const folder = new URL('../../../samples/', import.meta.url);

/** The data sets that ship with the product. */
export interface Samples {
  list(): Promise<Sample[]>;
  /** @throws AppError NOT_FOUND */
  open(name: string): Promise<{ sample: Sample; fileName: string; stream: Readable }>;
}

export const createSamples = (): Samples => {
  const list = async (): Promise<Sample[]> =>
    sampleSchema.array().parse(JSON.parse(await readFile(new URL('samples.json', folder), 'utf8')));
  return {
    list,
    open: async (name) => {
      const sample = (await list()).find((known) => known.name === name);
      if (!sample) throw notFound('sample');
      const fileName = `${sample.name}.csv`;
      return { sample, fileName, stream: createReadStream(fileURLToPath(new URL(fileName, folder))) };
    },
  };
};
