import { once } from 'node:events';
import { eventSchemas, routes } from '@quadrax/contract';
import type { EventMessage, EventName, RoomReply } from '@quadrax/contract';
import {
  eventually,
  jobSucceeds,
  newEmail,
  newModel,
  signIn,
  spawnServer,
  startTestServer,
  upload,
} from '@quadrax/testkit';
import type { SpawnedServer, TestClient, TestServer } from '@quadrax/testkit';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

let server: TestServer;
/** Another process on the same database, which takes the jobs. */
let worker: SpawnedServer;
let ada: TestClient;
const sockets: (Socket | WebSocket)[] = [];

beforeAll(async () => {
  server = await startTestServer({ work: false });
  worker = await spawnServer({ database: server.database, dataDir: server.dataDir });
  ada = await server.register();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(async () => {
  await worker.stop();
  await worker.cleanUp();
  await server.close();
});

const webSocketUrl = (path: string, url = server.url): string => url.replace('http', 'ws') + path;

interface Heard {
  readonly messages: EventMessage[];
  readonly closed: Promise<number>;
}

/** Opens a plain WebSocket and keeps what it hears. @throws with the status if it is refused. */
const openPlain = async (
  path: string,
  headers: Record<string, string> = {},
  url?: string,
): Promise<Heard> => {
  const socket = new WebSocket(webSocketUrl(path, url), { headers });
  sockets.push(socket);
  const messages: EventMessage[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as EventMessage));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, reply) =>
      reject(new Error(`refused: ${reply.statusCode}`)),
    );
    socket.once('error', reject);
  });
  return { messages, closed };
};

const openSocketIo = async (
  auth: Record<string, unknown>,
  url = server.url,
): Promise<{ socket: Socket; messages: EventMessage[] }> => {
  const socket = io(url, { transports: ['websocket'], auth, reconnection: false, forceNew: true });
  sockets.push(socket);
  const messages: EventMessage[] = [];
  socket.onAny((event: string, data: unknown) => messages.push({ event, data } as EventMessage));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return { socket, messages };
};

const bearer = (client: TestClient) => ({ authorization: `Bearer ${client.token}` });
const ticketOf = async (client: TestClient): Promise<string> =>
  (await client.call(routes.operations.ticket)).ticket;

const hears = (messages: EventMessage[], event: EventName, id: string) =>
  eventually(
    `${event} arrives`,
    () =>
      messages.filter((message) => message.event === event && (message.data as { id?: string }).id === id),
    (found) => found.length > 0,
  );

describe('an event of a job', () => {
  it('reaches Socket.IO and plain sockets of its tenant from another process, and nobody else', async () => {
    const bob = await server.register();
    const [plain, ticketed, results, rich, foreign] = [
      await openPlain('/ws', bearer(ada)),
      await openPlain(`/ws?ticket=${await ticketOf(ada)}`),
      await openPlain('/api/v1/results/ws', bearer(ada)),
      await openSocketIo({ token: ada.token }),
      await openPlain('/ws', bearer(bob)),
    ];
    const datakit = await upload(ada);
    const job = await jobSucceeds(ada, datakit.jobId ?? '');
    for (const { messages } of [plain, ticketed, results, rich]) {
      const [finished] = await hears(messages, 'job.finished', job.id);
      expect(finished?.data).toMatchObject({
        status: 'SUCCEEDED',
        kind: 'datakit.profile',
        result: job.result,
      });
      await hears(messages, 'datakit.ready', datakit.id);
      for (const { event, data } of messages)
        expect(eventSchemas[event].safeParse(data).error).toBeUndefined();
      const progress = messages
        .filter(({ event }) => event === 'job.progress')
        .map(({ data }) => (data as { progress: number }).progress);
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    }
    expect(foreign.messages).toEqual([]);
  });

  it('goes out when and only when its transaction commits', async () => {
    const { messages } = await openPlain('/ws', bearer(ada));
    const { db, events } = server.app.platform;
    const publish = (modelId: string, fail: boolean) =>
      db.tenant(ada.tenantId, async (tx) => {
        await events.publish(tx, ada.tenantId, 'model.undeployed', { modelId });
        if (fail) throw new Error('The transaction fails.');
      });
    const [lost, sent] = [crypto.randomUUID(), crypto.randomUUID()];
    await expect(publish(lost, true)).rejects.toThrow('The transaction fails.');
    await publish(sent, false);
    await eventually(
      'one arrives',
      () => messages,
      (all) => all.length > 0,
    );
    expect(messages).toEqual([{ event: 'model.undeployed', data: { modelId: sent } }]);
  });

  it('whose result is too large to be pushed arrives without it', async () => {
    const { messages } = await openPlain('/ws', bearer(ada));
    const { db, events } = server.app.platform;
    const id = crypto.randomUUID();
    await db.tenant(ada.tenantId, (tx) =>
      events.publish(tx, ada.tenantId, 'job.finished', {
        id,
        kind: 'test',
        status: 'SUCCEEDED',
        result: { text: 'ä'.repeat(6000) },
      }),
    );
    const [finished] = await hears(messages, 'job.finished', id);
    expect(finished?.data).toEqual({ id, kind: 'test', status: 'SUCCEEDED' });
  });
});

