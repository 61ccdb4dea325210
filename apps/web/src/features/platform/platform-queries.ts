import type { PlatformAccount } from '@quadrax/contract';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { byCursor, pageQuery } from '#lib/paged.ts';
import { restoreSession, useUser } from '#lib/session.ts';
import type { AccountsSearch } from './index.ts';

const accounts = ['platform', 'accounts'] as const;

/** The accounts that fit, newest first, a page at a time. */
export const useAccounts = (search: AccountsSearch) =>
  useInfiniteQuery({
    ...byCursor,
    queryKey: [...accounts, search],
    queryFn: ({ pageParam, signal }) => api.platform.accounts(pageQuery(search, 100, pageParam), { signal }),
    placeholderData: (before) => before,
  });

export type AccountChange = Partial<Pick<PlatformAccount, 'disabled' | 'administrator'>>;

/** Changes an account. Whoever changes their own sees the app as it is then. */
export function useChangeAccount() {
  const queries = useQueryClient();
  const me = useUser();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: AccountChange }) =>
      api.platform.updateAccount(id, change),
    onSuccess: async ({ id }) => {
      if (id === me?.id) await restoreSession();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: accounts }),
  });
}
