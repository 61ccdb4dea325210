import type { Datakit } from '@quadrax/client';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { saveFile } from '#lib/clipboard.ts';
import { showFailure } from '#ui/undo-notice.tsx';

type QueryBody = Parameters<typeof api.datakits.query>[1];
export type TransformBody = Parameters<typeof api.datakits.transform>[1];
export type PreviewBody = Parameters<typeof api.datakits.previewTransform>[1];
export type Step = NonNullable<PreviewBody['steps']>[number];

/** Its versions, newest first, a page at a time. */
export function useVersions(id: string) {
  return useInfiniteQuery({
    queryKey: ['datakits', 'versions', id],
    queryFn: ({ pageParam, signal }) =>
      api.datakits.versions(id, { limit: 50, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: ({ state }) =>
      state.data?.pages[0]?.items.some(({ status }) => status === 'PROCESSING') ? 3_000 : false,
  });
}

/** One version: how it was made. Never changes once it is ready. */
export function useVersion(id: string, version: number) {
  return useQuery({
    queryKey: ['datakits', 'versions', id, version],
    queryFn: ({ signal }) => api.datakits.version(id, version, { signal }),
  });
}

export function useLineage(id: string) {
  return useQuery({
    queryKey: ['datakits', 'lineage', id],
    queryFn: ({ signal }) => api.datakits.lineage(id, { signal }),
  });
}

export function useRunQuery(id: string) {
  return useMutation({ mutationFn: (body: QueryBody) => api.datakits.query(id, body) });
}

/** What steps make of the first rows. An answer stays while the next is on its way. */
export function useTransformPreview(id: string, body: PreviewBody | undefined) {
  return useQuery({
    queryKey: ['datakits', 'transform-preview', id, body],
    // With the steps that it is of: it stays on the page while others are asked about.
    queryFn: async ({ signal }) => ({
      ...(await api.datakits.previewTransform(id, body ?? {}, { signal })),
      steps: body?.steps ?? [],
    }),
    enabled: body !== undefined,
    placeholderData: (before) => before,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useTransform(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: TransformBody) => api.datakits.transform(id, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['datakits'] }),
  });
}

/** Makes an earlier version the current one. */
export function useRestoreVersion(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (version: number) => api.datakits.restoreVersion(id, version),
    onSuccess: () => client.invalidateQueries({ queryKey: ['datakits'] }),
  });
}

export const downloadFormats = ['original', 'csv', 'parquet', 'json'] as const;
export type DownloadFormat = (typeof downloadFormats)[number];

export function useDownload(datakit: Pick<Datakit, 'id' | 'name'>) {
  return useMutation({
    mutationFn: ({ version, format }: { version: number; format: DownloadFormat; fileName?: string }) =>
      api.datakits.download(datakit.id, { version, format }),
    onSuccess: (blob, { version, format, fileName }) =>
      saveFile(fileName ?? `${datakit.name} v${version}.${format}`, blob),
    onError: (error) => showFailure(error, `${datakit.name} could not be downloaded.`),
  });
}
