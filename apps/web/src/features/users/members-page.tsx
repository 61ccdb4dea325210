import type { Member } from '@quadrax/contract';
import { Button, NativeSelect } from '@mantine/core';
import { createLazyRoute, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { plural } from '#lib/format.ts';
import { oneOf } from '#lib/search.ts';
import { useIsAdministrator } from '#lib/session.ts';
import { sentenceCase } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Filters } from '#ui/filters.tsx';
import { Page } from '#ui/page.tsx';
import { SearchField } from '#ui/search-field.tsx';
import { SkeletonText } from '#ui/skeletons.tsx';
import { roles } from './index.ts';
import type { MembersSearch } from './index.ts';
import { Invitations } from './invitations.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { MemberList } from './member-list.tsx';
import { useMembers } from './member-queries.ts';

export const Route = createLazyRoute('/shell/members')({ component: MembersPage });

/** Who belongs to the tenant, and who is asked to. Administrators see to both; others read. */
function MembersPage() {
  const search = Route.useSearch();
  const manages = useIsAdministrator();
  const [inviting, setInviting] = useState(false);
  const list = useMembers(search);
  const members = list.data?.pages.flatMap((page) => page.items);
  const filtered = Object.values(search).some((value) => value !== undefined);
  const alone = members?.length === 1 && !filtered;
  const invite = () => {
    setInviting(true);
  };
  return (
    <Page
      title="Members"
      state={
        members ? stateOf(members, list.hasNextPage, filtered) : list.isPending && <SkeletonText width={20} />
      }
      copyAs={<CopyAs call={{ name: 'users.list', query: { ...search } }} />}
      action={manages && <Button onClick={invite}>Invite somebody</Button>}
    >
      <MemberFilters search={search} />
      {list.error && !members ? (
        <ErrorState
          error={list.error}
          title="The members could not be read."
          onRetry={() => void list.refetch()}
        />
      ) : (
        <MemberList list={list} members={members ?? []} manages={manages} />
      )}
      {alone && manages && (
        <EmptyState
          title="Nobody else yet"
          sentence="Whoever you invite sees the same datakits and models. Their role says what they may change."
          action={
            <Button variant="default" onClick={invite}>
              Invite somebody
            </Button>
          }
        />
      )}
      {manages && <Invitations />}
      {inviting && (
        <InviteDialog
          onClose={() => {
            setInviting(false);
          }}
        />
      )}
    </Page>
  );
}

function stateOf(members: readonly Member[], more: boolean, filtered: boolean): string {
  const count = `${plural(members.length, 'member')}${more ? ' and more' : ''}`;
  if (filtered) return `${count} ${members.length === 1 ? 'fits' : 'fit'}`;
  const out = members.filter(({ active }) => !active).length;
  return out === 0 ? count : `${count} · ${out} deactivated`;
}

function MemberFilters({ search }: { search: MembersSearch }) {
  const navigate = useNavigate();
  const put = (change: MembersSearch) =>
    void navigate({ to: '/members', search: { ...search, ...change }, replace: true });
  return (
    <Filters>
      <SearchField
        label="Search members"
        placeholder="Search by name or address"
        value={search.search}
        onSearch={(text) => {
          put({ search: text });
        }}
      />
      <NativeSelect
        aria-label="Role"
        value={search.role ?? ''}
        data={[
          { value: '', label: 'Any role' },
          ...roles.map((value) => ({ value, label: sentenceCase(value) })),
        ]}
        onChange={(event) => {
          put({ role: oneOf(event.currentTarget.value, roles) });
        }}
      />
      <NativeSelect
        aria-label="State"
        value={search.active ?? ''}
        data={[
          { value: '', label: 'Any state' },
          { value: 'true', label: 'Active' },
          { value: 'false', label: 'Deactivated' },
        ]}
        onChange={(event) => {
          put({ active: oneOf(event.currentTarget.value, ['true', 'false']) });
        }}
      />
    </Filters>
  );
}
