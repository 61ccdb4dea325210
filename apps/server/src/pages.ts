import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Health } from '@quadrax/contract';
import type { Telemetry } from '#platform/telemetry';

const webFolder = fileURLToPath(new URL('../../web/dist/', import.meta.url));
const yearSeconds = 31_536_000;

export interface PageOptions {
  readonly health: () => Promise<Health>;
  readonly ready: () => boolean;
  readonly telemetry: Telemetry;
  readonly metricsEnabled: boolean;
}

/** What stands outside the base path: health for machines, metrics, the API's own description. */
export const addOperationalPages = async (app: FastifyInstance, options: PageOptions): Promise<void> => {
  const hidden = { schema: { hide: true } } as const;
  app.get('/healthz', hidden, async () => ({ status: 'live' }));
  app.get('/readyz', hidden, async (_request, reply) => {
    const database = options.ready() ? (await options.health()).services['database']?.status : undefined;
    const ready = options.ready() && database !== 'unhealthy';
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  app.get('/health', hidden, async (_request, reply) => {
    const health = await options.health();
    return reply.status(health.status === 'unhealthy' ? 503 : 200).send(health);
  });
  app.get('/openapi.json', hidden, async () => app.swagger());
  if (options.metricsEnabled)
    app.get('/metrics', hidden, async (_request, reply) => {
      const { contentType, text } = await options.telemetry.render();
      return reply.type(contentType).send(text);
    });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: false, uiConfig: { deepLinking: true } });
};

/** The web app: files by their hashed names for ever, everything else that a browser asks for is its one page. */
export const addWebApp = async (app: FastifyInstance): Promise<void> => {
  if (!existsSync(webFolder)) return;
  await app.register(fastifyStatic, {
    root: webFolder,
    wildcard: false,
    index: false,
    setHeaders: (response, path) => {
      const hashed = path.includes('/assets/');
      response.header('Cache-Control', hashed ? `public, max-age=${yearSeconds}, immutable` : 'no-cache');
    },
  });
};

const ours = /^\/(api|v2|docs|socket\.io|metrics|health|openapi\.json)/;

/** The web app's page, where a request that no route took is a person opening one. */
export const pageFor = (method: string, url: string, accept: string | undefined): string | undefined => {
  const person = method === 'GET' && (accept ?? '').includes('text/html') && !ours.test(url);
  return person && existsSync(webFolder) ? 'index.html' : undefined;
};
