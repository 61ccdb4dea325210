import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { gradesCsv, quickTraining, uploadForm } from './builders.ts';
import type { PopulatedTenant } from './builders.ts';
import { newEmail, newRegistration } from './client.ts';
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
export const validRequests = (tenant: PopulatedTenant): Requests => {
  const { client, datakit, model, job, session, mail, apiKey, invitation } = tenant;
  const ofUser = { params: { id: client.user.id } };
  const token = 'a token that no link carries';
  const password = 'a password to come';
  const person = { email: newEmail(), firstName: 'Bob', lastName: 'Test' };
  const ofDatakit = { params: { id: datakit.id } };
  const ofModel = { params: { id: model.id } };
  const ofVersion = { params: { id: model.id, version: 1 } };
  const ofJob = { params: { id: job.id } };
  const ofMail = { params: { id: mail.id } };
  const changes = { body: { description: 'Changed.' } };
  return {
    identity: {
      register: { body: newRegistration() },
      login: { body: { email: client.user.email, password: 'not the password' } },
      refresh: { body: { refreshToken: client.session?.refreshToken } },
      logout: {},
      methods: {},
      passwordStrength: { body: { password } },
      setup: { body: { ...person, token, password } },
      verifyEmail: { body: { token } },
      forgotPassword: { body: { email: client.user.email } },
      resetPassword: { body: { token, password } },
      invitation: { body: { token } },
      acceptInvitation: { body: { token, password, firstName: 'Bob', lastName: 'Test' } },
      openIdConnect: {},
      openIdConnectReturn: {},
    },
    account: {
      me: {},
      updateMe: { body: { firstName: 'Augusta' } },
      memberships: {},
      leave: { params: { id: client.tenantId } },
      join: { body: { token } },
      sessions: {},
      endSession: { params: { id: session.id } },
      endOtherSessions: {},
      logoutAll: {},
      changePassword: { body: { currentPassword: 'not the password', newPassword: password } },
      resendVerification: {},
      changeEmail: { body: { email: newEmail(), password: 'not the password' } },
      apiKeys: {},
      createApiKey: { body: { name: 'Another', scopes: ['read'] } },
      revokeApiKey: { params: { id: apiKey.id } },
    },
    users: {
      list: {},
      get: ofUser,
      create: { body: { ...person, password } },
      update: { ...ofUser, body: { role: 'ADMIN' } },
      remove: ofUser,
      invitations: {},
      invite: { body: { email: newEmail() } },
      revokeInvitation: { params: { id: invitation.id } },
    },
    platform: { accounts: {}, updateAccount: { ...ofUser, body: { disabled: false } } },
    audit: { list: {}, export: {}, verify: {} },
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
    jobs: { list: {}, get: ofJob, logs: ofJob, cancel: ofJob, retry: ofJob },
    mail: { list: {}, get: ofMail, send: ofMail },
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
