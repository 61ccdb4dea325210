import type { ApiKey } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { formatAgo, formatMoment } from '#lib/format.ts';
import { useUser } from '#lib/session.ts';
import { ConfirmDialog } from '#ui/confirm-dialog.tsx';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Moment } from '#ui/moment.tsx';
import { Section } from '#ui/section.tsx';
import { expiryWords, scopeWords } from './api-key-choices.ts';

import { NewApiKey } from './new-api-key.tsx';
import styles from './account-page.module.css';

const apiKeysKey = ['account', 'api-keys'];

/** Keys for programs, which speak for their owner in this workspace. */
export function ApiKeys() {
  const user = useUser();
  const [revoking, setRevoking] = useState<ApiKey>();
  const list = useInfiniteQuery({
    queryKey: apiKeysKey,
    queryFn: ({ pageParam, signal }) =>
      api.account.apiKeys({ limit: 50, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
  const keys = list.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: readonly DataColumn<ApiKey>[] = [
    ...described,
    {
      key: 'revoke',
      header: <span className="visually-hidden">Revoke</span>,
      align: 'right',
      render: (key) => (
        <Button
          variant="subtle"
          size="compact-sm"
          aria-label={`Revoke ${key.name}`}
          onClick={() => {
            setRevoking(key);
          }}
        >
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <Section
      title="API keys"
      note={`For programs of yours. A key speaks for you in ${user?.tenantName ?? 'this workspace'} only, and cannot change your account.`}
      aside={<NewApiKey />}
    >
      {list.isError ? (
        <ErrorState
          error={list.error}
          title="The keys could not be read."
          onRetry={() => void list.refetch()}
        />
      ) : list.data !== undefined && keys.length === 0 ? (
        <p className={styles.remark}>No keys yet.</p>
      ) : (
        <DataTable
          label="API keys"
          columns={columns}
          rows={keys}
          rowKey={({ id }) => id}
          loading={list.isPending}
          more={{
            available: list.hasNextPage,
            loading: list.isFetchingNextPage,
            load: () => void list.fetchNextPage(),
          }}
        />
      )}
      <RevokeDialog
        apiKey={revoking}
        onClose={() => {
          setRevoking(undefined);
        }}
      />
    </Section>
  );
}

const described: readonly DataColumn<ApiKey>[] = [
  { key: 'name', header: 'Name', grow: true, render: ({ name }) => <span title={name}>{name}</span> },
  { key: 'prefix', header: 'Key', secondary: true, render: ({ prefix }) => <Prefix prefix={prefix} /> },
  { key: 'scopes', header: 'May', secondary: true, render: scopeWords },
  {
    key: 'created',
    header: 'Made',
    align: 'right',
    secondary: true,
    render: ({ createdAt }) => <Moment at={createdAt} />,
  },
  {
    key: 'used',
    header: 'Last used',
    align: 'right',
    secondary: true,
    render: (key) => <LastUse apiKey={key} />,
  },
  { key: 'expires', header: 'Expires', align: 'right', render: (key) => <Expiry apiKey={key} /> },
];

const Prefix = ({ prefix }: { prefix: string }) => <span className="mono">{prefix}…</span>;

function LastUse({ apiKey: { lastUsedAt, lastUsedFrom } }: { apiKey: ApiKey }) {
  if (lastUsedAt === undefined) return 'Never';
  const from = lastUsedFrom === undefined ? '' : `, from ${lastUsedFrom}`;
  return (
    <time dateTime={lastUsedAt} title={`${formatMoment(lastUsedAt)}${from}`}>
      {formatAgo(lastUsedAt)}
    </time>
  );
}

function Expiry({ apiKey: { expiresAt } }: { apiKey: ApiKey }) {
  const words = expiryWords(expiresAt);
  return <span title={expiresAt === undefined ? undefined : formatMoment(expiresAt)}>{words}</span>;
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey | undefined; onClose: () => void }) {
  // The name stays while the dialog closes.
  const [shown, setShown] = useState(apiKey);
  if (apiKey !== undefined && apiKey !== shown) setShown(apiKey);
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) => api.account.revokeApiKey(id),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: apiKeysKey });
    },
  });
  return (
    <ConfirmDialog
      opened={apiKey !== undefined}
      title={`Revoke ${shown?.name ?? ''}?`}
      action="Revoke"
      pending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => {
        if (apiKey !== undefined) revoke.mutate(apiKey.id);
      }}
      onClose={() => {
        revoke.reset();
        onClose();
      }}
    >
      <p className={styles.question}>Programs that use it are refused from now on.</p>
    </ConfirmDialog>
  );
}