describe('a plain WebSocket', () => {
  it.each([
    ['without a word', '/ws', {}],
    ['with a wrong token', '/ws', { authorization: 'Bearer nonsense' }],
    ['with a token in the address', '/ws?token=secret', {}],
    ['with a forged ticket', '/ws?ticket=YWJj.ZGVm', {}],
    ['with no ticket', '/ws?ticket=', {}],
  ])('is refused %s', async (_name, path, headers) => {
    await expect(openPlain(path, headers)).rejects.toThrow('refused: 401');
  });

  it('is refused for a tenant of strangers', async () => {
    const bob = await server.register();
    await expect(openPlain(`/ws?tenant=${bob.tenantId}`, bearer(ada))).rejects.toThrow('refused: 401');
  });

  it('is found only where it is', async () => {
    await expect(openPlain('/elsewhere', bearer(ada))).rejects.toThrow('refused: 404');
  });

  it('is opened once by a ticket', async () => {
    const ticket = await ticketOf(ada);
    await openPlain(`/ws?ticket=${ticket}`);
    await expect(openPlain(`/ws?ticket=${ticket}`)).rejects.toThrow('refused: 401');
    await expect(openPlain(`/ws?ticket=${ticket}`, {}, worker.url)).rejects.toThrow('refused: 401');
    await openPlain(`/ws?ticket=${await ticketOf(ada)}`, {}, worker.url);
  });

  it('may open where the operator wants it', async () => {
    const elsewhere = await startTestServer({ env: { WEBSOCKET_PATH: '/live' } });
    try {
      const person = await elsewhere.register();
      const socket = new WebSocket(`${elsewhere.url.replace('http', 'ws')}/live`, {
        headers: bearer(person),
      });
      await once(socket, 'open');
      expect(socket.readyState).toBe(WebSocket.OPEN);
      socket.close();
      await once(socket, 'close');
    } finally {
      await elsewhere.close();
    }
  });
});

