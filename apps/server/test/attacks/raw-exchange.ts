import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { eventually } from '@quadrax/testkit';

/** A connection on which anything may be written, right or wrong. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything that has come back so far. */
  readonly answer: () => string;
  /** Settles when the server has closed it, with all that came back. */
  readonly gone: Promise<string>;
  /** The answer once so many responses have begun. */
  responses(count: number): Promise<string>;
}

export const openRaw = async (url: string): Promise<RawConnection> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1'))).on('error', () => {});
  const gone = once(socket, 'close').then(() => answer);
  await once(socket, 'connect');
  return {
    socket,
    answer: () => answer,
    gone,
    responses: (count) =>
      eventually(
        `${count} responses`,
        () => answer,
        (seen) => (seen.match(/HTTP\/1\.1 \d\d\d/g) ?? []).length >= count,
      ),
  };
};

/** Writes a text and gives what came back until the server closed the connection. */
export const exchange = async (url: string, text: string | Buffer): Promise<string> => {
  const { socket, gone } = await openRaw(url);
  socket.write(text);
  return gone;
};
