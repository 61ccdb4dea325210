import type { Member } from '@quadrax/contract';
import { Menu, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { failureOf } from '#lib/failure.ts';
import { oneOf } from '#lib/search.ts';
import { useUser } from '#lib/session.ts';
import { roleChoices, roleLabel, roles, roleSentence } from '#lib/words.ts';
import { Confirm } from '#ui/confirm.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { momentColumn } from '#ui/moment.tsx';
import { PagedTable } from '#ui/paged-table.tsx';
import { Person, nameOf } from '#ui/person.tsx';
import { RowMenu, actionColumn } from '#ui/row-menu.tsx';
import { StandingMark, standingRemark } from '#ui/standing.tsx';
import type { Standing } from '#ui/standing.tsx';
import { showUndo } from '#ui/undo-notice.tsx';
import { useChangeMember, useRemoveMember } from './member-queries.ts';
import type { MemberChange, useMembers } from './member-queries.ts';

export interface MemberListProps {
  list: ReturnType<typeof useMembers>;
  /** Whether roles and states may be changed here. */
  manages: boolean;
}

/** Disabled on the whole platform outweighs deactivated here: only the one who runs it can undo that. */
export const standingOf = ({ active, disabled }: Member): Standing =>
  disabled ? 'disabled' : active ? 'active' : 'deactivated';

const doneWords = (member: Member, { role, active }: MemberChange): string => {
  const name = nameOf(member);
  if (role !== undefined) return `${name} is now ${roleSentence(role)}.`;
  return active ? `Activated ${name}.` : `Deactivated ${name}, who can no longer enter.`;
};

/** The members, whose roles are changed where they stand; what is refused is said in the row. */
export function MemberList({ list, manages }: MemberListProps) {
  const me = useUser()?.id;
  const [asked, setAsked] = useState<{ member: Member; verb: 'Deactivate' | 'Remove' }>();
  const [problem, setProblem] = useState<{ id: string; message: string }>();
  const changing = useChangeMember();
  const removal = useRemoveMember();
  const change = async (member: Member, next: MemberChange): Promise<void> => {
    const { id } = member;
    await changing.mutateAsync({ id, change: next });
    if (id === me) return;
    const before = next.role === undefined ? { active: member.active } : { role: member.role };
    showUndo(doneWords(member, next), () => changing.mutateAsync({ id, change: before }), 'As before.');
  };
  const changeNow = (member: Member, next: MemberChange): void => {
    setProblem(undefined);
    change(member, next).catch((error: unknown) =>
      setProblem({ id: member.id, message: failureOf(error).message }),
    );
  };
  const columns = columnsFor({
    me,
    manages,
    busy: changing.isPending ? changing.variables : undefined,
    problemOf: ({ id }) => (problem?.id === id ? problem.message : undefined),
    change: changeNow,
    ask: (member, verb) => setAsked({ member, verb }),
  });
  return (
    <>
      <PagedTable
        label="Members"
        list={list}
        problem="The members could not be read."
        columns={columns}
        rowKey={(member) => member.id}
        foot={list.data?.pages[0]?.items.length === 0 && 'No member fits. Change the search or the filters.'}
      />
      {asked && (
        <Confirm
          title={`${asked.verb} ${nameOf(asked.member)}?`}
          verb={asked.verb}
          act={() =>
            asked.verb === 'Remove'
              ? removal.mutateAsync(asked.member)
              : change(asked.member, { active: false })
          }
          onClose={() => {
            setAsked(undefined);
          }}
        >
          {asked.verb === 'Remove'
            ? `${asked.member.email} can no longer enter. What they made stays. To let them in again, invite them anew.`
            : `${asked.member.email} can no longer enter this workspace, until an administrator activates them again. Their role and what they made stay.`}
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
  ask: (member: Member, verb: 'Deactivate' | 'Remove') => void;
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
          remarks={member.id === me ? ['you'] : []}
          phoneRemark={standingRemark(standingOf(member))}
          problem={problemOf(member)}
        />
      ),
    },
    {
      key: 'role',
      header: 'Role',
      render: (member) =>
        manages ? <RoleChoice member={member} actions={actions} /> : roleLabel(member.role),
    },
    {
      key: 'state',
      header: 'State',
      secondary: true,
      render: (member) => <StandingMark standing={standingOf(member)} />,
    },
    momentColumn('Joined', ({ joinedAt }) => joinedAt),
    momentColumn('Last seen', ({ lastSeenAt }) => lastSeenAt),
  ];
  if (!manages) return columns;
  return [
    ...columns,
    actionColumn((member) => member.id !== me && <Actions member={member} actions={actions} />),
  ];
};

function RoleChoice({ member, actions }: { member: Member; actions: RowActions }) {
  const { busy, change } = actions;
  const pending = busy?.id === member.id ? busy.change.role : undefined;
  return (
    <NativeSelect
      size="xs"
      w={128}
      aria-label={`Role of ${nameOf(member)}`}
      value={pending ?? member.role}
      disabled={pending !== undefined}
      data={[...roleChoices]}
      onChange={(event) => {
        const role = oneOf(event.currentTarget.value, roles);
        if (role !== undefined) change(member, { role });
      }}
    />
  );
}

function Actions({ member, actions }: { member: Member; actions: RowActions }) {
  const { change, ask } = actions;
  return (
    <RowMenu name={nameOf(member)}>
      {!member.disabled && (
        <Menu.Item
          onClick={() => (member.active ? ask(member, 'Deactivate') : change(member, { active: true }))}
        >
          {member.active ? 'Deactivate' : 'Activate'}
        </Menu.Item>
      )}
      <Menu.Item color="var(--bad)" onClick={() => ask(member, 'Remove')}>
        Remove
      </Menu.Item>
    </RowMenu>
  );
}
