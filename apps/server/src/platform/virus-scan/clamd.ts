import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createReadStream } from 'node:fs';
import { once } from 'node:events';

/** Where clamd listens: `unix:/path`, or `host:port`. */
export interface ClamdOptions {
  readonly host: string;
  /** How long it may be silent. */
  readonly timeoutMs: number;
}

/** It cannot be reached, says nothing, or says what nobody understands. */
export class ClamdError extends Error {}
/** It takes no stream of this length (StreamMaxLength in clamd.conf). */
export class ClamdLimitError extends Error {}

/** Bytes of a file that go in one piece. */
const pieceBytes = 256 * 1024;
const longestReply = 4096;

const open = ({ host, timeoutMs }: ClamdOptions): Socket => {
  const unix = /^unix:(.+)$/.exec(host)?.[1];
  const colon = host.lastIndexOf(':');
  const socket =
    unix === undefined
      ? connect(Number(host.slice(colon + 1)), host.slice(0, colon).replaceAll(/[[\]]/g, ''))
      : connect(unix);
  socket.setTimeout(timeoutMs, () => socket.destroy(new ClamdError('clamd does not answer in time.')));
  return socket;
};

/** One command in clamd's own protocol (`z…`: it and the answer end with a zero byte), with what follows it. */
const ask = async (
  options: ClamdOptions,
  command: string,
  body: (socket: Socket) => Promise<void>,
): Promise<string> => {
  const socket = open(options);
  let reply = '';
  const replied = new Promise<string>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      reply += chunk.toString('utf8');
      const end = reply.indexOf('\0');
      if (end >= 0) resolve(reply.slice(0, end));
      else if (reply.length > longestReply) reject(new ClamdError('The answer of clamd has no end.'));
    });
    socket.once('error', (error) => reject(new ClamdError('clamd cannot be reached.', { cause: error })));
    socket.once('close', () => reject(new ClamdError('clamd closed the connection without an answer.')));
  });
  const sent = once(socket, 'connect').then(async () => {
    socket.write(`z${command}\0`);
    await body(socket);
  });
  // It may answer, and close, before all has been sent: then its answer counts, not the broken line.
  sent.catch(() => {});
  try {
    return await replied;
  } finally {
    socket.destroy();
    await sent.catch(() => {});
  }
};

/** Whether it answers. @throws ClamdError */
export const pingClamd = async (options: ClamdOptions): Promise<void> => {
  const reply = await ask(options, 'PING', async () => {});
  if (reply !== 'PONG') throw new ClamdError('What answers is no clamd.');
};

const sendFile = async (socket: Socket, path: string): Promise<void> => {
  const length = Buffer.alloc(4);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
    if (socket.destroyed) return;
    const head = Buffer.from(length);
    head.writeUInt32BE((piece as Buffer).length);
    socket.write(head);
    if (!socket.write(piece as Buffer)) await Promise.race([once(socket, 'drain').catch(() => {}), closed]);
  }
  if (!socket.destroyed) socket.write(length);
};

/**
 * Has a file scanned (INSTREAM: pieces with their length before them, one of length zero at the end).
 * @returns the signature that was found, undefined: none
 * @throws ClamdError, ClamdLimitError
 */
export const scanByClamd = async (options: ClamdOptions, path: string): Promise<string | undefined> => {
  const reply = await ask(options, 'INSTREAM', (socket) => sendFile(socket, path));
  if (/size limit exceeded/i.test(reply)) throw new ClamdLimitError(reply);
  if (/^stream: OK$/.test(reply)) return undefined;
  const found = /^stream: (.+) FOUND$/.exec(reply)?.[1];
  if (found === undefined) throw new ClamdError(`clamd answered: ${reply.slice(0, 200)}`);
  if (found.startsWith('Heuristics.Limits.Exceeded')) throw new ClamdLimitError(found);
  return found;
};
