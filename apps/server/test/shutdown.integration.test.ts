import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { routes } from '@quadrax/contract';
import { eventually, gradesCsv, newModel, quickTraining, readyDatakit, spawnServer } from '@quadrax/testkit';
import type { SpawnedServer, TestClient } from '@quadrax/testkit';
import { io } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';

const drainMs = 1500;

let servers: SpawnedServer[] = [];
afterEach(async () => {
  for (const server of servers.toReversed()) await server.cleanUp();
  servers = [];
});

const start = async (options: Parameters<typeof spawnServer>[0] = {}): Promise<SpawnedServer> => {
  const server = await spawnServer({ env: { SHUTDOWN_DRAIN: String(drainMs) }, ...options });
  servers.push(server);
  return server;
};

const terminate = (server: SpawnedServer): void => void process.kill(server.pid, 'SIGTERM');

const ready = async (server: SpawnedServer): Promise<number> =>
  (await server.anonymous.request('GET', '/readyz')).status;

/** What uploads under way have on disk. */
const scratchFiles = async ({ dataDir }: SpawnedServer): Promise<string[]> => {
  const entries = await readdir(join(dataDir, 'objects/.scratch'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};

interface SlowUpload {
  readonly reply: Promise<{ status: number; connection: string | undefined; body: string }>;
  finish(): void;
}

/** An upload of which the first half has been sent. */
const beginUpload = (client: TestClient): SlowUpload => {
  const content = gradesCsv(20_000);
  const head = `--b\r\nContent-Disposition: form-data; name="dataset"; filename="slow.csv"\r\nContent-Type: text/csv\r\n\r\n`;
  const half = Math.floor(content.length / 2);
  const sending = request(`${client.url}/api/v1${routes.datakits.upload.path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${client.token}`,
      'content-type': 'multipart/form-data; boundary=b',
      connection: 'keep-alive',
    },
  });
  const reply = new Promise<IncomingMessage>((resolve, reject) => {
    sending.once('response', resolve);
    sending.once('error', reject);
  }).then(async (response) => {
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return { status: response.statusCode ?? 0, connection: response.headers.connection, body };
  });
  sending.write(head + content.slice(0, half));
  return { reply, finish: () => sending.end(`${content.slice(half)}\r\n--b--\r\n`) };
};

const openSocket = async (client: TestClient): Promise<{ closed: Promise<{ code: number }> }> => {
  const { ticket } = await client.call(routes.operations.ticket);
  const socket = new WebSocket(`${client.url.replace('http', 'ws')}/ws?ticket=${ticket}`);
  const closed = new Promise<{ code: number }>((resolve) =>
    socket.addEventListener('close', ({ code }) => resolve({ code })),
  );
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  return { closed };
};

// A start takes seconds on a busy machine, and each of these has one or two.
describe('SIGTERM', { timeout: 90_000 }, () => {
  it('is not ready at once, and takes requests for as long as balancers need to notice', async () => {
    const server = await start();
    const ada = await server.register();
    expect(await ready(server)).toBe(200);
    const told = performance.now();
    terminate(server);
    await eventually(
      'it is not ready',
      () => ready(server),
      (status) => status === 503,
      drainMs,
    );
    expect(performance.now() - told).toBeLessThan(500);

    const late = await ada.send(routes.models.create, { body: { name: 'Late', type: 'REGRESSION' } });
    expect(late.status).toBe(201);
    expect(late.headers.get('connection')).toBe('close');
    expect(await server.exited).toBe(0);
    expect(performance.now() - told).toBeGreaterThan(drainMs - 50);
    expect(performance.now() - told).toBeLessThan(drainMs + 5000);
  });

  it('finishes a slow upload, whose bytes come in after everything else has stopped', async () => {
    const server = await start({ env: { SHUTDOWN_DRAIN: '200' } });
    const ada = await server.register();
    const upload = beginUpload(ada);
    await eventually(
      'the upload has begun',
      () => scratchFiles(server),
      (files) => files.length > 0,
    );
    const { closed } = await openSocket(ada);
    terminate(server);
    // Sockets are told after the drain: from then on only the upload keeps the process.
    await closed;
    await eventually(
      'nobody is let in any more',
      () => ready(server).catch(() => 'refused'),
      (seen) => seen === 'refused',
    );
    upload.finish();
    const { status, connection, body } = await upload.reply;
    expect(status).toBe(202);
    expect(connection).toBe('close');
    expect(await server.exited).toBe(0);

    const { id } = (JSON.parse(body) as { data: { id: string } }).data;
    const successor = await start({ database: server.database, dataDir: server.dataDir });
    const again = ada.with({}, successor.url);
    await eventually(
      'the successor has read it',
      () => again.call(routes.datakits.get, { params: { id } }),
      (datakit) => datakit.status === 'READY',
    );
  });

  it('hands a training over to another process at once', async () => {
    const server = await start();
    const ada = await server.register();
    const datakit = await readyDatakit(ada);
    const model = await newModel(ada);
    const job = await ada.call(routes.models.train, {
      params: { id: model.id },
      body: { ...quickTraining(datakit.id), algorithm: 'auto' },
    });
    const look = (client: TestClient) => client.call(routes.jobs.get, { params: { id: job.id } });
    await eventually(
      'it runs',
      () => look(ada),
      ({ status }) => status === 'RUNNING',
    );
    const other = await start({ database: server.database, dataDir: server.dataDir });
    terminate(server);
    const told = performance.now();
    const there = ada.with({}, other.url);
    const ended = await eventually(
      'it has ended',
      () => look(there),
      ({ status }) => status === 'SUCCEEDED',
    );
    expect(ended.progress).toBe(1);
    expect(await server.exited).toBe(0);
    expect(performance.now() - told).toBeLessThan(25_000);
    const { items } = await there.page(routes.models.versions, { params: { id: model.id } });
    expect(items.map(({ version }) => version)).toEqual([1]);
  });

  it('tells plain WebSockets that it restarts, and lets clients of Socket.IO come back by themselves', async () => {
    const server = await start({ env: { SHUTDOWN_DRAIN: '0' } });
    const ada = await server.register();
    const { closed } = await openSocket(ada);
    const socket = io(server.url, { transports: ['websocket'], auth: { token: ada.token } });
    try {
      await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
      const gone = new Promise<string>((resolve) => socket.once('disconnect', resolve));
      terminate(server);
      expect(await closed).toEqual({ code: 1012 });
      // After 'io server disconnect' a client would stay away.
      expect(await gone).toBe('transport close');
      expect(socket.active).toBe(true);
      expect(await server.exited).toBe(0);
    } finally {
      socket.disconnect();
    }
  });

  it('does not wait for connections that stand idle, nor for those that never brought a request', async () => {
    const server = await start({ env: { SHUTDOWN_DRAIN: '0' } });
    const ada = await server.register();
    const reserve = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(reserve, 'connect');
    const told = performance.now();
    expect((await ada.request('GET', '/api/models')).status).toBe(200);
    terminate(server);
    expect(await server.exited).toBe(0);
    expect(performance.now() - told).toBeLessThan(5000);
  });
});
