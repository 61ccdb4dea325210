import type { Model, ModelType, TrainRequest } from '@quadrax/contract';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { failureOf } from '#lib/failure.ts';
import { useEvent, useLive } from '#lib/events.ts';
import { type Arrival, withCandidate } from './candidates.ts';
import type { ComparedVersion, ModelsSearch } from './routes.ts';
import { type TrainValues, toTrainBody } from './train-form.ts';

export interface ModelListSearch {
  readonly name?: string | undefined;
  readonly status?: Model['status'] | undefined;
  readonly type?: ModelType | undefined;
  readonly datakitId?: string | undefined;
  readonly deleted?: 'true' | undefined;
  readonly sort?: ModelsSearch['sort'];
}

const all = ['models'] as const;
const lists = ['models', 'list'] as const;
const oneKey = (id: string) => ['models', 'one', id] as const;
const versionsKey = (id: string) => ['models', 'versions', id] as const;
const candidatesKey = (id: string, jobId: string) => ['models', 'candidates', id, jobId] as const;

/** Models, newest first unless sorted otherwise, a page at a time. */
export function useModels(search: ModelListSearch) {
  return useInfiniteQuery({
    queryKey: [...lists, search],
    queryFn: ({ pageParam, signal }) =>
      api.models.list({ ...search, limit: 100, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
  });
}

/** Models whose names contain this one; none for an empty name. */
export function useNamesakes(name: string): readonly Model[] {
  const { data } = useQuery({
    queryKey: [...lists, 'namesakes', name],
    queryFn: ({ signal }) => api.models.list({ name, limit: 200 }, { signal }),
    enabled: name !== '',
  });
  return data?.items ?? [];
}

/** One model; asked again every two seconds while it trains and no events arrive. */
export function useModel(id: string | undefined) {
  const live = useLive();
  return useQuery({
    queryKey: oneKey(id ?? ''),
    queryFn: ({ signal }) => api.models.get(id ?? '', { signal }),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data?.status === 'TRAINING' ? (live ? 15_000 : 2_000) : false),
  });
}

/** The versions of a model, newest first; the first 200 are enough to choose from. */
export function useVersions(id: string) {
  return useQuery({
    queryKey: versionsKey(id),
    queryFn: ({ signal }) => api.models.versions(id, { limit: 200 }, { signal }),
    select: (page) => page.items.toSorted((a, b) => b.version - a.version),
  });
}

/** Versions side by side. */
export function useComparison(items: readonly ComparedVersion[]) {
  return useQuery({
    queryKey: [...all, 'comparison', items],
    queryFn: ({ signal }) => api.models.compare({ items: [...items] }, { signal }),
    enabled: items.length > 1,
  });
}

/** One version in detail. */
export function useVersion(id: string | undefined, version: number | undefined) {
  return useQuery({
    queryKey: [...versionsKey(id ?? ''), version],
    queryFn: ({ signal }) => api.models.version(id ?? '', version ?? 0, { signal }),
    enabled: id !== undefined && version !== undefined,
  });
}

/** The job of the training that was asked for last. */
export function useLastTraining(modelId: string, enabled = true) {
  return useQuery({
    queryKey: [...all, 'last-training', modelId],
    queryFn: ({ signal }) => api.jobs.list({ subject: modelId, kind: 'model.train', limit: 1 }, { signal }),
    select: (page) => page.items[0],
    enabled,
  });
}

/** What a training was asked for. Never changes, and is forgotten some day. */
export function useTraining(id: string, jobId: string | undefined) {
  return useQuery({
    queryKey: [...all, 'training', id, jobId],
    queryFn: ({ signal }) => api.models.training(id, jobId ?? '', { signal }),
    enabled: jobId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: (failures, error) => failureOf(error).code !== 'NOT_FOUND' && failures < 2,
  });
}

/** What moves a version. Never changes once it is there. */
export function useExplanation(id: string, version: number) {
  return useQuery({
    queryKey: [...versionsKey(id), version, 'explanation'],
    queryFn: ({ signal }) => api.models.explanation(id, version, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: (failures, error) => failureOf(error).code !== 'NOT_FOUND' && failures < 2,
  });
}

export type HeldOutSearch = NonNullable<Parameters<typeof api.models.rows>[2]>;

/** The held-out rows behind a figure, a page at a time. */
export function useHeldOutRows(id: string, version: number, search: HeldOutSearch) {
  return useInfiniteQuery({
    queryKey: [...versionsKey(id), version, 'rows', search],
    queryFn: ({ pageParam, signal }) =>
      api.models.rows(id, version, { ...search, offset: pageParam, limit: 100 }, { signal }),
    initialPageParam: 0,
    getNextPageParam: ({ total, rows }, _all, offset) =>
      offset + rows.length < total ? offset + rows.length : undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Renews what is shown of models when a training ends; how it ended well is told by an event of its own. */
export function useTrainingEnds(): void {
  const client = useQueryClient();
  useEvent('job.finished', (event) => {
    if (event.kind === 'model.train') void client.invalidateQueries({ queryKey: all });
  });
}

/** The candidates of a running training: those judged before, and those that arrive. */
export function useCandidates(modelId: string, jobId: string): readonly Arrival[] {
  const client = useQueryClient();
  const live = useLive();
  useEvent('model.candidate', (event) => {
    client.setQueryData<Arrival[]>(candidatesKey(event.modelId, event.jobId), (before) =>
      withCandidate(before ?? [], event),
    );
  });
  const query = useQuery<Arrival[]>({
    queryKey: candidatesKey(modelId, jobId),
    queryFn: async ({ signal }) => {
      const judged = await api.models.candidates(modelId, { signal });
      const arrived = client.getQueryData<Arrival[]>(candidatesKey(modelId, jobId)) ?? [];
      return [...judged.map((candidate) => ({ ...candidate, jobId })), ...arrived].reduce<Arrival[]>(
        withCandidate,
        [],
      );
    },
    refetchInterval: live ? false : 2_000,
  });
  return query.data ?? [];
}

/** The log of a training: of its job while it runs, of the version once it is made. */
export function useTrainingLog(
  source: { jobId: string } | { modelId: string; version: number },
  running: boolean,
) {
  return useInfiniteQuery({
    queryKey: ['models', 'log', source],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 200, ...(pageParam && { cursor: pageParam }) };
      return 'jobId' in source
        ? api.jobs.logs(source.jobId, query, { signal })
        : api.models.log(source.modelId, source.version, query, { signal });
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: running ? 2_000 : false,
  });
}

/**
 * Makes a model and trains it. When the training is refused, the new model is taken away again, so that correcting
 * the form and sending it again leaves no drafts behind.
 */
export function useTrain(existing: Model | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (values: TrainValues) => {
      const type = values.task === 'REGRESSION' ? 'REGRESSION' : 'CLASSIFICATION';
      const model = existing ?? (await api.models.create({ name: values.name.trim(), type }));
      try {
        await api.models.train(model.id, toTrainBody(values));
      } catch (error) {
        if (!existing) await api.models.remove(model.id).catch(() => null);
        throw error;
      }
      return model;
    },
    // Not waited for: what it brings may take the form away before it is told where to go.
    onSuccess: () => void client.invalidateQueries({ queryKey: all }),
  });
}

/** Trains a model as the request says. */
export function useTrainExactly(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: TrainRequest) => api.models.train(id, body),
    onSuccess: () => client.invalidateQueries({ queryKey: all }),
  });
}

