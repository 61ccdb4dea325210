import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors/index.ts';

/** Hands a body of bytes to the routes that declare to take it as it arrives; nobody else is sent one. */
export const addByteStreams = (app: FastifyInstance): void => {
  app.addContentTypeParser(
    ['application/octet-stream', 'application/partial-upload'],
    (request, payload, done) => {
      if (request.routeOptions.config.declaration?.stream) return done(null, payload);
      done(new AppError('UNSUPPORTED_TYPE', { message: 'Send JSON: this address takes no bytes.' }));
    },
  );
};
