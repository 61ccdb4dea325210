import type { RouteDeclaration, routes } from '@quadrax/contract';

type Routes = typeof routes;

/** "GET /datakits/:id data": method, path and envelope of a declared route, as one string. */
type Signature<R> = R extends RouteDeclaration ? `${R['method']} ${R['path']} ${R['envelope']}` : never;

/** The type makes every string below equal the contract's own, so that the contract stays out of the bundle. */
export const endpoints: { [M in keyof Routes]: { [N in keyof Routes[M]]: Signature<Routes[M][N]> } } = {
  identity: {
    register: 'POST /auth/register data',
    login: 'POST /auth/login data',
    refresh: 'POST /auth/refresh data',
    logout: 'POST /auth/logout empty',
    me: 'GET /auth/me data',
  },
  datakits: {
    samples: 'GET /datakits/samples data',
    addSample: 'POST /datakits/samples/:sample data',
    upload: 'POST /datakits/upload data',
    list: 'GET /datakits list',
    get: 'GET /datakits/:id data',
    update: 'PATCH /datakits/:id data',
    remove: 'DELETE /datakits/:id empty',
    restore: 'POST /datakits/:id/restore data',
    profile: 'GET /datakits/:id/profile data',
    preview: 'GET /datakits/:id/preview data',
    download: 'GET /datakits/:id/download file',
  },
  models: {
    list: 'GET /models list',
    create: 'POST /models data',
    get: 'GET /models/:id data',
    update: 'PATCH /models/:id data',
    remove: 'DELETE /models/:id empty',
    restore: 'POST /models/:id/restore data',
    train: 'POST /models/:id/train data',
    versions: 'GET /models/:id/versions list',
    version: 'GET /models/:id/versions/:version data',
    log: 'GET /models/:id/versions/:version/log list',
    deploy: 'POST /models/:id/deploy data',
    undeploy: 'POST /models/:id/undeploy data',
    predict: 'POST /models/:id/predict data',
  },
  jobs: {
    list: 'GET /jobs list',
    get: 'GET /jobs/:id data',
    logs: 'GET /jobs/:id/logs list',
    cancel: 'POST /jobs/:id/cancel data',
  },
  operations: {
    health: 'GET /health raw',
    ticket: 'POST /events/ticket data',
  },
};
