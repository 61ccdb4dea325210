import type { MailMessage } from '@quadrax/contract';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { byCursor, pageQuery } from '#lib/paged.ts';
import { healthQuery } from '#lib/health.ts';
import { showFailure } from '#ui/undo-notice.tsx';
import type { OutboxSearch } from './index.ts';

const noun = 'outbox';

export const useOutbox = (search: OutboxSearch) =>
  useInfiniteQuery({
    ...byCursor,
    queryKey: [noun, 'list', search],
    queryFn: ({ pageParam, signal }) => api.mail.list(pageQuery(search, 50, pageParam), { signal }),
    placeholderData: (before) => before,
    refetchInterval: 15_000,
  });

/** One mail; followed closely while it waits to be sent. */
export const useMail = (id: string) =>
  useQuery({
    queryKey: [noun, 'one', id],
    queryFn: ({ signal }): Promise<MailMessage> => api.mail.get(id, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'waiting' ? 1_000 : 15_000),
  });

export function useSendMail(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.mail.send(id),
    onError: (error) => {
      showFailure(error, 'The mail was not sent.');
    },
    onSettled: () => queries.invalidateQueries({ queryKey: [noun] }),
  });
}

/** How the mail server is; undefined where that could not be asked. */
export const useMailServer = () =>
  useQuery({ ...healthQuery, select: ({ services }) => services.mail, refetchInterval: 30_000 }).data;

/** What is wrong with where links in mails lead; undefined where nothing is. */
export const useLinkProblem = () =>
  useQuery({ ...healthQuery, select: ({ services }) => services.links?.message }).data;