describe('a Socket.IO connection', () => {
  it.each([
    ['nothing', {}],
    ['a wrong token', { token: 'nonsense' }],
    ['a token that is no text', { token: { $ne: 1 } }],
    ['a tenant of strangers', { tenant: crypto.randomUUID() }],
  ])('is refused with %s', async (_name, auth) => {
    const given = 'tenant' in auth ? { ...auth, token: ada.token } : auth;
    await expect(openSocketIo(given)).rejects.toThrow('UNAUTHENTICATED');
  });

  it('is renewed by a new token of the same tenant, and ended by any other', async () => {
    const { socket } = await openSocketIo({ token: ada.token });
    const refreshToken = ada.session?.refreshToken;
    const { token } = await server.anonymous.call(routes.identity.refresh, { body: { refreshToken } });
    expect(await socket.emitWithAck('authenticate', { token })).toBe(true);
    const bob = await server.register();
    const ended = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('authenticate', { token: bob.token });
    await ended;
    expect(socket.connected).toBe(false);
  });

  it('ends with the session that renewed it', async () => {
    const password = 'a sentence that nobody guesses';
    const bob = await server.register({ password });
    const { socket } = await openSocketIo({ token: bob.token });
    const later = await signIn(server.url, bob.user.email, password);
    expect(await socket.emitWithAck('authenticate', { token: later.token })).toBe(true);
    const ended = new Promise((resolve) => socket.once('disconnect', resolve));
    await later.send(routes.identity.logout);
    await ended;
    expect((await bob.send(routes.account.me)).status).toBe(200);
  });

  it('lives on while the database is away, and is renewed when it is back', async () => {
    const brief = await startTestServer({ work: false });
    const { token } = await brief.register();
    const { socket } = await openSocketIo({ token }, brief.url);
    const renewed = async (): Promise<boolean> => socket.emitWithAck('authenticate', { token });
    const restore = await brief.database.cutOff();
    await eventually('it cannot be renewed', renewed, (done) => !done);
    expect(socket.connected).toBe(true);
    await restore();
    await eventually('it is renewed', renewed, Boolean);
    await brief.close();
  });
});

