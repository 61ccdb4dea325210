import { randomUUID } from 'node:crypto';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import swagger from '@fastify/swagger';
import Fastify, { LogController } from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from '../log/index.ts';
import { limitBodyTime } from './body-time.ts';
import { addErrorHandler, errorSender } from './error-reply.ts';
import { addByteStreams } from './byte-streams.ts';
import { addJsonParser } from './json-body.ts';
import { refuseNoHttp } from './no-http.ts';
import { openApiOptions } from './openapi.ts';
import { usePlainWords } from './problem-words.ts';
import { secureHeaders, securityHeaders } from './security-headers.ts';
import type { WebPage } from './web-page.ts';

export const basePath = '/api/v1';

export interface HttpOptions {
  readonly log: Logger;
  readonly version: string;
  readonly environment: 'development' | 'production' | 'test';
  /** How many proxies in front are believed to say where a request came from: 0 for none. */
  readonly trustedProxies: number;
  readonly corsOrigins: readonly string[];
  /** What a browser gets where no route matches: the web app finds its own way from there. */
  readonly page: (method: string, url: string, accept: string | undefined) => WebPage | undefined;
}

const megabyte = 1024 ** 2;
/** For a body that is no upload to be all there. */
const longestBodyMs = 60_000;

/** `/api` is `/api/v1` for ever: rewritten before routing, so that everything behind knows one path. */
const canonicalUrl = (url: string): string =>
  /^\/api(?!\/v1(?:[/?]|$))(?=[/?]|$)/.test(url) ? basePath + url.slice(4) : url;

/** Fastify says null where nothing was sent, which no optional body is. */
const lenientCompiler: typeof validatorCompiler = (definition) => {
  const validate = validatorCompiler(definition);
  return (data: unknown) => validate(data ?? undefined);
};

/** What goes with every answer, those included that Fastify gives before any hook. */
const tellAlways = (request: Pick<FastifyRequest, 'id' | 'protocol'>, reply: FastifyReply): void => {
  const headers = request.protocol === 'https' ? secureHeaders : securityHeaders;
  reply.headers(headers).header('x-request-id', request.id);
};

/** Fastify with everything that every endpoint shares; modules bind their routes to it. */
export const createHttpApp = async (options: HttpOptions): Promise<FastifyInstance> => {
  const sendError = errorSender(options.environment === 'development');
  usePlainWords();
  const app = Fastify({
    loggerInstance: options.log,
    // The telemetry writes one line for each answer.
    logController: new LogController({ disableRequestLogging: true }),
    // Lines name their request themselves: a logger for each would cost as much as its checks.
    childLoggerFactory: (logger) => logger,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // Never all of them: what stands before the entries that our own proxies added is the client's to write.
    trustProxy: options.trustedProxies > 0 && ((_address, hop) => hop < options.trustedProxies),
    bodyLimit: 10 * megabyte,
    // An upload may take as long as it needs, but not stand still; a body that is no upload has its own time below.
    requestTimeout: 0,
    connectionTimeout: 60_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    rewriteUrl: (request) => canonicalUrl(request.url ?? '/'),
    // What a parameter may be, its route declares.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 4096 },
    frameworkErrors: (error, request, reply) => {
      tellAlways(request, reply);
      void sendError(error, request, reply);
    },
    clientErrorHandler: (error, socket) => refuseNoHttp(error, socket),
  }) as unknown as FastifyInstance;
  app.server.headersTimeout = 20_000;
  app.setValidatorCompiler(lenientCompiler);
  // A reply that breaks its schema is a fault of ours: tests find it, a client is not made to suffer the check.
  if (options.environment === 'test') app.setSerializerCompiler(serializerCompiler);
  else app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  addErrorHandler(app, sendError, (request) =>
    options.page(request.method, request.url, request.headers.accept),
  );
  limitBodyTime(app, longestBodyMs);
  addJsonParser(app);
  addByteStreams(app);
  // Declared beforehand, so that every request keeps one shape.
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    tellAlways(request, reply);
    done();
  });
  await app.register(cookie);
  await app.register(multipart);
  await app.register(compress, { threshold: 1024, encodings: ['br', 'gzip'] });
  if (options.corsOrigins.length > 0)
    await app.register(cors, {
      origin: [...options.corsOrigins],
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: [
        'X-Request-Id',
        'ETag',
        'Retry-After',
        'RateLimit',
        'RateLimit-Policy',
        'Idempotency-Replayed',
        'X-Cache',
        'Location',
        'Preference-Applied',
        'Upload-Offset',
      ],
      strictPreflight: false,
    });
  await app.register(swagger, openApiOptions(options.version, basePath));
  return app;
};
