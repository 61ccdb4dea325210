import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const isUpload = ({ headers }: IncomingMessage): boolean =>
  /^(?:multipart\/|application\/(?:octet-stream|partial-upload)\b)/i.test(headers['content-type'] ?? '');

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

const cutOffAfter = (longestMs: number, request: IncomingMessage): void => {
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), longestMs).unref();
  const settled = (): void => clearTimeout(timer);
  request.once('end', settled).once('close', settled);
};

/**
 * Ends the connection of a body that is not all there in time: bytes that trickle in keep every other timer from
 * running out. An upload may take as long as it needs, until it is answered: what comes after a refusal may not.
 */
export const limitBodyTime = (app: FastifyInstance, longestMs: number): void => {
  app.addHook('onRequest', (request, _reply, done) => {
    if (hasBody(request.raw) && !isUpload(request.raw)) cutOffAfter(longestMs, request.raw);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    if (isUpload(request.raw)) cutOffAfter(longestMs, request.raw);
    done();
  });
};
