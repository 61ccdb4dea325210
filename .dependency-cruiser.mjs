/** The rules of docs/architecture.md that are about who may import whom. `npm run check` keeps them. */

const moduleEdges = {
  // module: the modules whose front door it may use. An edge that would close a circle is turned round: the lower
  // module takes a function, and apps/server/src/modules.ts hands it in.
  identity: [],
  audit: [],
  datakits: [],
  models: ['datakits'],
  inference: ['models'],
  jobs: [],
  mail: [],
  upkeep: [],
  operations: [],
};

const server = '^apps/server/src';

const edgeRules = Object.entries(moduleEdges).map(([name, allowed]) => ({
  name: `edges-of-${name}`,
  comment: `Modules depend on each other only as declared in .dependency-cruiser.mjs (${name}: ${allowed.join(', ') || 'none'}). Add the edge there, or pass what is needed in from modules.ts.`,
  severity: 'error',
  from: { path: `${server}/modules/${name}/` },
  to: {
    path: `${server}/modules/`,
    pathNot: [
      `${server}/modules/${name}/`,
      ...allowed.map((other) => `${server}/modules/${other}/(index|compute).ts$`),
    ],
  },
}));

export default {
  forbidden: [
    ...edgeRules,
    {
      name: 'declared-modules',
      comment: 'A new module is listed, with its edges, in .dependency-cruiser.mjs.',
      severity: 'error',
      from: { path: `${server}/modules/(?!(${Object.keys(moduleEdges).join('|')})/)` },
      to: {},
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'A circle means that two files are one idea, or that an edge points the wrong way.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    {
      name: 'platform-knows-no-module',
      severity: 'error',
      comment: 'What the platform needs of a module is handed to it as a function (see app.ts).',
      from: { path: `${server}/platform/` },
      to: { path: [`${server}/modules/`, `${server}/config/`, `${server}/app.ts`] },
    },
    {
      name: 'front-door',
      severity: 'error',
      comment: 'A platform part is imported by its index.ts.',
      from: { path: `${server}/(modules|[a-z]+\\.ts)` },
      to: { path: `${server}/platform/[^/]+/(?!index\\.ts$)` },
    },
    {
      name: 'only-stores-know-sql',
      severity: 'error',
      comment: 'SQL stands in <module>.store.ts and <module>.tables.ts.',
      from: { path: `${server}/modules/`, pathNot: ['\\.(store|tables)\\.ts$', '\\.test\\.ts$', '/data/'] },
      to: { path: 'node_modules/drizzle-orm' },
    },
    {
      name: 'only-compute-knows-ml',
      severity: 'error',
      comment:
        'Numerics run in compute processes. Exceptions: a single prediction (models.serving.ts), and what a training is refused for before it is queued (models.preflight.ts).',
      from: {
        path: `${server}/`,
        pathNot: [
          '\\.(compute|jobs|serving|preflight|test)\\.ts$',
          // They run in the compute process that profiles a table, or reads one for a training.
          '/datakits/data/(column|correlations|leaks|sorted-summary)',
          '/datakits/compute\\.ts$',
        ],
      },
      to: { path: '^packages/ml/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'compute-loads-no-schemas',
      comment:
        'A compute process waits for all that its task loads: schemas are for the edge. What both need has an entry of its own in the contract.',
      severity: 'error',
      from: {
        path: [`${server}/modules/datakits/data/`, `${server}/modules/.*(^|[./])compute\\.ts$`],
        pathNot: ['/data/page-request\\.ts$', '\\.test\\.ts$'],
      },
      to: {
        path: ['node_modules/zod/', '^packages/contract/src/index\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'compute-loads-no-server',
      comment:
        'A compute process waits for all that its task loads. Of other modules it uses their compute.ts, not their index.ts.',
      severity: 'error',
      from: { path: `${server}/modules/.*(^|[./])compute\\.ts$` },
      to: { path: `${server}/modules/[^/]+/index\\.ts$`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'routes-decide-nothing',
      severity: 'error',
      comment: 'Routes call their service.',
      from: { path: '\\.routes\\.ts$' },
      to: {
        path: ['\\.(store|tables|jobs|compute)\\.ts$', `${server}/platform/(db|jobs|objects|compute)/`],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'environment-is-read-once',
      severity: 'error',
      comment: 'config/ reads the environment; the rest is given its configuration.',
      from: { path: `${server}/`, pathNot: [`${server}/config/`, '\\.test\\.ts$'] },
      to: { path: '^(node:)?dotenv' },
    },
    {
      name: 'ml-is-pure',
      severity: 'error',
      comment: 'packages/ml imports nothing of the app and no Node API.',
      from: { path: '^packages/ml/src', pathNot: '\\.test\\.ts$' },
      to: { path: ['^apps/', '^packages/(?!ml/)'] },
    },
    {
      name: 'ml-no-node',
      severity: 'error',
      comment: 'packages/ml runs anywhere.',
      from: { path: '^packages/ml/src', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'contract-has-no-io',
      severity: 'error',
      comment: 'The contract is schemas only.',
      from: { path: '^packages/contract/' },
      to: { path: ['^apps/', '^packages/(?!contract/)'] },
    },
    {
      name: 'client-knows-contract-only',
      severity: 'error',
      comment: 'apps → client → contract.',
      from: { path: '^packages/client/src', pathNot: '\\.test\\.ts$' },
      to: { path: ['^apps/', '^packages/(?!client/|contract/)'] },
    },
    {
      name: 'web-knows-client-only',
      severity: 'error',
      comment: 'The web app reaches the server through the client.',
      from: { path: '^apps/web/src' },
      to: { path: ['^apps/(?!web/)', '^packages/(?!client/|contract/)'] },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['build/kernels', '\\.csv\\?raw$', '^virtual:'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(build|dist|generated|assembly|e2e)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
