import type { Query } from '@quadrax/client';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { byCursor, pageQuery } from '#lib/paged.ts';
import { saveFile } from '#lib/clipboard.ts';
import { jobName } from '#lib/words.ts';
import type { Names } from './audit-sentences.ts';
import type { AuditSearch } from './index.ts';

/** The filters as the API takes them: days begin and end where the reader is. */
export const filterOf = ({ from, to, ...rest }: AuditSearch) => ({
  ...rest,
  ...(from !== undefined && { from: new Date(`${from}T00:00:00`).toISOString() }),
  ...(to !== undefined && { to: new Date(`${to}T23:59:59.999`).toISOString() }),
});

/** The entries that fit, newest first, a page at a time. */
export const useAuditLog = (search: AuditSearch, allowed: boolean) =>
  useInfiniteQuery({
    ...byCursor,
    queryKey: ['audit', 'list', search],
    enabled: allowed,
    queryFn: ({ pageParam, signal }) =>
      api.audit.list(pageQuery(filterOf(search), 50, pageParam), { signal }),
    placeholderData: (before) => before,
  });

/** The members, to choose whose entries are shown; the newest 200. */
export const usePeople = (allowed: boolean) =>
  useQuery({
    queryKey: ['members', 'people'],
    enabled: allowed,
    queryFn: async ({ signal }) => (await api.users.list({ limit: 200 }, { signal })).items,
    staleTime: 30_000,
  });

type Format = NonNullable<Query<'audit.export'>['format']>;

/** Downloads the entries that fit as a file. */
export const useExport = (search: AuditSearch) =>
  useMutation({
    mutationFn: (format: Format) => api.audit.export({ ...filterOf(search), format }),
    onSuccess: (file, format) => {
      saveFile(`audit-${new Date().toISOString().slice(0, 10)}.${format}`, file);
    },
  });

/** Whether the log is as it was written. */
export const useVerification = () => useMutation({ mutationFn: () => api.audit.verify() });

/** What the newest 200 jobs do, by their ids: "Train penguins". */
export function useJobNames(subjects: Names): Names {
  const { data: jobs = [] } = useQuery({
    queryKey: ['jobs', 'names'],
    queryFn: async ({ signal }) => (await api.jobs.list({ limit: 200 }, { signal })).items,
    staleTime: 30_000,
  });
  return new Map(
    jobs.map(({ id, kind, subject }) => [id, jobName(kind, subject && subjects.get(subject.id))]),
  );
}
