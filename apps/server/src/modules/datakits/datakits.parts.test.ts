import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { receivePart } from './datakits.parts.ts';

const megabyte = 1024 ** 2;

/** Sends pieces of a megabyte to an upload of which 100 bytes are kept; what is kept in the end, and what was said. */
const send = async (pieces: number, bytes: number, digest?: string) => {
  let [written, kept] = [100, 100];
  const failure = await receivePart({
    incoming: Readable.from(Array.from({ length: pieces }, () => Buffer.alloc(megabyte, 'a'))),
    file: {
      write: async (piece) => void (written += piece.length),
      flush: async () => written,
      close: async () => {},
    },
    fileName: 'grades.csv',
    offset: 100,
    bytes,
    digest,
    safe: async (offset) => void (kept = offset),
    reached: () => {},
  }).catch((error: unknown) => error);
  return { kept, failure };
};

it.each([
  ['less than is put on the disk at once', 2, 100],
  ['more than that', 11, 100 + 8 * megabyte],
])(
  'a part with more bytes than were announced, %s, says how many are kept',
  async (_what, pieces, expected) => {
    const { kept, failure } = await send(pieces, 100 + pieces * megabyte - 1);
    expect(kept).toBe(expected);
    expect(failure).toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining(`announced. ${kept} bytes of the file are kept: go on from there.`),
    });
  },
);

it('a part with a digest is kept whole or not at all', async () => {
  const { kept, failure } = await send(11, 100 + 11 * megabyte, 'of something else');
  expect(kept).toBe(100);
  expect(failure).toMatchObject({ code: 'DIGEST_MISMATCH' });
});
