import type { Member } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { createLazyRoute, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isFiltered, rowsOf } from '#lib/paged.ts';
import { useIsAdministrator, useUser } from '#lib/session.ts';
import { roleChoices } from '#lib/words.ts';
import { CopyAs } from '#ui/copy-as.tsx';
import { EditableText } from '#ui/editable-text.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { FilterChoice, Filters } from '#ui/filters.tsx';
import { ListPage } from '#ui/list-page.tsx';
import { SearchField } from '#ui/search-field.tsx';
import type { MembersSearch } from './index.ts';
import { Invitations } from './invitations.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { MemberList, standingOf } from './member-list.tsx';
import { useMembers, useRenameWorkspace } from './member-queries.ts';

export const Route = createLazyRoute('/shell/members')({ component: MembersPage });

/** Who belongs to the workspace, and who is asked to. Administrators see to both; others read. */
function MembersPage() {
  const search = Route.useSearch();
  const manages = useIsAdministrator();
  const [inviting, setInviting] = useState(false);
  const list = useMembers(search);
  const alone = rowsOf(list)?.length === 1 && !isFiltered(search);
  const invite = () => {
    setInviting(true);
  };
  return (
    <ListPage
      title="Members"
      noun={['member', 'members']}
      list={list}
      search={search}
      remark={shutOut}
      trail={<WorkspaceName />}
      copyAs={<CopyAs call={{ name: 'users.list', query: { ...search } }} />}
      action={manages && <Button onClick={invite}>Invite somebody</Button>}
      filters={<MemberFilters search={search} />}
    >
      <MemberList list={list} manages={manages} />
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
    </ListPage>
  );
}

/** What the workspace is called; its administrators change it where it stands. */
function WorkspaceName() {
  const user = useUser();
  const rename = useRenameWorkspace();
  if (user === undefined) return null;
  return (
    <EditableText
      value={user.tenantName}
      label="Name of the workspace"
      maxLength={255}
      readOnly={user.role !== 'ADMIN'}
      save={(name) => rename.mutateAsync({ user, name })}
    />
  );
}

function shutOut(members: readonly Member[]): string | undefined {
  const counts = (['deactivated', 'disabled'] as const).flatMap((standing) => {
    const count = members.filter((member) => standingOf(member) === standing).length;
    return count === 0 ? [] : [`${count} ${standing}`];
  });
  return counts.length === 0 ? undefined : counts.join(' · ');
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
        onSearch={(text) => put({ search: text })}
      />
      <FilterChoice
        label="Role"
        any="Any role"
        value={search.role}
        choices={roleChoices}
        onChoose={(role) => put({ role })}
      />
      <FilterChoice
        label="State"
        any="Any state"
        value={search.active}
        choices={[
          { value: 'true', label: 'Active' },
          { value: 'false', label: 'Deactivated or disabled' },
        ]}
        onChoose={(active) => put({ active })}
      />
    </Filters>
  );
}
