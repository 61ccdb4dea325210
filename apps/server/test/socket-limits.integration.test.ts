import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { eventually, startTestServer } from '@quadrax/testkit';
import type { TestClient, TestServer } from '@quadrax/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

const guesses = 4;

let server: TestServer;
let ada: TestClient;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  server = await startTestServer({
    rateLimits: true,
    env: { TRUST_PROXY: 'true', RATE_LIMIT_ANONYMOUS: String(guesses) },
  });
  ada = await server.register();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});
afterAll(() => server.close());

const open = (path: string, headers: Record<string, string> = {}): WebSocket => {
  const socket = new WebSocket(server.url.replace('http', 'ws') + path, { headers });
  sockets.push(socket);
  // Given up before it was open, as one that was refused is, it says so.
  socket.on('error', () => {});
  return socket;
};

describe('guesses at the door of the plain WebSocket', () => {
  let addresses = 0;
  /** An API key that there is none of, told from somebody at an address of their own. */
  const forged = (from: string) => ({
    authorization: `Bearer qdx_${crypto.randomUUID().replaceAll('-', '')}_${'a'.repeat(43)}`,
    'x-forwarded-for': from,
  });
  const refused = async (headers: Record<string, string>): Promise<IncomingMessage> => {
    const socket = open('/ws', headers);
    const [, reply] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    return reply;
  };

  it('are told, once too many, that they are too many, and for how long', async () => {
    const from = `198.51.100.${++addresses}`;
    for (let i = 0; i < guesses; i++) expect((await refused(forged(from))).statusCode).toBe(401);
    const { statusCode, headers } = await refused(forged(from));
    expect(statusCode).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await refused(forged(`198.51.100.${++addresses}`))).statusCode).toBe(401);
  });

  it('are looked at no more often when they come at once, from however many addresses of a network', async () => {
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_unused, i) => refused(forged(`2001:db8:7:7::${i + 1}`))),
    );
    const statuses = replies.map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 401)).toHaveLength(guesses);
    expect(statuses.filter((status) => status === 429)).toHaveLength(12 - guesses);
  });
});

describe('a client that does not read', () => {
  /** More than the network takes by itself, which may be ten megabytes, told of in pieces that NOTIFY carries. */
  const tellMuch = async (): Promise<void> => {
    const { db, events } = server.app.platform;
    const text = 'x'.repeat(5000);
    for (let i = 0; i < 50; i++)
      await db.tenant(ada.tenantId, async (tx) => {
        for (let j = 0; j < 100; j++)
          await events.publish(tx, ada.tenantId, 'job.finished', {
            id: crypto.randomUUID(),
            kind: 'test',
            status: 'SUCCEEDED',
            result: { text },
          });
      });
  };

  const plain = async (): Promise<WebSocket> => {
    const socket = open('/ws', { authorization: `Bearer ${ada.token}` });
    await once(socket, 'open');
    return socket;
  };

  /** Speaks as a client of Socket.IO does (engine.io 4): only by hand can it be kept from reading. */
  const socketIo = async (): Promise<WebSocket> => {
    const socket = open('/socket.io/?EIO=4&transport=websocket');
    await once(socket, 'message');
    socket.send(`40${JSON.stringify({ token: ada.token })}`);
    const [answer] = (await once(socket, 'message')) as [Buffer];
    expect(answer.toString()).toMatch(/^40\{"sid"/);
    return socket;
  };

  const noted = (): number => server.logs.filter(({ action }) => action === 'socket.unread').length;

  it.each([
    ['of the plain WebSocket', plain],
    ['of Socket.IO', socketIo],
  ])('%s is put out, which the log tells of, and others hear on', async (_which, connect) => {
    const before = noted();
    const deaf = await connect();
    const listening = await plain();
    let heard = 0;
    listening.on('message', () => heard++);
    deaf.pause();
    await tellMuch();
    await eventually('it is noted', noted, (count) => count === before + 1);
    expect(server.logs.findLast(({ action }) => action === 'socket.unread')).toMatchObject({
      level: 'warn',
      tenant_id: ada.tenantId,
      unread_bytes: expect.any(Number) as number,
    });
    await eventually(
      'the other heard all',
      () => heard,
      (count) => count === 5000,
    );
    const closed = once(deaf, 'close');
    deaf.resume();
    await closed;
  });
});
