import type { Member, Role, User } from '@quadrax/contract';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { memberships } from '#lib/memberships.ts';
import { byCursor, pageQuery } from '#lib/paged.ts';
import { restoreSession, updateUser, useUser } from '#lib/session.ts';
import { nameOf } from '#ui/person.tsx';
import type { MembersSearch } from './index.ts';

const members = ['members'] as const;
const invitations = ['invitations'] as const;

/** The members that fit, newest first, a page at a time. */
export const useMembers = (search: MembersSearch) =>
  useInfiniteQuery({
    ...byCursor,
    queryKey: [...members, search],
    queryFn: ({ pageParam, signal }) => api.users.list(pageQuery(search, 100, pageParam), { signal }),
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
    mutationFn: ({ id }: Member) => api.users.remove(id),
    onSuccess: (_nothing, member) => notifications.show({ message: `Removed ${nameOf(member)}.` }),
    onSettled: () => queries.invalidateQueries({ queryKey: members }),
  });
}

/** The invitations that wait to be accepted, newest first. */
export const useInvitations = () =>
  useInfiniteQuery({
    ...byCursor,
    queryKey: invitations,
    queryFn: ({ pageParam, signal }) => api.users.invitations(pageQuery({}, 50, pageParam), { signal }),
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

/** Gives the present workspace another name, which the whole frame shows at once. */
export function useRenameWorkspace() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ user, name }: { user: User; name: string }) => api.tenants.update(user.tenantId, { name }),
    onSuccess: async ({ name }, { user }) => {
      updateUser({ ...user, tenantName: name });
      await queries.invalidateQueries({ queryKey: memberships.queryKey });
    },
  });
}