describe('a connection of Socket.IO', () => {
  const leave = (socket: Socket, room: unknown) => socket.emitWithAck('leave', room) as Promise<RoomReply>;
  const join = (socket: Socket, room: unknown) => socket.emitWithAck('join', room) as Promise<RoomReply>;
  const publish = (to: TestClient, modelId: string) => {
    const { db, events } = server.app.platform;
    return db.tenant(to.tenantId, (tx) => events.publish(tx, to.tenantId, 'model.undeployed', { modelId }));
  };
  const heardOf = (messages: EventMessage[]) =>
    messages.map(({ data }) => (data as { modelId: string }).modelId);

  it('follows one resource alone, and hears of it once wherever else it is', async () => {
    const [one, other] = [await newModel(ada), await newModel(ada)];
    const [alone, both] = [
      await openSocketIo({ token: ada.token }),
      await openSocketIo({ token: ada.token }),
    ];
    for (const { socket } of [alone, both])
      expect(await join(socket, { type: 'model', id: one.id })).toEqual({ success: true });
    expect(await leave(alone.socket, { type: 'tenant' })).toEqual({ success: true });
    for (const id of [other.id, one.id, other.id, one.id]) await publish(ada, id);
    await eventually(
      'all of them arrive',
      () => both.messages.length,
      (count) => count >= 4,
    );
    expect(heardOf(both.messages)).toEqual([other.id, one.id, other.id, one.id]);
    expect(heardOf(alone.messages)).toEqual([one.id, one.id]);
    await leave(alone.socket, { type: 'model', id: one.id });
    await join(alone.socket, { type: 'tenant' });
    await publish(ada, other.id);
    await eventually(
      'it hears of all again',
      () => alone.messages.length,
      (count) => count === 3,
    );
  });

  it('joins only what a GET would show: nothing of another tenant, nor what never was', async () => {
    const bob = await server.register();
    const model = await newModel(ada);
    const { id: datakit, jobId = '' } = await upload(ada);
    const { socket, messages } = await openSocketIo({ token: bob.token });
    for (const [type, id] of [
      ['model', model.id],
      ['datakit', datakit],
      ['job', jobId],
    ] as const) {
      const never = await join(socket, { type, id: crypto.randomUUID() });
      expect(await join(socket, { type, id })).toEqual(never);
      expect(never).toMatchObject({ success: false, code: 'NOT_FOUND' });
    }
    for (const room of [
      undefined,
      'model',
      { type: 'model' },
      { type: 'account', id: bob.user.id },
      { type: 'model', id: '*' },
    ])
      expect(await join(socket, room)).toMatchObject({ success: false, code: 'VALIDATION_FAILED' });
    await publish(ada, model.id);
    const own = await newModel(bob);
    expect(await join(socket, { type: 'model', id: own.id })).toEqual({ success: true });
    await publish(bob, own.id);
    await eventually(
      'its own arrives',
      () => messages.length,
      (count) => count > 0,
    );
    expect(heardOf(messages)).toEqual([own.id]);
  });

  it('hears in the room of its user of the jobs that this one started, in this tenant', async () => {
    const password = 'a sentence that nobody guesses';
    const email = newEmail();
    const eve = await server.register();
    await eve.call(routes.users.create, {
      body: { email, firstName: 'Bob', lastName: 'Test', role: 'USER', password },
    });
    const bob = await signIn(server.url, email, password);
    const [hers, his] = [await openSocketIo({ token: eve.token }), await openSocketIo({ token: bob.token })];
    for (const { socket } of [hers, his]) await leave(socket, { type: 'tenant' });
    const [first, second] = [await upload(eve), await upload(bob)];
    await hears(hers.messages, 'job.finished', first.jobId ?? '');
    await hears(his.messages, 'job.finished', second.jobId ?? '');
    const jobsOf = (messages: EventMessage[]) =>
      new Set(messages.map(({ data }) => (data as { id: string }).id));
    expect(jobsOf(hers.messages)).toEqual(new Set([first.jobId]));
    expect(jobsOf(his.messages)).toEqual(new Set([second.jobId]));
  });

  it('that was renewed by another member is in the room of that one, and in no other than before', async () => {
    const password = 'a sentence that nobody guesses';
    const email = newEmail();
    await ada.call(routes.users.create, {
      body: { email, firstName: 'Eve', lastName: 'Test', role: 'USER', password },
    });
    const eve = await signIn(server.url, email, password);
    const { socket, messages } = await openSocketIo({ token: ada.token });
    await leave(socket, { type: 'tenant' });
    expect(await socket.emitWithAck('authenticate', { token: eve.token })).toBe(true);
    const [hers, his] = [await upload(ada), await upload(eve)];
    await jobSucceeds(ada, hers.jobId ?? '');
    await hears(messages, 'job.finished', his.jobId ?? '');
    expect(new Set(messages.map(({ data }) => (data as { id: string }).id))).toEqual(new Set([his.jobId]));
  });
});

describe('a hint that cannot be read', () => {
  it.each(['no JSON', 'null', '{"from":"somebody","topic":"events","data":null}'])(
    'ends nothing: %s',
    async (text) => {
      const { messages } = await openSocketIo({ token: ada.token });
      await server.database.owner('SELECT pg_notify($1, $2)', ['quadrax_hints', `somebody/1 0 1 ${text}`]);
      const id = crypto.randomUUID();
      const data = { tenant: ada.tenantId, event: 'job.queued', data: { id, kind: 'none', attempt: 1 } };
      const hint = JSON.stringify({ from: 'somebody', topic: 'events', data });
      await server.database.owner('SELECT pg_notify($1, $2)', ['quadrax_hints', `somebody/2 0 1 ${hint}`]);
      expect(await hears(messages, 'job.queued', id)).toHaveLength(1);
    },
  );
});

describe('a server that stops', () => {
  it('ends its connections and leaves nothing behind', async () => {
    const brief = await startTestServer();
    const person = await brief.register();
    const socket = new WebSocket(`${brief.url.replace('http', 'ws')}/ws`, { headers: bearer(person) });
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await brief.close();
    await closed;
    expect(socket.readyState).toBe(WebSocket.CLOSED);
  });
});
