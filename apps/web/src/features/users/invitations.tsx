import type { Invitation } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { sentenceCase } from '#lib/words.ts';
import { formatMoment } from '#lib/format.ts';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Moment } from '#ui/moment.tsx';
import { Section } from '#ui/section.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { useInvitations, useWithdraw } from './member-queries.ts';
import styles from './members-page.module.css';

/** Who was invited and has not come yet. */
export function Invitations() {
  const list = useInvitations();
  const invitations = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title="Invitations" note="Who was asked and has not come yet.">
      {list.error && (
        <ErrorState
          error={list.error}
          title="The invitations could not be read."
          onRetry={() => void list.refetch()}
        />
      )}
      {list.isSuccess && invitations.length === 0 && <p className={styles.none}>No invitation is open.</p>}
      {!list.error && !(list.isSuccess && invitations.length === 0) && (
        <DataTable
          label="Invitations"
          columns={columns}
          rows={invitations}
          rowKey={(invitation) => invitation.id}
          loading={list.isPending}
          more={{
            available: list.hasNextPage,
            loading: list.isFetchingNextPage,
            load: () => void list.fetchNextPage(),
          }}
        />
      )}
    </Section>
  );
}

const columns: readonly DataColumn<Invitation>[] = [
  {
    key: 'email',
    header: 'Address',
    grow: true,
    render: ({ email }) => <span title={email}>{email}</span>,
  },
  { key: 'role', header: 'Role', render: ({ role }) => sentenceCase(role) },
  { key: 'by', header: 'Invited by', secondary: true, render: ({ invitedBy }) => invitedBy },
  {
    key: 'sent',
    header: 'Invited',
    align: 'right',
    secondary: true,
    render: ({ createdAt }) => <Moment at={createdAt} />,
  },
  {
    key: 'state',
    header: 'State',
    secondary: true,
    render: ({ expired, expiresAt }) => (
      <span title={formatMoment(expiresAt)}>
        <StatusMark tone={expired ? 'warn' : 'busy'} label={expired ? 'Run out' : 'Open'} />
      </span>
    ),
  },
  {
    key: 'withdraw',
    header: <span className="visually-hidden">Withdraw</span>,
    align: 'right',
    render: (invitation) => <Withdraw invitation={invitation} />,
  },
];

function Withdraw({ invitation: { id, email } }: { invitation: Invitation }) {
  const withdraw = useWithdraw();
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      aria-label={`Withdraw the invitation of ${email}`}
      loading={withdraw.isPending}
      onClick={() => {
        withdraw.mutate(id, {
          onError: (error) => showFailure(error, `The invitation of ${email} could not be withdrawn.`),
        });
      }}
    >
      Withdraw
    </Button>
  );
}
