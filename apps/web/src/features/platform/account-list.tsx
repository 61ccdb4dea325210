import type { PlatformAccount } from '@quadrax/contract';
import { Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useUser } from '#lib/session.ts';
import { platformAdministrator } from '@quadrax/contract/words';
import { Confirm } from '#ui/confirm.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { momentColumn } from '#ui/moment.tsx';
import { PagedTable } from '#ui/paged-table.tsx';
import { Person, nameOf } from '#ui/person.tsx';
import { RowMenu, actionColumn } from '#ui/row-menu.tsx';
import { StandingMark } from '#ui/standing.tsx';
import { useChangeAccount } from './platform-queries.ts';
import type { AccountChange, useAccounts } from './platform-queries.ts';

/** A change that is asked about before it is made. */
interface Asked {
  readonly account: PlatformAccount;
  readonly title: string;
  readonly verb: string;
  readonly sentence: string;
  /** What is said once it is done. */
  readonly done: string;
  readonly change: AccountChange;
}

const disabling = (account: PlatformAccount): Asked =>
  account.disabled
    ? {
        account,
        title: `Enable ${nameOf(account)}?`,
        verb: 'Enable',
        sentence: `${account.email} may sign in again, to the workspaces it belongs to.`,
        done: `${nameOf(account)} may sign in again.`,
        change: { disabled: false },
      }
    : {
        account,
        title: `Disable ${nameOf(account)}?`,
        verb: 'Disable',
        sentence: `${account.email} is signed out everywhere at once and cannot sign in. What was made stays.`,
        done: `Disabled ${nameOf(account)}, who is signed out everywhere.`,
        change: { disabled: true },
      };

const administration = (account: PlatformAccount): Asked =>
  account.administrator
    ? {
        account,
        title: `Take the platform from ${nameOf(account)}?`,
        verb: 'Take it away',
        sentence: `${account.email} is no ${platformAdministrator} any more, and sees or changes no account of others.`,
        done: `${nameOf(account)} is no ${platformAdministrator} any more.`,
        change: { administrator: false },
      }
    : {
        account,
        title: `Make ${nameOf(account)} a ${platformAdministrator}?`,
        verb: 'Make it so',
        sentence: `${account.email} sees every account, may disable any, and may make others ${platformAdministrator}s.`,
        done: `${nameOf(account)} is now a ${platformAdministrator}.`,
        change: { administrator: true },
      };

/** The accounts, with what may be done to each. */
export function AccountList({ list }: { list: ReturnType<typeof useAccounts> }) {
  const me = useUser()?.id;
  const [asked, setAsked] = useState<Asked>();
  const changing = useChangeAccount();
  return (
    <>
      <PagedTable
        label="Accounts"
        list={list}
        problem="The accounts could not be read."
        columns={columnsFor(me, setAsked)}
        rowKey={(account) => account.id}
        foot={list.data?.pages[0]?.items.length === 0 && 'No account fits. Change the search or the state.'}
      />
      {asked && (
        <Confirm
          title={asked.title}
          verb={asked.verb}
          act={async () => {
            await changing.mutateAsync({ id: asked.account.id, change: asked.change });
            notifications.show({ message: asked.done });
          }}
          onClose={() => {
            setAsked(undefined);
          }}
        >
          {asked.sentence}
        </Confirm>
      )}
    </>
  );
}

const columnsFor = (
  me: string | undefined,
  ask: (asked: Asked) => void,
): readonly DataColumn<PlatformAccount>[] => [
  {
    key: 'name',
    header: 'Name',
    grow: true,
    render: (account) => (
      <Person
        {...account}
        remarks={[
          ...(account.id === me ? ['you'] : []),
          ...(account.administrator ? [platformAdministrator] : []),
        ]}
      />
    ),
  },
  {
    key: 'workspaces',
    header: 'Workspaces',
    secondary: true,
    render: ({ tenants }) => {
      const names = tenants.map(({ name }) => name).join(', ');
      return <span title={names}>{names}</span>;
    },
  },
  {
    key: 'state',
    header: 'State',
    render: ({ disabled }) => <StandingMark standing={disabled ? 'disabled' : 'active'} />,
  },
  momentColumn('Opened', ({ createdAt }) => createdAt),
  momentColumn('Last seen', ({ lastSeenAt }) => lastSeenAt),
  actionColumn((account) => <Actions account={account} own={account.id === me} ask={ask} />),
];

function Actions(props: { account: PlatformAccount; own: boolean; ask: (asked: Asked) => void }) {
  const { account, own, ask } = props;
  const { administrator, disabled } = account;
  return (
    <RowMenu name={nameOf(account)}>
      {(administrator || !disabled) && (
        <Menu.Item onClick={() => ask(administration(account))}>
          {administrator ? 'Take the platform away' : `Make ${platformAdministrator}`}
        </Menu.Item>
      )}
      {!own && (
        <Menu.Item {...(!disabled && { color: 'var(--bad)' })} onClick={() => ask(disabling(account))}>
          {disabled ? 'Enable' : 'Disable'}
        </Menu.Item>
      )}
    </RowMenu>
  );
}
