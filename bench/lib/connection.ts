import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');

/** A request as it goes over the wire. */
export const wireRequest = (
  method: string,
  path: string,
  { token, body }: { token?: string; body?: string } = {},
): Buffer =>
  Buffer.from(
    [
      `${method} ${path} HTTP/1.1`,
      'host: 127.0.0.1',
      ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
      ...(body === undefined
        ? []
        : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
      '',
      body ?? '',
    ].join('\r\n'),
  );

/** A kept-alive connection that sends ready-made requests, one at a time: the least a client can cost. */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #settle: ((error?: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#settle?.(error));
    socket.on('close', () => this.#settle?.(new Error('The server closed the connection.')));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** Milliseconds until the whole reply is there. @throws for a reply that is not 200 */
  send(request: Buffer): Promise<number> {
    const started = performance.now();
    return new Promise((resolve, reject) => {
      this.#settle = (error) => {
        this.#settle = undefined;
        if (error) reject(error);
        else resolve(performance.now() - started);
      };
      this.#socket.write(request);
    });
  }

  #take(chunk: Buffer): void {
    const all = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    this.#received = all;
    const end = all.indexOf(headEnd);
    if (end < 0) return;
    const head = all.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    if (all.length < end + headEnd.length + length) return;
    this.#received = Buffer.alloc(0);
    if (head.startsWith('HTTP/1.1 200 ')) this.#settle?.();
    else this.#settle?.(new Error(`The server answered ${all.toString().slice(0, 1000)}`));
  }

  close(): void {
    this.#socket.destroy();
  }
}
