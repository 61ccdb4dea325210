import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A plain load balancer: in turn to whoever says that it is ready, and nothing cleverer. */
export interface Balancer {
  readonly url: string;
  add(server: string): void;
  /** Who answers to /readyz now. */
  ready(): readonly string[];
  close(): Promise<void>;
}

const lookEveryMs = 250;

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1000), headers: { connection: 'close' } }).then(
    async (reply) => (await reply.text()) !== '' && reply.status === 200,
    () => false,
  );

/** Refused before anything was sent: the only case in which another may be tried. */
const wasRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';

export const startBalancer = async (): Promise<Balancer> => {
  const servers = new Set<string>();
  let ready: string[] = [];
  let next = 0;
  const agent = new Agent({ keepAlive: true });

  const look = async (): Promise<void> => {
    const found = await Promise.all(
      [...servers].map(async (url) => ((await isReady(url)) ? url : undefined)),
    );
    ready = found.filter((url) => url !== undefined);
  };

  const forward = (incoming: IncomingMessage, body: Buffer, reply: ServerResponse, tries: number): void => {
    const target = ready[next++ % Math.max(1, ready.length)];
    if (target === undefined) {
      reply.writeHead(502).end();
      return;
    }
    const onward = request(target + (incoming.url ?? '/'), {
      method: incoming.method ?? 'GET',
      headers: { ...incoming.headers, connection: 'keep-alive' },
      agent,
    });
    onward.once('response', (answer) => {
      const { connection: _own, ...headers } = answer.headers;
      reply.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(reply);
      answer.once('error', () => reply.destroy());
    });
    onward.once('error', (error) => {
      ready = ready.filter((url) => url !== target || !wasRefused(error));
      if (wasRefused(error) && tries > 1) forward(incoming, body, reply, tries - 1);
      else if (reply.headersSent) reply.destroy();
      else reply.writeHead(502).end();
    });
    onward.end(body);
  };

  const proxy = createServer((incoming, reply) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => forward(incoming, Buffer.concat(chunks), reply, 3));
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const timer = setInterval(() => void look(), lookEveryMs);
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    add: (server) => void servers.add(server),
    ready: () => ready,
    close: async () => {
      clearInterval(timer);
      agent.destroy();
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, 'close');
    },
  };
};
