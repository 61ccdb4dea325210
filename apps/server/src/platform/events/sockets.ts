import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server as SocketServer } from 'socket.io';
import type { Socket } from 'socket.io';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { AppError } from '../errors/index.ts';
import type { Logger } from '../log/index.ts';
import type { EventBus } from './bus.ts';
import { moveRooms, roomsOf, serveRooms } from './rooms.ts';
import type { LookAt, SocketAuthentication } from './rooms.ts';

export interface SocketOptions {
  readonly server: HttpServer;
  readonly bus: EventBus;
  readonly log: Logger;
  /** Paths of the plain WebSocket. */
  readonly paths: readonly string[];
  /**
   * undefined: the token is not good, or its account is no member of the tenant.
   * @throws AppError RATE_LIMITED, and UNAVAILABLE where it cannot be told
   */
  readonly authenticate: (
    token: string,
    tenant: string | undefined,
    address: string,
  ) => Promise<SocketAuthentication | undefined>;
  /** undefined: the ticket is not good, or whoever it was given to may no longer enter. */
  readonly redeemTicket: (ticket: string) => Promise<SocketAuthentication | undefined>;
  readonly lookAt: LookAt;
  readonly origins: readonly string[];
  /** How many proxies of ours stand in front: the last of them says where a request came from. */
  readonly trustedProxies: number;
}

/** A session or an API key that ended, or an account or a tenant of which something changed. */
export interface IdentityChange {
  readonly credential?: string | undefined;
  readonly account?: string | undefined;
  /** Renamed: nobody's rights have changed. */
  readonly tenant?: string | undefined;
}

export interface Sockets {
  readonly connections: () => number;
  /** Ends the connections that a change concerns; a client that still may comes back by itself. */
  closeWhere(change: IdentityChange): void;
  close(): Promise<void>;
}

/** RFC 6455's registry: the server restarts, and whoever comes back finds one. */
const serviceRestart = 1012;
/** How long a client may take to answer that it has heard. */
const farewellMs = 1000;
/** What may wait for a client that is slow to read. */
const mostUnreadBytes = 1024 ** 2;

/** Says why a connection ends: one that does not read would have what it missed pile up here. */
const noteUnread = (log: Logger, { tenantId, accountId }: SocketAuthentication, unread: number): void =>
  log.warn(
    { action: 'socket.unread', tenant_id: tenantId, account: accountId, unread_bytes: unread },
    'A connection was ended: its client does not read what it is sent',
  );

/**
 * Ends a connection of Socket.IO whose client does not read. What waits is with the network, or was created and not
 * handed to it yet.
 */
const endUnread = ({ conn, data }: Socket, log: Logger): void => {
  const network = conn.request.socket;
  let created = 0;
  conn.on('packetCreate', (packet: { readonly data?: string | Buffer }) => {
    created += Buffer.byteLength(packet.data ?? '');
    const unread = created + network.writableLength;
    if (unread <= mostUnreadBytes || network.destroyed) return;
    noteUnread(log, data.auth as SocketAuthentication, unread);
    network.destroy();
  });
  conn.on('flush', () => {
    created = 0;
  });
};

/** Ends a connection when its token does, unless it brings a new one before. */
const expire = (auth: SocketAuthentication, end: () => void): NodeJS.Timeout =>
  setTimeout(end, Math.max(0, auth.expiresAt - Date.now())).unref();

const attachSocketIo = ({
  server,
  bus,
  log,
  authenticate,
  lookAt,
  origins,
  trustedProxies,
}: SocketOptions): SocketServer => {
  const io = new SocketServer(server, {
    // Only WebSocket: a connection then lives in one process and no balancer needs to be sticky.
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: 65_536,
    cors: origins.length > 0 ? { origin: [...origins] } : {},
    destroyUpgrade: false,
  });
  const verify = async (auth: unknown, address: string): Promise<SocketAuthentication | undefined> => {
    const { token, tenant } = (auth ?? {}) as { token?: unknown; tenant?: unknown };
    return typeof token === 'string'
      ? authenticate(token, typeof tenant === 'string' ? tenant : undefined, address)
      : undefined;
  };
  io.use((socket, next) => {
    verify(socket.handshake.auth, addressOf(socket.request, trustedProxies)).then(
      (auth) => {
        if (!auth) return next(new Error('UNAUTHENTICATED'));
        socket.data.auth = auth;
        next();
      },
      (error: unknown) => next(new Error(error instanceof AppError ? error.code : 'INTERNAL')),
    );
  });
  io.on('connection', (socket) => {
    const enter = (auth: SocketAuthentication): void => {
      socket.data.auth = auth;
      clearTimeout(socket.data.timer as NodeJS.Timeout | undefined);
      socket.data.timer = expire(auth, () => socket.disconnect(true));
    };
    enter(socket.data.auth as SocketAuthentication);
    serveRooms(socket, lookAt);
    endUnread(socket, log);
    socket.on('authenticate', (auth: unknown, answer?: unknown) => {
      const say = (ok: boolean): void => {
        if (typeof answer === 'function') (answer as (ok: boolean) => void)(ok);
      };
      verify(auth, addressOf(socket.request, trustedProxies)).then(
        (renewed) => {
          const before = socket.data.auth as SocketAuthentication;
          const same = renewed?.tenantId === before.tenantId;
          if (renewed && same) {
            void moveRooms(socket, before, renewed);
            enter(renewed);
          } else socket.disconnect(true);
          say(Boolean(renewed && same));
        },
        // The database is away: what the connection was opened with holds until its end.
        () => say(false),
      );
    });
    socket.on('disconnect', () => clearTimeout(socket.data.timer as NodeJS.Timeout));
  });
  bus.subscribe((message) => {
    io.local.to(roomsOf(message)).emit(message.event, message.data);
  });
  return io;
};