export function useUpdateModel(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; description?: string }) => api.models.update(id, body),
    onSuccess: (model) => {
      client.setQueryData(oneKey(id), model);
      return client.invalidateQueries({ queryKey: lists });
    },
  });
}

/** Deploys a version, or stops serving the model when the version is undefined. */
export function useDeploy(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (version: number | undefined): Promise<void> => {
      if (version === undefined) await api.models.undeploy(id);
      else await api.models.deploy(id, { version });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: all }),
  });
}

export function useRemoveModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.models.remove(id),
    onSuccess: () => client.invalidateQueries({ queryKey: lists }),
  });
}

export function useRestoreModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.models.restore(id),
    onSuccess: () => client.invalidateQueries({ queryKey: all }),
  });
}

const day = 86_400_000;

/** What a version was asked in the last days; asked again now and then, since it grows while one looks. */
export function useMonitoring(id: string, version: number, days: number) {
  return useQuery({
    queryKey: ['models', 'monitoring', id, version, days],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - days * day).toISOString();
      return api.models.monitoring(id, { version, from }, { signal });
    },
    refetchInterval: 15_000,
  });
}

/** Which versions answer under which alias. */
export function useDeployments(id: string) {
  return useQuery({
    queryKey: ['models', 'deployments', id],
    queryFn: ({ signal }) => api.models.deployments(id, { signal }),
  });
}

/** Has an alias serve a version, or try it for a share of the requests. */
export function useDeployAs(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: { version: number; alias: string; canary?: number }) =>
      api.models.deploy(id, wanted),
    onSuccess: () => client.invalidateQueries({ queryKey: all }),
  });
}

export function useUndeployAlias(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (alias: string) => api.models.undeploy(id, { alias }),
    onSuccess: () => client.invalidateQueries({ queryKey: all }),
  });
}
