import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { gradesCsv, quickTraining, uploadForm } from './builders.ts';
import type { PopulatedTenant } from './builders.ts';
import { newRegistration } from './client.ts';
import type { CallInput } from './client.ts';

type Requests = {
  readonly [M in keyof typeof routes]: { readonly [N in keyof (typeof routes)[M]]: CallInput };
};

export interface NamedRoute {
  /** `module.name`, as OpenAPI has it. */
  readonly id: string;
  readonly route: RouteDeclaration;
}

/** Every route of the contract. */
export const allRoutes: readonly NamedRoute[] = Object.entries(routes).flatMap(([module, declarations]) =>
  Object.entries(declarations as Record<string, RouteDeclaration>).map(([name, route]) => ({
    id: `${module}.${name}`,
    route,
  })),
);

/**
 * A valid request for every route, on the things of one tenant. A route without an entry does not compile, and the
 * suites that walk the routes fail.
 */
export const validRequests = ({ client, datakit, model, job, session }: PopulatedTenant): Requests => {
  const ofDatakit = { params: { id: datakit.id } };
  const ofModel = { params: { id: model.id } };
  const ofVersion = { params: { id: model.id, version: 1 } };
  const ofJob = { params: { id: job.id } };
  const changes = { body: { description: 'Changed.' } };
  return {
    identity: {
      register: { body: newRegistration() },
      login: { body: { email: client.user.email, password: 'not the password' } },
      refresh: { body: { refreshToken: client.session?.refreshToken } },
      logout: {},
      me: {},
      sessions: {},
      endSession: { params: { id: session.id } },
      endOtherSessions: {},
      logoutAll: {},
      changePassword: { body: { currentPassword: 'not the password', newPassword: 'a password to come' } },
    },
    datakits: {
      samples: {},
      addSample: { params: { sample: 'iris' } },
      upload: { form: uploadForm(gradesCsv(), 'grades.csv', { name: randomUUID() }) },
      list: {},
      get: ofDatakit,
      update: { ...ofDatakit, ...changes },
      remove: ofDatakit,
      restore: ofDatakit,
      profile: ofDatakit,
      preview: ofDatakit,
      download: ofDatakit,
    },
    models: {
      list: {},
      create: { body: { name: 'Another', type: 'REGRESSION' } },
      get: ofModel,
      update: { ...ofModel, ...changes },
      remove: ofModel,
      restore: ofModel,
      train: { ...ofModel, body: quickTraining(datakit.id) },
      versions: ofModel,
      version: ofVersion,
      log: ofVersion,
      deploy: { ...ofModel, body: { version: 1 } },
      undeploy: ofModel,
      predict: { ...ofModel, body: { inputs: { hours: 12, city: 'Bern', rainfall: 3.5 } } },
    },
    jobs: { list: {}, get: ofJob, logs: ofJob, cancel: ofJob },
    operations: { health: {}, ticket: {} },
  };
};

/** The request of one route. @throws if the table has no entry for it. */
export const requestOf = (requests: Requests, id: string): CallInput => {
  const [module = '', name = ''] = id.split('.');
  const found = (requests as Record<string, Record<string, CallInput>>)[module]?.[name];
  if (!found)
    throw new Error(`packages/testkit/src/requests.ts has no request for the route ${id}: add one.`);
  return found;
};
