import type { OpenSession } from '@quadrax/contract';
import { Button } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { signOut } from '#lib/session.ts';
import { DataTable } from '#ui/data-table.tsx';
import type { DataColumn } from '#ui/data-table.tsx';
import { ErrorState } from '#ui/error-state.tsx';
import { Moment } from '#ui/moment.tsx';
import { Section } from '#ui/section.tsx';
import { showFailure } from '#ui/undo-notice.tsx';
import { deviceOf } from './device.ts';

import styles from './account-page.module.css';

const key = ['account', 'sessions'];

/** Ends sessions and reads the list anew; what fails is said in a notice. */
function useEnding<T>(end: (which: T) => Promise<void>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: end,
    onError: (error) => {
      showFailure(error, 'The session could not be ended.');
    },
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
}

/** Where one is signed in, and the way to end it. */
export function Sessions() {
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      api.account.sessions({ limit: 50, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
  const sessions = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section
      title="Sessions"
      note="Where this account is signed in. End what you do not know, then change the password."
      aside={<EndMany others={sessions.some(({ current }) => !current)} />}
    >
      {list.isError ? (
        <ErrorState
          error={list.error}
          title="The sessions could not be read."
          onRetry={() => void list.refetch()}
        />
      ) : (
        <DataTable
          label="Sessions"
          columns={columns}
          rows={sessions}
          rowKey={(session) => session.id}
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

function EndMany({ others }: { others: boolean }) {
  const endOthers = useEnding(() => api.account.endOtherSessions());
  return (
    <div className={styles.many}>
      {others && (
        <Button
          variant="default"
          loading={endOthers.isPending}
          onClick={() => {
            endOthers.mutate(undefined);
          }}
        >
          End all others
        </Button>
      )}
      <Button
        variant="default"
        onClick={() => {
          signOut({ everywhere: true }).catch((error: unknown) => {
            showFailure(error, 'Signed out here, but the other sessions could not be ended.');
          });
        }}
      >
        Sign out everywhere
      </Button>
    </div>
  );
}

const columns: readonly DataColumn<OpenSession>[] = [
  {
    key: 'device',
    header: 'Device',
    grow: true,
    render: (session) => <span title={session.userAgent}>{deviceOf(session.userAgent)}</span>,
  },
  { key: 'address', header: 'Address', render: (session) => session.address },
  {
    key: 'opened',
    header: 'Signed in',
    align: 'right',
    secondary: true,
    render: (session) => <Moment at={session.createdAt} />,
  },
  {
    key: 'used',
    header: 'Last renewed',
    align: 'right',
    secondary: true,
    render: (session) => <Moment at={session.lastUsedAt} />,
  },
  {
    key: 'end',
    header: <span className="visually-hidden">End</span>,
    align: 'right',
    render: (session) => (session.current ? 'This one' : <EndOne session={session} />),
  },
];

function EndOne({ session }: { session: OpenSession }) {
  const end = useEnding((id: string) => api.account.endSession(id));
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      aria-label={`End the session of ${deviceOf(session.userAgent)}`}
      loading={end.isPending}
      onClick={() => {
        end.mutate(session.id);
      }}
    >
      End
    </Button>
  );
}
