import type { Invitation } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { roleLabel } from '#lib/words.ts';
import { formatMoment } from '#lib/format.ts';
import type { DataColumn } from '#ui/data-table.tsx';
import { momentColumn } from '#ui/moment.tsx';
import { PagedTable } from '#ui/paged-table.tsx';
import { actionColumn } from '#ui/row-menu.tsx';
import { Section } from '#ui/section.tsx';
import { StatusMark } from '#ui/status-mark.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { useInvitations, useWithdraw } from './member-queries.ts';
import styles from './members-page.module.css';

/** Who was invited and has not come yet. */
export function Invitations() {
  const list = useInvitations();
  return (
    <Section title="Invitations" note="Who was asked and has not come yet.">
      <PagedTable
        label="Invitations"
        list={list}
        problem="The invitations could not be read."
        columns={columns}
        rowKey={(invitation) => invitation.id}
        empty={<p className={styles.none}>No invitation is open.</p>}
      />
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
  { key: 'role', header: 'Role', render: ({ role }) => roleLabel(role) },
  { key: 'by', header: 'Invited by', secondary: true, render: ({ invitedBy }) => invitedBy },
  momentColumn('Invited', ({ createdAt }) => createdAt),
  {
    key: 'state',
    header: 'State',
    secondary: true,
    render: ({ expired, expiresAt }) => (
      <span title={formatMoment(expiresAt)}>
        <StatusMark tone={expired ? 'warn' : 'busy'} label={expired ? 'Expired' : 'Open'} />
      </span>
    ),
  },
  actionColumn((invitation) => <Withdraw invitation={invitation} />, 'Withdraw'),
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
          onSuccess: () => notifications.show({ message: `Withdrew the invitation of ${email}.` }),
          onError: (error) => showFailure(error, `The invitation of ${email} could not be withdrawn.`),
        });
      }}
    >
      Withdraw
    </Button>
  );
}
