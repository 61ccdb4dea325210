import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How often connections that have fallen idle meanwhile are closed, while requests under way are waited for. */
const sweepMs = 50;

/** How a server leaves: requests under way finish, and no connection outlasts its last answer. */
export interface Departure {
  /** From now on every answer ends its connection; requests are still taken. */
  announce(): void;
  /** Lets nobody in any more; settles when the last request under way has been answered. */
  complete(): Promise<void>;
}

/** To be made before the routes are. */
export const createDeparture = (app: FastifyInstance): Departure => {
  let leaving = false;
  // Node takes a connection that never brought a request, as browsers open them in reserve, for a busy one.
  const silent = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  const closeIdle = (): void => {
    app.server.closeIdleConnections();
    for (const socket of silent) {
      if (socket.bytesRead === 0) socket.destroy();
      else silent.delete(socket);
    }
  };
  // Also for a request that came before the end was in sight: its connection would be kept for the next.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (leaving) reply.header('Connection', 'close');
    done();
  });
  const announce = (): void => {
    leaving = true;
  };
  return {
    announce,
    complete: async () => {
      announce();
      const closed = app.close();
      const sweep = setInterval(closeIdle, sweepMs);
      try {
        await closed;
      } finally {
        clearInterval(sweep);
      }
    },
  };
};
