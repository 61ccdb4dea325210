/** Puts one read together from the product's own parts, short of one of its promises. See promises.ts. */
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { routes } from '@quadrax/contract';
import { drizzle } from 'drizzle-orm/node-postgres';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { Pool } from 'pg';
import type { z } from 'zod';
import { configFromEnvironment, loadSecrets } from '../../apps/server/src/config/index.ts';
import { createIdentity } from '../../apps/server/src/modules/identity/index.ts';
import { createJobsModule } from '../../apps/server/src/modules/jobs/index.ts';
import { openDatabase } from '../../apps/server/src/platform/db/index.ts';
import type { Database } from '../../apps/server/src/platform/db/index.ts';
import { createFaults } from '../../apps/server/src/platform/faults/index.ts';
import {
  basePath,
  bindRoutes,
  createCursors,
  createGuard,
  createHttpApp,
  createIdempotency,
  createRateLimiter,
} from '../../apps/server/src/platform/http/index.ts';
import type { Caller } from '../../apps/server/src/platform/http/index.ts';
import type { Jobs } from '../../apps/server/src/platform/jobs/index.ts';
import { createLogger } from '../../apps/server/src/platform/log/index.ts';
import { createMail } from '../../apps/server/src/platform/mail/index.ts';
import { createTelemetry } from '../../apps/server/src/platform/telemetry/index.ts';
import type { Promised } from '../promises.ts';

/** What this server does without, and who is taken to call where nobody is asked for a token. */
export interface Variant {
  readonly without: readonly Promised[];
  readonly caller: Caller;
}

const { without, caller } = JSON.parse(process.argv[2] ?? '{}') as Variant;
const keeps = (promised: Promised): boolean => !without.includes(promised);

const config = configFromEnvironment();
const secrets = loadSecrets(config);
const log = createLogger('silent');
const telemetry = createTelemetry();
const worker = randomUUID();
const opened = await openDatabase({
  dataDir: config.dataDir,
  url: config.databaseUrl,
  poolSize: config.databasePoolSize,
  poolTimeoutMs: config.databasePoolTimeoutMs,
  secret: secrets.signing,
  log,
  ...(keeps('telemetry') && { measure: telemetry.measureQuery }),
});
/** One statement as the owner, whom no policy binds: no transaction, no tenant. */
const plain = drizzle(new Pool({ connectionString: config.databaseUrl, max: config.databasePoolSize }));
const db: Database = keeps('tenant') ? opened : { ...opened, tenant: (_tenant, work) => work(plain) };

const cursors = createCursors(secrets.signing);
const mail = createMail({ db, log, worker, reach: createFaults(undefined), smtp: undefined });
const publicUrl = (): string => 'http://localhost';
const identity = await createIdentity({ db, cursors, mail, log, publicUrl }, config, secrets);
// Reading a job asks nothing of the queue.
const jobs = createJobsModule({ db, cursors, jobs: {} as Jobs });

const enough = { most: 1e9, windowMs: 60_000 };
const guard = createGuard({
  authenticator: keeps('token')
    ? identity.authenticator
    : { authenticate: async () => caller, isCheap: () => true },
  limiter: keeps('rate limit') ? createRateLimiter() : undefined,
  limits: {
    anonymous: { name: 'anonymous', ...enough },
    authenticated: { name: 'authenticated', ...enough },
    tenant: { name: 'tenant', ...enough },
    compute: { name: 'compute', ...enough },
    register: { name: 'register', ...enough },
    mail: { name: 'mail', ...enough },
  },
});

/** Fastify that validates and answers, and does nothing else for an answer. */
const bareApp = (): FastifyInstance => {
  const app = Fastify();
  app.decorateRequest('caller', undefined);
  app.setValidatorCompiler(({ schema }) => (data) => ({
    value: (schema as unknown as z.ZodType).parse(data),
  }));
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  return app;
};

const http = keeps('hooks')
  ? await createHttpApp({
      log,
      version: 'bench',
      environment: 'production',
      trustedProxies: 0,
      corsOrigins: [],
      page: () => undefined,
    })
  : bareApp();
if (keeps('telemetry')) telemetry.watch(http);
const get = {
  ...routes.jobs.get,
  ...(!keeps('etag') && { etag: 'none' as const }),
};
await http.register(
  async (scope) =>
    bindRoutes(
      scope,
      'jobs',
      { get },
      { get: jobs.routes.get },
      {
        db,
        guard,
        idempotency: createIdempotency(db, worker),
      },
    ),
  { prefix: basePath },
);
await http.listen({ host: '127.0.0.1', port: 0 });
process.on('disconnect', () => process.exit(0));
process.send?.((http.server.address() as AddressInfo).port);
