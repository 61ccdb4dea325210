import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { once } from 'node:events';
import { routes } from '@quadrax/contract';
import type { Datakit } from '@quadrax/contract';
import type { TestClient } from '../client.ts';
import { eventually } from '../jobs.ts';

const { startUpload, getUpload, completeUpload } = routes.datakits;

/** The lines of a file that is made as it is read, any part of it at once: each has sixteen bytes. */
const lineBytes = 16;
const header = 'row,value,group\n';

/** A CSV file of so many lines, of which any part can be had. */
export const generatedCsv = (lines: number) => {
  const line = (at: number): string =>
    at === 0
      ? header
      : `${String(at % 1e8).padStart(8, '0')},${String((at * 7919) % 1000).padStart(3, '0')},${'abcd'.charAt(at % 4)}${at % 2 === 0 ? 'x' : 'y'}\n`;
  const part = (from: number, to: number): Buffer => {
    const first = Math.floor(from / lineBytes);
    const text: string[] = [];
    for (let at = first; at * lineBytes < to; at++) text.push(line(at));
    return Buffer.from(text.join('')).subarray(from - first * lineBytes, to - first * lineBytes);
  };
  return { bytes: lines * lineBytes, part };
};

export type GeneratedFile = ReturnType<typeof generatedCsv>;

const pieceBytes = 1024 * 1024;

export const sha256OfFile = ({ bytes, part }: GeneratedFile): string => {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes; at += pieceBytes) hash.update(part(at, Math.min(bytes, at + pieceBytes)));
  return hash.digest('hex');
};

/** Sends bytes from an offset over a connection of its own, and breaks it off at `to`, or waits for the answer at the end. */
export const sendPart = async (
  client: TestClient,
  id: string,
  { bytes, part }: GeneratedFile,
  offset: number,
  to: number,
  breakOff: () => Promise<void> = async () => {},
): Promise<string> => {
  const socket = connect(Number(new URL(client.url).port), '127.0.0.1');
  await once(socket, 'connect');
  let answer = '';
  // `once` would reject with the broken line, which is what is wanted here.
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => {});
  socket.write(
    [
      `PATCH /api/v1/datakits/uploads/${id} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      `Authorization: Bearer ${client.token}`,
      'Content-Type: application/partial-upload',
      `Content-Length: ${bytes - offset}`,
      `Upload-Offset: ${offset}`,
      '',
      '',
    ].join('\r\n'),
  );
  for (let at = offset; at < to && !socket.destroyed; at += pieceBytes) {
    const open = socket.write(part(at, Math.min(to, at + pieceBytes)));
    if (!open) await Promise.race([once(socket, 'drain').catch(() => {}), closed]);
  }
  if (to < bytes) {
    await breakOff();
    socket.destroy();
  }
  await closed;
  return answer;
};

export interface CutUpload {
  readonly client: TestClient;
  readonly file: GeneratedFile;
  readonly sha256: string;
  readonly cuts: number;
  /** Called at each cut, once part of what was sent since the last is kept: the line is broken after it. */
  readonly breakOff: (cut: number) => Promise<void>;
  /** Called after each cut with where it went on before: what it gives goes on with the upload. */
  readonly goOn: (cut: number, offset: number) => Promise<TestClient>;
}

/**
 * Uploads a file in one go that is cut so often; after each it goes on from what is kept. Between two cuts there must
 * be more bytes than the server takes in before it keeps them (8 MB).
 */
export const uploadWithCuts = async (drill: CutUpload): Promise<Datakit> => {
  const { file, sha256, cuts, breakOff, goOn } = drill;
  let { client } = drill;
  const body = { fileName: 'generated.csv', bytes: file.bytes, sha256 };
  const { id } = await client.call(startUpload, { body });
  const offset = async (): Promise<number> => (await client.call(getUpload, { params: { id } })).offset;
  for (let cut = 1; cut <= cuts; cut++) {
    const from = await offset();
    // Each time in the midst of a piece.
    const to = Math.floor((file.bytes * cut) / (cuts + 1)) + 4321 * cut;
    await sendPart(client, id, file, from, Math.max(to, from + 1), async () => {
      // What was sent may still be on its way: a server that dies now has seen none of it.
      await eventually('part of it is kept', offset, (kept) => kept > from);
      await breakOff(cut);
    });
    client = await goOn(cut, from);
    await eventually(
      'nobody writes any more',
      () =>
        client.send(routes.datakits.appendUpload, {
          params: { id },
          headers: { 'upload-offset': '999999999999999' },
          bytes: new Uint8Array(1),
        }),
      ({ text }) => text.includes('OFFSET_MISMATCH'),
      20_000,
    );
  }
  const answer = await sendPart(client, id, file, await offset(), file.bytes);
  if (!answer.startsWith('HTTP/1.1 200'))
    throw new Error(`The last part was not taken: ${answer.slice(0, 800)}`);
  return client.call(completeUpload, { params: { id } });
};
