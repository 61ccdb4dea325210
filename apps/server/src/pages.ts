import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Health } from '@quadrax/contract';
import { docsPolicy, webPage } from '#platform/http';
import type { HttpOptions } from '#platform/http';
import type { Telemetry } from '#platform/telemetry';

const webFolder = fileURLToPath(new URL('../../web/dist/', import.meta.url));
const yearSeconds = 31_536_000;

/** What the build of the web app writes wherever the page's nonce belongs; see its vite.config.ts. */
const nonceMark = '__CSP_NONCE__';

export interface PageOptions {
  readonly health: () => Promise<Health>;
  /** Whether a balancer should send requests here. Asked several times a second, so it must cost nothing. */
  readonly ready: () => boolean;
  readonly telemetry: Telemetry;
  readonly metricsEnabled: boolean;
}

/** What stands outside the base path: health for machines, metrics, the API's own description. */
export const addOperationalPages = async (app: FastifyInstance, options: PageOptions): Promise<void> => {
  const hidden = { schema: { hide: true } } as const;
  app.get('/healthz', hidden, async () => ({ status: 'live' }));
  app.get('/readyz', hidden, async (_request, reply) => {
    const ready = options.ready();
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
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: docsPolicy,
    // Here alone: the description by itself is no page that one came to from the app.
    transformSpecification: (description: Readonly<Record<string, unknown>>) => ({
      ...description,
      info: {
        ...(description['info'] as object),
        description: `[Back to the app](/)\n\n${String((description['info'] as { description?: unknown }).description)}`,
      },
    }),
    transformSpecificationClone: false,
    // Without its top bar, whose logo brings a style element that the policy refuses.
    uiConfig: { deepLinking: true, layout: 'BaseLayout' },
  });
};

const ours = /^\/(api|v2|docs|socket\.io|metrics|health|openapi\.json)/;

export interface WebApp {
  /** Its page, where a request that no route took is a person opening one. */
  readonly page: HttpOptions['page'];
  /** Serves its files: those by their hashed names for ever. The page is no file, since each one has its own nonce. */
  addFiles(app: FastifyInstance): Promise<void>;
}

/** The web app as it was built; without a build there is none. */
export const loadWebApp = (): WebApp => {
  const index = `${webFolder}index.html`;
  if (!existsSync(index)) return { page: () => undefined, addFiles: async () => {} };
  const page = webPage(readFileSync(index, 'utf8'), nonceMark);
  return {
    page: (method, url, accept) =>
      method === 'GET' && (accept ?? '').includes('text/html') && !ours.test(url) ? page : undefined,
    addFiles: async (app) => {
      await app.register(fastifyStatic, {
        root: webFolder,
        wildcard: false,
        index: false,
        globIgnore: ['index.html'],
        setHeaders: (response, path) => {
          const hashed = path.includes('/assets/');
          response.header('Cache-Control', hashed ? `public, max-age=${yearSeconds}, immutable` : 'no-cache');
        },
      });
    },
  };
};
