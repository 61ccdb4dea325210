import type { Member } from '@quadrax/contract';
import { ActionIcon, Menu, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { failureOf } from '#lib/failure.ts';
import { oneOf } from '#lib/search.ts';
import { useUser } from '#lib/session.ts';
import { sentenceCase } from '#lib/words.ts';
import { Confirm } from '#ui/confirm.tsx';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { Icon } from '#ui/icons.tsx';
import { Moment } from '#ui/moment.tsx';
import { Person } from '#ui/person.tsx';
import { roles } from './index.ts';
import { useChangeMember, useRemoveMember } from './member-queries.ts';
import type { MemberChange, useMembers } from './member-queries.ts';

export interface MemberListProps {
  list: ReturnType<typeof useMembers>;
  members: readonly Member[];
  /** Whether roles and states may be changed here. */
  manages: boolean;
}

const nameOf = ({ firstName, lastName }: Member): string => `${firstName} ${lastName}`;

/** The members, whose roles are changed where they stand; what is refused is said in the row. */
export function MemberList({ list, members, manages }: MemberListProps) {
  const me = useUser()?.id;
  const [leaving, setLeaving] = useState<Member>();
  const [problem, setProblem] = useState<{ id: string; message: string }>();
  const changing = useChangeMember();
  const removal = useRemoveMember();
  const change = ({ id }: Member, next: MemberChange) => {
    setProblem(undefined);
    changing.mutate(
      { id, change: next },
      { onError: (error) => setProblem({ id, message: failureOf(error).message }) },
    );
  };
  const columns = columnsFor({
    me,
    manages,
    busy: changing.isPending ? changing.variables : undefined,
    problemOf: ({ id }) => (problem?.id === id ? problem.message : undefined),
    change,
    remove: setLeaving,
  });
  return (
    <>
      <DataTable
        label="Members"
        columns={columns}
        rows={members}
        rowKey={(member) => member.id}
        loading={list.isPending}
        more={{
          available: list.hasNextPage,
          loading: list.isFetchingNextPage,
          load: () => void list.fetchNextPage(),
        }}
        foot={
          list.isSuccess && members.length === 0
            ? 'No member fits. Change the search or the filters.'
            : undefined
        }
      />
      {leaving && (
        <Confirm
          title={`Remove ${nameOf(leaving)}?`}
          verb="Remove"
          act={() => removal.mutateAsync(leaving.id)}
          onClose={() => {
            setLeaving(undefined);
          }}
        >
          {leaving.email} can no longer enter. What they made stays. To let them in again, invite them anew.
        </Confirm>
      )}
    </>
  );
}

interface RowActions {
  me: string | undefined;
  manages: boolean;
  busy: { id: string; change: MemberChange } | undefined;
  problemOf: (member: Member) => string | undefined;
  change: (member: Member, next: MemberChange) => void;
  remove: (member: Member) => void;
}

const columnsFor = (actions: RowActions): readonly DataColumn<Member>[] => {
  const { me, manages, problemOf } = actions;
  const columns: DataColumn<Member>[] = [
    {
      key: 'name',
      header: 'Name',
      grow: true,
      render: (member) => (
        <Person
          {...member}
          remarks={[...(member.id === me ? ['you'] : []), ...(member.active ? [] : ['deactivated'])]}
          problem={problemOf(member)}
        />
      ),
    },
    {
      key: 'role',
      header: 'Role',
      render: (member) =>
        manages ? <RoleChoice member={member} actions={actions} /> : sentenceCase(member.role),
    },
    {
      key: 'joined',
      header: 'Joined',
      align: 'right',
      secondary: true,
      render: ({ joinedAt }) => <Moment at={joinedAt} />,
    },
    {
      key: 'seen',
      header: 'Last seen',
      align: 'right',
      secondary: true,
      render: ({ lastSeenAt }) => <Moment at={lastSeenAt} />,
    },
  ];
  if (!manages) return columns;
  return [
    ...columns,
    {
      key: 'actions',
      header: <span className="visually-hidden">Actions</span>,
      align: 'right',
      render: (member) => member.id !== me && <RowMenu member={member} actions={actions} />,
    },
  ];
};

function RoleChoice({ member, actions }: { member: Member; actions: RowActions }) {
  const { busy, change } = actions;
  const pending = busy?.id === member.id ? busy.change.role : undefined;
  return (
    <NativeSelect
      size="xs"
      w={96}
      aria-label={`Role of ${nameOf(member)}`}
      value={pending ?? member.role}
      disabled={pending !== undefined}
      data={roles.map((value) => ({ value, label: sentenceCase(value) }))}
      onChange={(event) => {
        const role = oneOf(event.currentTarget.value, roles);
        if (role !== undefined) change(member, { role });
      }}
    />
  );
}

function RowMenu({ member, actions }: { member: Member; actions: RowActions }) {
  const { change, remove } = actions;
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${nameOf(member)}`}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => change(member, { active: !member.active })}>
          {member.active ? 'Deactivate' : 'Let in again'}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item color="var(--bad)" onClick={() => remove(member)}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
