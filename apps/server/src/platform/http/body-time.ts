import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const isUpload = ({ headers }: IncomingMessage): boolean =>
  /^(?:multipart\/|application\/(?:octet-stream|partial-upload)\b)/i.test(headers['content-type'] ?? '');

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** How much later than due a connection may be ended, at most. */
const longestDelayMs = 1000;

/**
 * Ends the connection of a body that is not all there in time: bytes that trickle in keep every other timer from
 * running out. An upload may take as long as it needs, until it is answered: what comes after a refusal may not.
 */
export const limitBodyTime = (app: FastifyInstance, longestMs: number): void => {
  // One look at all of them a second: a timer and its listeners for each would cost more than most of what is asked.
  const due = new Map<IncomingMessage, number>();
  const expect = (request: IncomingMessage): void => {
    due.set(request, performance.now() + longestMs);
  };
  const sweep = setInterval(
    () => {
      const now = performance.now();
      for (const [request, at] of due) {
        if (request.complete || request.destroyed) due.delete(request);
        else if (at <= now) request.socket.destroy();
      }
    },
    Math.min(longestDelayMs, longestMs / 4),
  ).unref();
  app.addHook('onClose', async () => clearInterval(sweep));
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (hasBody(raw) && !isUpload(raw)) expect(raw);
    done();
  });
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (raw.complete) due.delete(raw);
    else if (!due.has(raw)) expect(raw);
    done();
  });
};
