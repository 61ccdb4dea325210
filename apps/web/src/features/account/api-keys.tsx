import type { ApiKey } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#lib/api.ts';
import { byCursor, pageQuery } from '#lib/paged.ts';
import { formatMoment } from '#lib/format.ts';
import { useUser } from '#lib/session.ts';
import { Confirm } from '#ui/confirm.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { Moment, momentColumn } from '#ui/moment.tsx';
import { PagedTable } from '#ui/paged-table.tsx';
import { actionColumn } from '#ui/row-menu.tsx';
import { Section } from '#ui/section.tsx';
import { expiryWords, scopeWords } from './api-key-choices.ts';
import { NewApiKey } from './new-api-key.tsx';
import styles from './account-page.module.css';

const apiKeysKey = ['account', 'api-keys'];

/** Keys for programs, which speak for their owner in this workspace. */
export function ApiKeys() {
  const user = useUser();
  const queries = useQueryClient();
  const [revoking, setRevoking] = useState<ApiKey>();
  const list = useInfiniteQuery({
    ...byCursor,
    queryKey: apiKeysKey,
    queryFn: ({ pageParam, signal }) => api.account.apiKeys(pageQuery({}, 50, pageParam), { signal }),
  });
  const columns: readonly DataColumn<ApiKey>[] = [
    ...described,
    actionColumn(
      (key) => (
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
      'Revoke',
    ),
  ];
  return (
    <Section
      title="API keys"
      note={`For programs of yours. A key speaks for you in ${user?.tenantName ?? 'this workspace'} only, and cannot change your account.`}
      aside={<NewApiKey />}
    >
      <PagedTable
        label="API keys"
        list={list}
        problem="The keys could not be read."
        columns={columns}
        rowKey={({ id }) => id}
        empty={<p className={styles.remark}>No keys yet.</p>}
      />
      {revoking && (
        <Confirm
          title={`Revoke ${revoking.name}?`}
          verb="Revoke"
          act={async () => {
            await api.account.revokeApiKey(revoking.id);
            notifications.show({ message: `Revoked ${revoking.name}.` });
            await queries.invalidateQueries({ queryKey: apiKeysKey });
          }}
          onClose={() => {
            setRevoking(undefined);
          }}
        >
          Programs that use it are refused from now on.
        </Confirm>
      )}
    </Section>
  );
}

const described: readonly DataColumn<ApiKey>[] = [
  { key: 'name', header: 'Name', grow: true, render: ({ name }) => <span title={name}>{name}</span> },
  { key: 'prefix', header: 'Key', secondary: true, render: ({ prefix }) => <Prefix prefix={prefix} /> },
  { key: 'scopes', header: 'May', secondary: true, render: scopeWords },
  momentColumn('Made', ({ createdAt }) => createdAt),
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
  return <Moment at={lastUsedAt} remark={lastUsedFrom && `from ${lastUsedFrom}`} />;
}

function Expiry({ apiKey: { expiresAt } }: { apiKey: ApiKey }) {
  const words = expiryWords(expiresAt);
  return <span title={expiresAt === undefined ? undefined : formatMoment(expiresAt)}>{words}</span>;
}
