import type { Membership } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { memberships, tenantOf } from '#lib/memberships.ts';
import { switchTenant, useUser } from '#lib/session.ts';
import { useSwitchTenant } from '#lib/use-switch-tenant.ts';
import { roleLabel } from '#lib/words.ts';
import { ConfirmDialog } from '#ui/confirm-dialog.tsx';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Section } from '#ui/section.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import styles from './account-page.module.css';

/** The workspaces one belongs to, and the ways into and out of them. */
export function Workspaces() {
  const list = useQuery(memberships);
  const here = useUser()?.tenantId;
  const [leaving, setLeaving] = useState<Membership>();
  const rows = list.data ?? [];
  const columns: readonly DataColumn<Membership>[] = [
    { key: 'name', header: 'Workspace', grow: true, render: ({ name }) => <span title={name}>{name}</span> },
    { key: 'role', header: 'Your role', secondary: true, render: ({ role }) => roleLabel(role) },
    {
      key: 'enter',
      header: <span className="visually-hidden">Switch</span>,
      align: 'right',
      render: (one) => (one.tenantId === here ? 'This one' : <SwitchTo membership={one} />),
    },
    {
      key: 'leave',
      header: <span className="visually-hidden">Leave</span>,
      align: 'right',
      render: (one) =>
        rows.length > 1 && (
          <Button
            variant="subtle"
            size="compact-sm"
            aria-label={`Leave ${one.name}`}
            onClick={() => {
              setLeaving(one);
            }}
          >
            Leave
          </Button>
        ),
    },
  ];
  return (
    <Section
      title="Workspaces"
      note="Datakits, models and jobs belong to a workspace, and are shared by its members."
    >
      {list.isError ? (
        <ErrorState
          error={list.error}
          title="The workspaces could not be read."
          onRetry={() => void list.refetch()}
        />
      ) : (
        <DataTable
          label="Workspaces"
          columns={columns}
          rows={rows}
          rowKey={({ tenantId }) => tenantId}
          loading={list.isPending}
        />
      )}
      <LeaveDialog
        membership={leaving}
        onClose={() => {
          setLeaving(undefined);
        }}
      />
    </Section>
  );
}

function SwitchTo({ membership }: { membership: Membership }) {
  const { name } = membership;
  const switchTenant = useSwitchTenant();
  const change = useMutation({
    mutationFn: () => switchTenant(tenantOf(membership)),
    onError: (error) => {
      showFailure(error, `${name} could not be opened.`);
    },
  });
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      aria-label={`Switch to ${name}`}
      loading={change.isPending}
      onClick={() => {
        change.mutate();
      }}
    >
      Switch
    </Button>
  );
}

function LeaveDialog(props: { membership: Membership | undefined; onClose: () => void }) {
  const { membership, onClose } = props;
  // The name stays while the dialog closes.
  const [shown, setShown] = useState(membership);
  if (membership !== undefined && membership !== shown) setShown(membership);
  const queries = useQueryClient();
  const here = useUser()?.tenantId;
  const leave = useMutation({
    mutationFn: async ({ tenantId, name }: Membership) => {
      await api.account.leave(tenantId);
      notifications.show({ message: `You have left ${name}.` });
      // Home, or where else one is a member. This page stays: it is of the account.
      if (tenantId === here) await switchTenant(undefined);
    },
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: memberships.queryKey });
    },
  });
  const close = () => {
    leave.reset();
    onClose();
  };
  return (
    <ConfirmDialog
      opened={membership !== undefined}
      title={`Leave ${shown?.name ?? ''}?`}
      action="Leave"
      pending={leave.isPending}
      error={leave.error}
      onConfirm={() => {
        if (membership !== undefined) leave.mutate(membership);
      }}
      onClose={close}
    >
      <p className={styles.question}>
        You no longer see what is in it, and your API keys for it stop working. What you made there stays.
        Only an administrator of the workspace can let you in again.
      </p>
    </ConfirmDialog>
  );
}
