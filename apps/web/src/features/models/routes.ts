import { mostCompared } from '@quadrax/contract/words';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '#lib/routes.ts';
import { oneOf, text, whole } from '#lib/search.ts';

export const statuses = ['DRAFT', 'TRAINING', 'TRAINED', 'DEPLOYED', 'FAILED'] as const;
/** The types that a table is trained to. */
export const tableTypes = ['CLASSIFICATION', 'REGRESSION'] as const;

export const modelSorts = ['name', '-name', 'updatedAt', '-updatedAt'] as const;

export interface ModelsSearch {
  name?: string | undefined;
  status?: (typeof statuses)[number] | undefined;
  type?: (typeof tableTypes)[number] | undefined;
  datakitId?: string | undefined;
  /** Those that were deleted, in place of the others. */
  deleted?: 'true' | undefined;
  /** Absent, the newest first. */
  sort?: (typeof modelSorts)[number] | undefined;
}

export const modelsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models',
  validateSearch: (search: Record<string, unknown>): ModelsSearch => ({
    name: text(search['name']),
    status: oneOf(search['status'], statuses),
    type: oneOf(search['type'], tableTypes),
    datakitId: text(search['datakitId']),
    deleted: oneOf(String(search['deleted']), ['true']),
    sort: oneOf(search['sort'], modelSorts),
  }),
  component: lazyRouteComponent(() => import('./models-page.tsx'), 'ModelsPage'),
});

export interface TrainSearch {
  datakitId?: string | undefined;
  /** The model that gets a new version; absent, a new model is made. */
  modelId?: string | undefined;
  /** The version whose settings fill the form; absent, the latest. */
  version?: number | undefined;
  /** The training whose settings fill the form, whether or not it made a version. */
  jobId?: string | undefined;
}

export const trainRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models/new',
  validateSearch: (search: Record<string, unknown>): TrainSearch => ({
    datakitId: text(search['datakitId']),
    modelId: text(search['modelId']),
    version: whole(search['version'], 1),
    jobId: text(search['jobId']),
  }),
  component: lazyRouteComponent(() => import('./train-page.tsx'), 'TrainPage'),
});

export const modelTabs = ['results', 'explain', 'predict', 'monitoring', 'training'] as const;

export const monitoringDays = ['1', '7', '30'] as const;
/** A version of a model in the address bar: "id:version". */
export interface ComparedVersion {
  readonly modelId: string;
  readonly version: number;
}

export interface CompareSearch {
  items?: string | undefined;
}

export const comparedText = (items: readonly ComparedVersion[]): string =>
  items.map(({ modelId, version }) => `${modelId}:${version}`).join(',');

/** What the address bar asks for; what is not understood is left out. */
export const comparedOf = (items: string | undefined): ComparedVersion[] =>
  (items ?? '')
    .split(',')
    .flatMap((item) => {
      const [modelId = '', number] = item.split(':');
      const version = whole(number, 1);
      return modelId === '' || version === undefined ? [] : [{ modelId, version }];
    })
    .slice(0, mostCompared);

export const compareRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models/compare',
  validateSearch: (search: Record<string, unknown>): CompareSearch => ({ items: text(search['items']) }),
  component: lazyRouteComponent(() => import('./compare-page.tsx'), 'ComparePage'),
});

export interface ModelSearch {
  /** The version shown; absent, the latest. */
  version?: number | undefined;
  tab?: (typeof modelTabs)[number] | undefined;
  /** How far back the monitoring looks; absent, a week. */
  days?: (typeof monitoringDays)[number] | undefined;
  /** The class that is explained, and the feature that is followed: along its values, or in its distributions. */
  label?: string | undefined;
  feature?: string | undefined;
  /** The rows that are shown: of a cell of the confusion matrix, … */
  actual?: string | undefined;
  predicted?: string | undefined;
  /** … or near a predicted and an actual value: "3.1,2.9". */
  near?: string | undefined;
}

export const modelRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/models/$id',
  validateSearch: (search: Record<string, unknown>): ModelSearch => ({
    version: whole(search['version'], 1),
    tab: oneOf(search['tab'], modelTabs),
    days: oneOf(text(search['days']), monitoringDays),
    label: text(search['label']),
    feature: text(search['feature']),
    actual: text(search['actual']),
    predicted: text(search['predicted']),
    near: text(search['near']),
  }),
  component: lazyRouteComponent(() => import('./model-page.tsx'), 'ModelPage'),
});

export const modelsRoutes = [modelsRoute, trainRoute, compareRoute, modelRoute] as const;
