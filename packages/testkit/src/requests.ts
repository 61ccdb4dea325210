import { randomUUID } from 'node:crypto';
import { routes } from '@quadrax/contract';
import type { RouteDeclaration } from '@quadrax/contract';
import { gradesCsv, importForm, quickTraining, sumModel, uploadForm } from './builders.ts';
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
  const ofUpload = { params: { id: tenant.upload.id } };
  const ofDatakit = { params: { id: datakit.id } };
  const ofModel = { params: { id: model.id } };
  const ofVersion = { params: { id: model.id, version: 1 } };
  const ofJob = { params: { id: job.id } };
  const ofMail = { params: { id: mail.id } };
  const tensors = {
    inputs: [
      { name: 'hours', shape: [1], datatype: 'FP64', data: [12] },
      { name: 'city', shape: [1], datatype: 'BYTES', data: ['Bern'] },
      { name: 'rainfall', shape: [1], datatype: 'FP64', data: [3.5] },
    ],
  };
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
    tenants: {
      get: { params: { id: client.tenantId } },
      update: { params: { id: client.tenantId }, body: { name: 'Renamed' } },
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
      startUpload: { body: { fileName: 'grades.csv', bytes: 10 } },
      getUpload: ofUpload,
      appendUpload: { ...ofUpload, headers: { 'upload-offset': '0' }, bytes: new Uint8Array([97]) },
      completeUpload: ofUpload,
      cancelUpload: ofUpload,
      versions: ofDatakit,
      version: { params: { id: datakit.id, version: 1 } },
      restoreVersion: { params: { id: datakit.id, version: 1 } },
      append: { ...ofDatakit, form: uploadForm(gradesCsv(), 'more.csv') },
      replace: { ...ofDatakit, form: uploadForm(gradesCsv(), 'newer.csv') },
      lineage: ofDatakit,
      query: { ...ofDatakit, body: { sql: 'SELECT city, count(*) AS n FROM data GROUP BY city' } },
      previewTransform: { ...ofDatakit, body: { steps: [{ step: 'drop', columns: ['rainfall'] }] } },
      // Columns stay: what comes after asks the model for predictions of the rows.
      transform: { ...ofDatakit, body: { steps: [{ step: 'sort', by: [{ column: 'hours' }] }] } },
    },
    models: {
      list: {},
      create: { body: { name: 'Another', type: 'REGRESSION' } },
      get: ofModel,
      update: { ...ofModel, ...changes },
      remove: ofModel,
      restore: ofModel,
      train: { ...ofModel, body: quickTraining(datakit.id) },
      training: { params: { id: model.id, jobId: job.id } },
      versions: ofModel,
      version: ofVersion,
      explanation: ofVersion,
      rows: ofVersion,
      candidates: ofModel,
      compare: {
        body: { items: [1, 1].map((version) => ({ modelId: ofModel.params.id, version })) },
      },
      compareVersions: { ...ofModel, body: { versions: [1, 1] } },
      log: ofVersion,
      deploy: { ...ofModel, body: { version: 1 } },
      deployments: ofModel,
      monitoring: ofModel,
      undeploy: { ...ofModel, body: {} },
      import: { form: importForm(sumModel(), 'sum.onnx') },
      export: { ...ofModel, query: { format: 'json' } },
      predictBatch: { ...ofModel, body: { datakitId: datakit.id } },
      predict: { ...ofModel, body: { inputs: { hours: 12, city: 'Bern', rainfall: 3.5 } } },
    },
    inference: {
      server: {},
      live: {},
      ready: {},
      model: { params: { name: model.id } },
      modelVersion: { params: { name: model.id, version: 1 } },
      modelReady: { params: { name: model.id } },
      modelVersionReady: { params: { name: model.id, version: 1 } },
      infer: { params: { name: model.id }, body: tensors },
      inferVersion: { params: { name: model.id, version: 1 }, body: tensors },
    },
    jobs: { list: {}, get: ofJob, logs: ofJob, cancel: ofJob, retry: ofJob },
    mail: { list: {}, get: ofMail, send: ofMail },
    upkeep: { list: {}, run: { params: { name: 'mails' } } },
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
