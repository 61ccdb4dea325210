import { Redis as Client } from 'ioredis';
import type { Logger } from '../log/index.ts';

/**
 * A Redis server that the product uses while it is there and does not need. Nothing waits for it: while it is away
 * every call says so at once, and the connection is made anew in the background.
 */
export interface Redis {
  readonly connected: boolean;
  /** Names in a server that others may use too. */
  key(...parts: readonly string[]): string;
  /** What `work` gives; undefined where Redis is away, too slow or refuses. */
  run<T>(work: (client: Client) => Promise<T>): Promise<T | undefined>;
  /** Hears a channel whenever Redis is there. */
  subscribe(channel: string, handler: (text: string) => void): void;
  /** Told each time it has come, the first time too: what it holds may be from long ago. */
  onConnect(handler: () => void): void;
  /** Told when it has gone. */
  onLost(handler: () => void): void;
  close(): Promise<void>;
}

export interface RedisOptions {
  readonly url: string;
  /** The installation: several may share a server. */
  readonly installation: string;
  readonly log: Logger;
}

/** A reply that takes longer is worth less than an answer without Redis. */
const patienceMs = 250;

const connect = (url: string, name: string): Client => {
  const client = new Client(url, {
    lazyConnect: true,
    connectionName: name,
    commandTimeout: patienceMs,
    connectTimeout: 2000,
    disconnectTimeout: 500,
    // What cannot be asked now is not asked later.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(50 * times, 1000),
    // Every server speaks it, and nothing here needs the newer one.
    protocol: 2,
  });
  // Without a handler ioredis writes to the console.
  client.on('error', () => {});
  return client;
};

export const openRedis = ({ url, installation, log }: RedisOptions): Redis => {
  const commands = connect(url, 'quadrax');
  const subscriber = connect(url, 'quadrax subscriber');
  const channels = new Map<string, (text: string) => void>();
  const onConnect = new Set<() => void>();
  const onLost = new Set<() => void>();
  let connected = false;
  let closed = false;
  let reasonTold = false;

  const lost = (): void => {
    if (!connected) return;
    connected = false;
    if (!closed) log.warn({ action: 'redis.lost' }, 'Redis is away; working without it');
    for (const handler of onLost) handler();
  };
  commands.on('error', ({ message }: Error) => {
    if (!reasonTold) log.warn({ action: 'redis.unreachable', reason: message }, 'Redis cannot be reached');
    reasonTold = true;
  });
  commands.on('ready', () => {
    connected = true;
    reasonTold = false;
    log.info({ action: 'redis.connected' }, 'Redis is there');
    for (const handler of onConnect) handler();
  });
  commands.on('close', lost);
  const listen = (): void => {
    if (channels.size > 0 && subscriber.status === 'ready')
      // One that fails is repeated with the next connection.
      subscriber.subscribe(...channels.keys()).catch(() => subscriber.disconnect(true));
  };
  subscriber.on('ready', listen);
  subscriber.on('message', (channel: string, text: string) => channels.get(channel)?.(text));
  for (const client of [commands, subscriber]) client.connect().catch(() => {});

  return {
    get connected() {
      return connected;
    },
    key: (...parts) => ['quadrax', installation, ...parts].join(':'),
    run: async (work) => {
      if (!connected) return undefined;
      try {
        return await work(commands);
      } catch (error) {
        // A server that hangs would make every request wait: it counts as gone until it answers a new connection.
        if (error instanceof Error && error.message === 'Command timed out' && connected) {
          lost();
          commands.disconnect(true);
        }
        return undefined;
      }
    },
    subscribe: (channel, handler) => {
      channels.set(channel, handler);
      listen();
    },
    onConnect: (handler) => void onConnect.add(handler),
    onLost: (handler) => void onLost.add(handler),
    close: async () => {
      closed = true;
      lost();
      for (const client of [commands, subscriber]) client.disconnect();
    },
  };
};
