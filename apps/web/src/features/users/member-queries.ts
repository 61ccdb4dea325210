import type { Member, Role } from '@quadrax/contract';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { restoreSession, useUser } from '#lib/session.ts';
import type { MembersSearch } from './index.ts';

const members = ['members'] as const;
const invitations = ['invitations'] as const;

/** The members that fit, newest first, a page at a time. */
export const useMembers = (search: MembersSearch) =>
  useInfiniteQuery({
    queryKey: [...members, search],
    queryFn: ({ pageParam, signal }) =>
      api.users.list({ ...search, limit: 100, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
  });

export type MemberChange = Partial<Pick<Member, 'role' | 'active'>>;

/** Changes a member's role or lets them in or not. Whoever changes their own role sees the app as it is then. */
export function useChangeMember() {
  const queries = useQueryClient();
  const me = useUser();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: MemberChange }) => api.users.update(id, change),
    onSuccess: async ({ id }) => {
      if (id === me?.id) await restoreSession();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: members }),
  });
}

export function useRemoveMember() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.users.remove(id),
    onSettled: () => queries.invalidateQueries({ queryKey: members }),
  });
}

/** The invitations that wait to be accepted, newest first. */
export const useInvitations = () =>
  useInfiniteQuery({
    queryKey: invitations,
    queryFn: ({ pageParam, signal }) =>
      api.users.invitations({ limit: 50, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });

export function useInvite() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; role: Role }) => api.users.invite(body),
    onSuccess: () => queries.invalidateQueries({ queryKey: invitations }),
  });
}

export function useWithdraw() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.users.revokeInvitation(id),
    onSettled: () => queries.invalidateQueries({ queryKey: invitations }),
  });
}