/** Where a request came from, past our own proxies, as for any other request. */
export const addressOf = ({ headers, socket }: IncomingMessage, trustedProxies: number): string => {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const hops = [...forwarded.map((hop) => hop.trim()).filter(Boolean), socket.remoteAddress ?? ''];
  return hops.at(-1 - trustedProxies) ?? hops[0] ?? '';
};

const concerns = ({ credential, account }: IdentityChange, auth: SocketAuthentication): boolean =>
  credential === auth.credentialId || account === auth.accountId;

const refuse = (socket: Duplex, status: number, retryAfter?: number): void => {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...(retryAfter === undefined ? [] : [`Retry-After: ${Math.ceil(retryAfter)}`]),
    'Connection: close',
    'Content-Length: 0',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n`);
};

/** What could not be told: too many asked, or the database is away. */
const refuseFor = (socket: Duplex, error: unknown): void =>
  error instanceof AppError ? refuse(socket, error.status, error.retryAfter) : refuse(socket, 503);

/** Plain WebSocket: the same events as JSON texts, opened with a one-time ticket or a bearer token. */
const attachPlain = (
  options: SocketOptions,
): { server: WebSocketServer; opened: Map<WebSocket, SocketAuthentication> } => {
  const { server, bus, log, paths, authenticate, redeemTicket, trustedProxies } = options;
  const plain = new WebSocketServer({ noServer: true, maxPayload: 65_536 });
  const byTenant = new Map<string, Set<WebSocket>>();
  const opened = new Map<WebSocket, SocketAuthentication>();

  const identify = async (request: IncomingMessage, url: URL): Promise<SocketAuthentication | undefined> => {
    const ticket = url.searchParams.get('ticket');
    if (ticket !== null) return redeemTicket(ticket);
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const tenant = url.searchParams.get('tenant') ?? undefined;
    return token === undefined ? undefined : authenticate(token, tenant, addressOf(request, trustedProxies));
  };
  const enter = (socket: WebSocket, auth: SocketAuthentication): void => {
    const sockets = byTenant.get(auth.tenantId) ?? new Set<WebSocket>();
    byTenant.set(auth.tenantId, sockets.add(socket));
    opened.set(socket, auth);
    const timer = expire(auth, () => socket.close(4401, 'The token has expired.'));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(timer);
      sockets.delete(socket);
      opened.delete(socket);
      if (sockets.size === 0) byTenant.delete(auth.tenantId);
    });
  };
  server.on('upgrade', (request, socket, head) => {
    // From here on the socket is ours: a client that breaks it must not end the process.
    socket.on('error', () => socket.destroy());
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    if (url?.pathname.startsWith('/socket.io/')) return;
    if (!url || !paths.includes(url.pathname)) return refuse(socket, 404);
    identify(request, url).then(
      (auth) =>
        auth
          ? plain.handleUpgrade(request, socket, head, (accepted) => enter(accepted, auth))
          : refuse(socket, 401),
      (error: unknown) => refuseFor(socket, error),
    );
  });
  bus.subscribe(({ tenant, event, data }) => {
    const sockets = byTenant.get(tenant);
    if (!sockets) return;
    const text = JSON.stringify({ event, data });
    for (const socket of sockets) {
      const { bufferedAmount, readyState } = socket;
      if (readyState !== socket.OPEN) continue;
      if (bufferedAmount <= mostUnreadBytes) {
        socket.send(text);
        continue;
      }
      const auth = opened.get(socket);
      if (auth) noteUnread(log, auth, bufferedAmount);
      socket.terminate();
    }
  });
  return { server: plain, opened };
};

export const attachSockets = (options: SocketOptions): Sockets => {
  const io = attachSocketIo(options);
  const { server: plain, opened } = attachPlain(options);
  return {
    closeWhere: (change) => {
      for (const [socket, auth] of opened) if (concerns(change, auth)) socket.close(4401, 'Sign in again.');
      for (const socket of io.sockets.sockets.values())
        if (concerns(change, socket.data.auth as SocketAuthentication)) socket.disconnect(true);
    },
    connections: () => io.engine.clientsCount + plain.clients.size,
    close: async () => {
      // Not `disconnect`, after which a client of Socket.IO stays away: this one comes back by itself.
      io.engine.close();
      const clients = [...plain.clients];
      const closed = clients.map((socket) => new Promise<void>((resolve) => socket.once('close', resolve)));
      for (const socket of clients) socket.close(serviceRestart, 'The server restarts. Connect again.');
      const impatient = setTimeout(() => clients.forEach((socket) => socket.terminate()), farewellMs);
      await Promise.all(closed);
      clearTimeout(impatient);
      plain.close();
    },
  };
};
