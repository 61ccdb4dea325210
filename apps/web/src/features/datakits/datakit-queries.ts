import type { Datakit, Preview } from '@quadrax/client';
import {
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { useLive } from '#lib/events.ts';
import type { PreviewFilter } from './preview-filter.ts';
import type { DatakitsSearch } from './routes.ts';

export interface DatakitListSearch {
  readonly name?: string | undefined;
  readonly status?: Datakit['status'] | undefined;
  readonly deleted?: 'true' | undefined;
  readonly sort?: DatakitsSearch['sort'];
}

const all = ['datakits'] as const;
const lists = ['datakits', 'list'] as const;
const latest = ['datakits', 'latest'] as const;
const oneKey = (id: string) => ['datakits', 'one', id] as const;

/** Datakits, newest first unless sorted otherwise, a page at a time. */
export function useDatakits(search: DatakitListSearch) {
  return useInfiniteQuery({
    queryKey: [...lists, search],
    queryFn: ({ pageParam, signal }) =>
      api.datakits.list({ ...search, limit: 100, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
  });
}

/** Asks for the lists of datakits again, the overview's too: one more has been made. */
export function useRenewDatakits(): () => void {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: lists });
    void client.invalidateQueries({ queryKey: latest });
  };
}

/** The data sets that ship with the product; they never change while it runs. */
export function useSamples() {
  return useQuery({
    queryKey: ['datakits', 'samples'],
    queryFn: ({ signal }) => api.datakits.samples({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** One datakit; asked again every two seconds while it is profiled and no events arrive. */
export function useDatakit(id: string | undefined) {
  const live = useLive();
  return useQuery({
    queryKey: oneKey(id ?? ''),
    queryFn: ({ signal }) => api.datakits.get(id ?? '', { signal }),
    enabled: id !== undefined && id !== '',
    refetchInterval: ({ state }) => (state.data?.status === 'PROCESSING' ? (live ? 15_000 : 2_000) : false),
  });
}

/** What the columns hold, once the datakit is ready. */
export function useProfile(id: string | undefined, ready: boolean) {
  return useQuery({
    queryKey: ['datakits', 'profile', id],
    queryFn: ({ signal }) => api.datakits.profile(id ?? '', {}, { signal }),
    enabled: ready && id !== undefined && id !== '',
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Rows of the preview; `total` is how many the filters leave. */
export type PreviewPage = Preview & { readonly total: number };

export const PREVIEW_PAGE = 100;

/** Pages of the preview by their number, each fetched once and kept while sort and filters stay. */
export function usePreviewPages(
  id: string,
  ready: boolean,
  view: { sort: string | undefined; filters: readonly PreviewFilter[] },
  pages: readonly number[],
): UseQueryResult<PreviewPage>[] {
  const filter = view.filters.length > 0 ? JSON.stringify(view.filters) : undefined;
  return useQueries({
    queries: pages.map((page) => ({
      queryKey: ['datakits', 'preview', id, view.sort, filter, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.datakits.preview(
          id,
          { offset: page * PREVIEW_PAGE, limit: PREVIEW_PAGE, sort: view.sort, filter },
          { signal },
        ),
      enabled: ready,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
}

export function useAddSample() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sample: string) => api.datakits.addSample(sample),
    onSuccess: (datakit) => {
      client.setQueryData(oneKey(datakit.id), datakit);
      return client.invalidateQueries({ queryKey: lists });
    },
  });
}

export function useUpdateDatakit(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; description?: string }) => api.datakits.update(id, body),
    onSuccess: (datakit) => {
      client.setQueryData(oneKey(id), datakit);
      return client.invalidateQueries({ queryKey: lists });
    },
  });
}

export function useRemoveDatakit() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.datakits.remove(id),
    onSuccess: () => client.invalidateQueries({ queryKey: lists }),
  });
}

/** Brings a deleted datakit back. */
export function useRestoreDatakit() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.datakits.restore(id),
    onSuccess: () => client.invalidateQueries({ queryKey: all }),
  });
}
