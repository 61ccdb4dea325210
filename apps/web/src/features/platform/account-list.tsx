import type { PlatformAccount } from '@quadrax/contract';
import { ActionIcon, Menu } from '@mantine/core';
import { useState } from 'react';
import { useUser } from '#lib/session.ts';
import { Confirm } from '#ui/confirm.tsx';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { Icon } from '#ui/icons.tsx';
import { Moment } from '#ui/moment.tsx';
import { Person } from '#ui/person.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { useChangeAccount } from './platform-queries.ts';
import type { AccountChange, useAccounts } from './platform-queries.ts';

/** A change that is asked about before it is made. */
interface Asked {
  readonly account: PlatformAccount;
  readonly title: string;
  readonly verb: string;
  readonly sentence: string;
  readonly change: AccountChange;
}

const nameOf = ({ firstName, lastName }: PlatformAccount): string => `${firstName} ${lastName}`;

const disabling = (account: PlatformAccount): Asked =>
  account.disabled
    ? {
        account,
        title: `Let ${nameOf(account)} in again?`,
        verb: 'Let in again',
        sentence: `${account.email} may sign in again, to the workspaces it belongs to.`,
        change: { disabled: false },
      }
    : {
        account,
        title: `Disable ${nameOf(account)}?`,
        verb: 'Disable',
        sentence: `${account.email} is signed out everywhere at once and cannot sign in. What was made stays.`,
        change: { disabled: true },
      };

const administration = (account: PlatformAccount): Asked =>
  account.administrator
    ? {
        account,
        title: `Take running the platform from ${nameOf(account)}?`,
        verb: 'Take it away',
        sentence: `${account.email} no longer sees or changes the accounts of others.`,
        change: { administrator: false },
      }
    : {
        account,
        title: `Let ${nameOf(account)} run the platform?`,
        verb: 'Let them run it',
        sentence: `${account.email} sees every account, may disable any, and may make others run the platform.`,
        change: { administrator: true },
      };

/** The accounts, with what may be done to each. */
export function AccountList(props: {
  list: ReturnType<typeof useAccounts>;
  accounts: readonly PlatformAccount[];
}) {
  const { list, accounts } = props;
  const me = useUser()?.id;
  const [asked, setAsked] = useState<Asked>();
  const changing = useChangeAccount();
  return (
    <>
      <DataTable
        label="Accounts"
        columns={columnsFor(me, setAsked)}
        rows={accounts}
        rowKey={(account) => account.id}
        loading={list.isPending}
        more={{
          available: list.hasNextPage,
          loading: list.isFetchingNextPage,
          load: () => void list.fetchNextPage(),
        }}
        foot={
          list.isSuccess && accounts.length === 0
            ? 'No account fits. Change the search or the state.'
            : undefined
        }
      />
      {asked && (
        <Confirm
          title={asked.title}
          verb={asked.verb}
          act={() => changing.mutateAsync({ id: asked.account.id, change: asked.change })}
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
          ...(account.administrator ? ['runs the platform'] : []),
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
    render: ({ disabled }) => (
      <StatusMark tone={disabled ? 'idle' : 'good'} label={disabled ? 'Disabled' : 'Active'} />
    ),
  },
  {
    key: 'opened',
    header: 'Opened',
    align: 'right',
    secondary: true,
    render: ({ createdAt }) => <Moment at={createdAt} />,
  },
  {
    key: 'seen',
    header: 'Last seen',
    align: 'right',
    secondary: true,
    render: ({ lastSeenAt }) => <Moment at={lastSeenAt} />,
  },
  {
    key: 'actions',
    header: <span className="visually-hidden">Actions</span>,
    align: 'right',
    render: (account) => <RowMenu account={account} own={account.id === me} ask={ask} />,
  },
];

function RowMenu(props: { account: PlatformAccount; own: boolean; ask: (asked: Asked) => void }) {
  const { account, own, ask } = props;
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${nameOf(account)}`}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => ask(administration(account))}>
          {account.administrator ? 'Take running the platform away' : 'Let run the platform'}
        </Menu.Item>
        {!own && (
          <>
            <Menu.Divider />
            <Menu.Item
              {...(!account.disabled && { color: 'var(--bad)' })}
              onClick={() => ask(disabling(account))}
            >
              {account.disabled ? 'Let in again' : 'Disable'}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
