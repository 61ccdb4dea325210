import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { basePath, bindRoutes, createHttpApp } from '#platform/http';
import type { BindOptions, Guard, Handlers, Idempotency } from '#platform/http';
import { createLogger } from '#platform/log';
import { version } from './version.ts';

type Module = Readonly<Record<string, RouteDeclaration>>;

const unused = (): Promise<never> => Promise.reject(new Error('Nothing is served to describe the API.'));
const guard: Guard = { enter: () => unused, callerOf: () => undefined, admit: () => {}, identify: unused };
const idempotency: Idempotency = { once: unused, release: unused, forget: unused };
const db = { tenant: unused, system: unused, require: () => {} };
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
  const modules = Object.entries<Module>(routes);
  const isOutside = (module: Module): boolean => Object.values(module).some(({ protocol }) => protocol);
  const bindAll = (prefix: string, outside: boolean) =>
    http.register(
      async (scope) => {
        for (const [name, module] of modules)
          if (isOutside(module) === outside) bindRoutes(scope, name, module, handlersOf(module), options);
      },
      { prefix },
    );
  await bindAll(basePath, false);
  await bindAll('', true);
  await http.ready();
  const document = http.swagger();
  await http.close();
  return document;
};
