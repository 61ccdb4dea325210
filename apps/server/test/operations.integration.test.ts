import { fileContentTypes, healthSchema, routes } from '@quadrax/contract';
import { allRoutes, eventually, jobSucceeds, startTestServer, upload } from '@quadrax/testkit';
import type { NamedRoute, TestServer } from '@quadrax/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const get = (path: string, at = server) => at.anonymous.request('GET', path);

describe('health', () => {
  it.each(['/health', '/api/health', '/api/v1/health'])(
    '%s tells of every component, without an envelope',
    async (path) => {
      const reply = await get(path);
      expect(reply.status).toBe(200);
      const health = healthSchema.parse(reply.body);
      expect(health.status).toBe('healthy');
      expect(Object.keys(health.services).toSorted()).toEqual([
        'cache',
        'database',
        'engine',
        'mail',
        'objects',
        'queue',
        'redis',
        'virusScan',
      ]);
      expect(health.services).toMatchObject({
        database: { status: 'healthy', latencyMs: expect.any(Number) },
        cache: { status: 'disabled' },
        redis: { status: 'disabled' },
        engine: { status: 'disabled' },
        mail: { status: 'disabled' },
      });
      expect(Date.now() - Date.parse(health.timestamp)).toBeLessThan(5000);
    },
  );

  it('is asked of the components once a second at most, however many want to know', async () => {
    const asked = await Promise.all(Array.from({ length: 50 }, () => get('/health')));
    const times = new Set(
      [...asked, await get('/api/health')].map(({ body }) => healthSchema.parse(body).timestamp),
    );
    // One at the most was known from before.
    expect(times.size).toBeLessThanOrEqual(2);
    await eventually(
      'it is asked anew',
      () => get('/health'),
      ({ body }) => !times.has(healthSchema.parse(body).timestamp),
    );
  });

  it('says that it lives and that it is ready', async () => {
    expect(await get('/healthz')).toMatchObject({ status: 200, body: { status: 'live' } });
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('warns, once at the start and wherever it is asked, of links in mails that lead nowhere', async () => {
    const linksOf = async (env: Record<string, string>) => {
      const open = await startTestServer({ env, work: false });
      try {
        const warned = open.logs.filter(({ action }) => action === 'mail.links').length;
        const { status, services } = healthSchema.parse((await get('/health', open)).body);
        return { status, warned, links: services['links']?.message };
      } finally {
        await open.close();
      }
    };
    expect(await linksOf({ HOST: '0.0.0.0' })).toEqual({
      status: 'healthy',
      warned: 1,
      links: expect.stringMatching(/^Links in mails point to http:\/\/localhost:\d+, .+Set FRONTEND_URL/),
    });
    const settled = { status: 'healthy', warned: 0, links: undefined };
    expect(await linksOf({ HOST: '0.0.0.0', FRONTEND_URL: 'https://ml.example.org' })).toEqual(settled);
    expect(await linksOf({ HOST: '127.0.0.1' })).toEqual(settled);
  });

  it('is 503 while the database is away, and every request says so; then all is well again', async () => {
    const fragile = await startTestServer({ mayLogErrors: true });
    try {
      const ada = await fragile.register();
      const restore = await fragile.database.cutOff();
      const health = await get('/health', fragile);
      expect(health.status).toBe(503);
      expect(healthSchema.parse(health.body)).toMatchObject({
        status: 'unhealthy',
        services: { database: { status: 'unhealthy' }, queue: { status: 'unhealthy' } },
      });
      expect(health.text).not.toMatch(/test_|127\.0\.0\.1|password/);
      expect((await get('/readyz', fragile)).status).toBe(503);
      expect((await get('/healthz', fragile)).status).toBe(200);
      const refused = await ada.request('GET', '/api/models');
      expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      await restore();
      await eventually(
        'it is ready',
        () => get('/readyz', fragile),
        ({ status }) => status === 200,
      );
      await eventually(
        'it is healthy',
        () => get('/health', fragile),
        ({ body }) => healthSchema.parse(body).status === 'healthy',
      );
      expect((await ada.request('GET', '/api/models')).status).toBe(200);
      await jobSucceeds(ada, (await upload(ada)).jobId ?? '');
    } finally {
      await fragile.close();
    }
  });
});

describe('metrics', () => {
  it('count requests by route, never by address, and time them', async () => {
    const ada = await server.register();
    await ada.request('GET', `/api/models/${crypto.randomUUID()}`);
    const reply = await get('/metrics');
    expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(reply.text).toMatch(
      /^http_requests_total\{method="GET",route="\/api\/v1\/models\/:id",status="404"\} 1$/m,
    );
    for (const name of [
      'http_request_duration_seconds_bucket',
      'database_connections_active',
      'database_query_duration_seconds_count',
      'websocket_connections',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_seconds',
    ])
      expect(reply.text).toContain(`\n${name}`);
    expect(reply.text).not.toContain(ada.tenantId);
  });

  it('can be switched off', async () => {
    const silent = await startTestServer({ env: { METRICS_ENABLED: 'false' } });
    expect((await get('/metrics', silent)).status).toBe(404);
    await silent.close();
  });
});

interface Operation {
  operationId?: string;
  summary?: string;
  security?: unknown[];
  requestBody?: { required?: boolean };
  responses: Record<string, { content?: Record<string, { schema?: unknown }>; headers?: unknown }>;
}

describe('the API’s own description', () => {
  let document: {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, unknown> };
  };
  beforeAll(async () => {
    document = (await get('/openapi.json')).body as typeof document;
  });
  const operations = (): [string, Operation][] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    );

  it('is OpenAPI 3.1 and lists exactly the routes of the contract', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const declared = allRoutes.map(
      ({ route }) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    const listed = operations().map(([address]) => address.replace('/api/v1', ''));
    expect(listed.toSorted()).toEqual(declared.toSorted());
  });

  it('gives every operation a name of its own, a summary, and the shape of its errors', () => {
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [address, { operationId, summary, responses }] of operations()) {
      expect(operationId, address).toMatch(/^\w+\.\w+$/);
      expect(summary, address).toMatch(/^[A-Z].*[^.]$/);
      for (const range of ['4XX', '5XX'])
        expect(responses[range]?.content?.['application/json']?.schema, `${address} ${range}`).toEqual({
          $ref: `#/components/schemas/${address.includes(' /v2') ? 'InferenceError' : 'Error'}`,
        });
      expect(
        Object.keys(responses).some((status) => /^[23]/.test(status)),
        address,
      ).toBe(true);
    }
  });

  it('says which operations want a token', () => {
    for (const { id, route } of allRoutes) {
      const operation = operations().find(([, { operationId }]) => operationId === id)?.[1];
      expect([id, operation?.security !== undefined]).toEqual([id, route.permission !== 'public']);
    }
  });

  it('refers to nothing that is not there', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref);
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of new Set(refs)) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(ref)?.[1];
      expect(document.components.schemas, ref).toHaveProperty(name ?? ref);
    }
  });

  it('names every path parameter it has', () => {
    for (const [address, operation] of operations()) {
      const wanted = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const { parameters = [] } = operation as {
        parameters?: { in: string; name: string; required?: boolean }[];
      };
      const given = parameters.filter((parameter) => parameter.in === 'path' && parameter.required);
      expect([address, given.map(({ name }) => name)]).toEqual([address, wanted]);
    }
  });

  const operationOf = (id: string): Operation => {
    const found = operations().find(([, { operationId }]) => operationId === id)?.[1];
    if (!found) throw new Error(`There is no operation ${id}.`);
    return found;
  };

  it('requires a body just where a request without one is refused', () => {
    const required = ({ route }: NamedRoute) =>
      route.stream
        ? true
        : route.body && (route.multipart === true || !route.body.safeParse(undefined).success);
    for (const named of allRoutes)
      expect([named.id, operationOf(named.id).requestBody?.required]).toEqual([named.id, required(named)]);
    expect(operationOf('identity.refresh').requestBody?.required).toBe(false);
    expect(JSON.stringify(document)).not.toContain('x-optional-body');
  });

  it('says of files what kinds they are, not that they are JSON', () => {
    const kindsOf = (id: string) => Object.entries(operationOf(id).responses['200']?.content ?? {});
    expect(kindsOf('audit.export').map(([type]) => type)).toEqual(['text/csv', 'application/x-ndjson']);
    expect(kindsOf('datakits.download').map(([type]) => type)).toEqual(Object.values(fileContentTypes));
    for (const [type, { schema }] of [...kindsOf('audit.export'), ...kindsOf('datakits.download')])
      expect(schema, type).toEqual({ type: 'string', format: 'binary' });
    const files = allRoutes.filter(({ route }) => route.envelope === 'file').map(({ id }) => id);
    expect(files.toSorted()).toEqual(['audit.export', 'datakits.download', 'models.export']);
  });

  it('says of files what they are in fact answered as', async () => {
    const ada = await server.register();
    const { id } = await upload(ada);
    const replies = [
      ['datakits.download', await ada.send(routes.datakits.download, { params: { id } })],
      ['audit.export', await ada.send(routes.audit.export, { query: { format: 'csv' } })],
      ['audit.export', await ada.send(routes.audit.export, { query: { format: 'ndjson' } })],
    ] as const;
    for (const [name, { headers }] of replies)
      expect(operationOf(name).responses['200']?.content).toHaveProperty([
        headers.get('content-type')?.split(';')[0] ?? '',
      ]);
  });

  it('says of redirects where they lead, and that nothing comes with them', () => {
    const redirects = allRoutes.filter(({ route }) => route.envelope === 'redirect');
    expect(redirects.length).toBeGreaterThan(0);
    for (const { id } of redirects) {
      const { '302': found, ...others } = operationOf(id).responses;
      expect(found, id).toEqual({
        description: expect.any(String),
        headers: {
          Location: { description: expect.any(String), schema: expect.objectContaining({ type: 'string' }) },
        },
      });
      expect(Object.keys(others).toSorted(), id).toEqual(['4XX', '5XX']);
    }
  });

  it('can be read as pages', async () => {
    const page = await get('/docs/');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.text).toContain('swagger-ui');
  });
});
