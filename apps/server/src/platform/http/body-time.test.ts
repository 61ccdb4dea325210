import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import multipart from '@fastify/multipart';
import Fastify from 'fastify';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limitBodyTime } from './body-time.ts';

const longestMs = 100;
const app = Fastify();
let port: number;

beforeAll(async () => {
  limitBodyTime(app, longestMs);
  await app.register(multipart);
  app.post('/', async () => ({ whole: true }));
  app.post('/slow-answer', async () => {
    await once(new EventTarget(), 'never', { signal: AbortSignal.timeout(3 * longestMs) }).catch(() => {});
    return { whole: true };
  });
  const readAll = async (request: FastifyRequest): Promise<object> => {
    for await (const part of request.parts()) if (part.type === 'file') await part.toBuffer();
    return { whole: true };
  };
  app.route({ method: 'POST', url: '/upload', handler: readAll });
  await app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = app.server.address() as AddressInfo);
});
afterAll(() => app.close());

const sending = async (path: string, type: string, begin: string, length: number) => {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString())).on('error', () => {});
  const head = `POST ${path} HTTP/1.1\r\nHost: a${path === '/nowhere' ? '' : '\r\nConnection: close'}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;
  socket.write(head + begin);
  // However it ends: a byte on its way when it is cut off comes back as a reset.
  const gone = new Promise<string>((resolve) => socket.once('close', () => resolve(answer)));
  return { socket, gone };
};

/** A byte now and then, as long as anybody listens. */
const trickle = (socket: Socket): void => {
  const timer = setInterval(() => socket.write(' '), longestMs / 5);
  socket.once('close', () => clearInterval(timer));
};

describe('a request that was refused', () => {
  it('cannot hold its connection with what is left of its upload', async () => {
    const { socket, gone } = await sending('/nowhere', 'multipart/form-data; boundary=b', '--b\r\n', 100_000);
    trickle(socket);
    expect(await gone).toMatch(/404 Not Found/);
  });
});

describe('a body that trickles in', () => {
  it('is cut off with its connection once its time is up', async () => {
    const { socket, gone } = await sending('/', 'application/json', '{', 100_000);
    trickle(socket);
    expect(await gone).toBe('');
  });

  it('may do so as an upload', async () => {
    const begin = '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n';
    const end = '\r\n--b--\r\n';
    const bytes = 20;
    const length = begin.length + bytes + end.length;
    const { socket, gone } = await sending('/upload', 'multipart/form-data; boundary=b', begin, length);
    let sent = 0;
    const timer = setInterval(() => {
      socket.write('x');
      if (++sent < bytes) return;
      clearInterval(timer);
      socket.write(end);
    }, longestMs / 5);
    expect(await gone).toMatch(/200 OK[^]*"whole":true/);
  });

  it('leaves an answer that takes longer alone', async () => {
    const { gone } = await sending('/slow-answer', 'application/json', '{}', 2);
    expect(await gone).toMatch(/200 OK[^]*"whole":true/);
  });
});
