import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { basePath, bindRoutes, createHttpApp } from '#platform/http';
import type { BindOptions, Guard, Handlers, Idempotency } from '#platform/http';
import { createLogger } from '#platform/log';
import { version } from './version.ts';

type Module = Readonly<Record<string, RouteDeclaration>>;

const unused = (): Promise<never> => Promise.reject(new Error('Nothing is served to describe the API.'));
const guard: Guard = { enter: () => unused, callerOf: () => undefined };
const idempotency: Idempotency = { once: unused, release: unused };
const db = { tenant: unused, system: unused };
const options: BindOptions = { db, guard, idempotency };

const handlersOf = (module: Module): Handlers<Module> =>
  Object.fromEntries(Object.keys(module).map((name) => [name, unused]));

/**
 * The OpenAPI 3.1 document of every route in the contract, as `/openapi.json` answers it; needs no database and
 * listens nowhere. The SDK's types are generated from it.
 */
export const openApiDocument = async (): Promise<object> => {
  const http = await createHttpApp({
    log: createLogger('silent'),
    version,
    environment: 'production',
    trustedProxies: 0,
    corsOrigins: [],
    page: () => undefined,
  });
  await http.register(
    async (scope) => {
      for (const [name, module] of Object.entries<Module>(routes))
        bindRoutes(scope, name, module, handlersOf(module), options);
    },
    { prefix: basePath },
  );
  await http.ready();
  const document = http.swagger();
  await http.close();
  return document;
};
